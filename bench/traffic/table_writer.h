// SPDX-License-Identifier: GPL-2.0-or-later
//
// Puts entries straight into the conntrack table of the current network namespace through
// ctnetlink, without a packet, and takes them out again. For tests and benchmarks: large tables in
// seconds, states that packets reach slowly.
#pragma once

#include "bench/traffic/descriptor.h"
#include "bench/traffic/flow_space.h"
#include "model/flow.h"
#include "model/result.h"

#include <cstdint>
#include <optional>

namespace ctwarden::traffic {

struct EntryOptions {
  // CTA_STATUS; the kernel confirms every entry itself.
  std::uint32_t status = model::kStatusSeenReply | model::kStatusAssured;
  std::uint32_t timeout_seconds = 3600;
  std::uint16_t zone = 0;
  std::uint32_t mark = 0;
  std::optional<std::uint8_t> tcp_state =
      std::nullopt;  // 1 SYN_SENT .. 8 CLOSE; absent for NONE and other protocols
  std::optional<model::Address> nat_source =
      std::nullopt;  // source NAT to this address, the port kept when it is free
};

// What the kernel made of the messages. The first refusal is kept: EEXIST for a tuple that was
// there, ENOMEM for a full table, EPERM without CAP_NET_ADMIN.
struct Written {
  std::uint64_t messages = 0;
  std::uint64_t refused = 0;
  int first_error = 0;  // errno
  double seconds = 0;
};

class TableWriter {
 public:
  [[nodiscard]] static model::Result<TableWriter> open();

  // Numbers first..first+count of the space, in batches of messages, none acknowledged.
  [[nodiscard]] model::Result<Written> create_flows(const FlowSpace& space, std::uint64_t first,
                                                    std::uint64_t count,
                                                    const EntryOptions& options = {});
  [[nodiscard]] model::Result<Written> delete_flows(const FlowSpace& space, std::uint64_t first,
                                                    std::uint64_t count, std::uint16_t zone = 0);

  // ENOENT when there is none.
  [[nodiscard]] model::Result<void> delete_flow(const model::Tuple& original,
                                                std::uint16_t zone = 0);

  // Empties this namespace's table: a DELETE without a tuple.
  [[nodiscard]] model::Result<void> flush();

 private:
  explicit TableWriter(Descriptor socket) : socket_(std::move(socket)) {}

  Descriptor socket_;
};

}  // namespace ctwarden::traffic
