// SPDX-License-Identifier: GPL-2.0-or-later
//
// Builds netlink and ctnetlink messages as bytes, for tests that feed decoders and streams without
// a kernel. The flow messages have the attributes the kernel's ctnetlink_fill_info() and
// ctnetlink_conntrack_event() would send; NetlinkBuilder itself checks nothing, so that broken
// messages can be built too.
#pragma once

#include "model/flow.h"
#include "model/kernel_stats.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

namespace ctwarden::support {

using Buffer = std::vector<std::byte>;

class NetlinkBuilder {
 public:
  // `nested_flag` is whether open() sets NLA_F_NESTED: kernels before 5.3 did not everywhere.
  explicit NetlinkBuilder(bool nested_flag = true) : nested_flag_(nested_flag) {}

  NetlinkBuilder& message(std::uint16_t type, std::uint16_t flags = 0, std::uint32_t port = 0,
                          std::uint32_t sequence = 0);
  // A message of the ctnetlink subsystem, with its nfgenmsg.
  NetlinkBuilder& ctnetlink(std::uint8_t operation, std::uint16_t flags, std::uint8_t family,
                            std::uint32_t port = 0, std::uint16_t resource_id = 0);

  NetlinkBuilder& attribute(std::uint16_t type, std::span<const std::byte> payload);
  template <std::unsigned_integral T>
  NetlinkBuilder& number(std::uint16_t type, T value) {  // in network order
    Buffer payload(sizeof value);
    for (std::size_t i = 0; i < sizeof value; ++i) {
      payload[sizeof value - 1 - i] =
          static_cast<std::byte>(static_cast<std::uint64_t>(value) >> 8U * i);
    }
    return attribute(type, payload);
  }
  NetlinkBuilder& open(std::uint16_t type);  // a nest
  NetlinkBuilder& close();
  NetlinkBuilder& raw(std::span<const std::byte> bytes);

  // Closes the message and returns everything built so far.
  [[nodiscard]] Buffer take();

 private:
  void end_message();

  bool nested_flag_;
  Buffer bytes_;
  std::optional<std::size_t> message_;  // where the open message starts
  std::vector<std::size_t> nests_;
};

// How a flow is put on the wire, where more than one way is legal.
struct FlowWire {
  bool nested_flag = true;
  bool counters32 = false;  // as old kernels did; the values must fit
  bool kernel_extras =
      false;  // attributes the kernel sends and we do not read: use, master, security context
  bool unknown_attributes = false;  // from a later kernel, at every level
  std::optional<std::uint8_t> family =
      std::nullopt;  // nfgen_family, when not the one of the original tuple
  std::optional<std::uint64_t> shuffle =
      std::nullopt;  // seed: attributes in another order than the kernel's
};

// `event.zone` becomes CTA_ZONE. Without it, a zone in a tuple becomes that tuple's CTA_TUPLE_ZONE.
// The kernel sends no ports for protocols it does not know, so theirs must be 0.
[[nodiscard]] Buffer flow_message(const model::FlowEvent& event, const FlowWire& wire = {});

[[nodiscard]] Buffer done_message(int error = 0);  // errno, positive
[[nodiscard]] Buffer error_message(int error);     // errno, positive; 0 acknowledges
[[nodiscard]] Buffer noop_message();
[[nodiscard]] Buffer expectation_message();  // of the neighbouring subsystem, ctnetlink_exp
[[nodiscard]] Buffer cpu_stats_message(const model::CpuStats& stats);
[[nodiscard]] Buffer global_stats_message(const model::GlobalStats& stats);

// Several messages in one datagram.
[[nodiscard]] Buffer datagram(std::initializer_list<Buffer> messages);

}  // namespace ctwarden::support
