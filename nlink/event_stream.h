// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reads events from a socket the broker opened: many datagrams with one recvmmsg into one fixed
// arena, decoded in place. Holds no capability and sends nothing. Loss is read from the socket's
// drop counter, exact per message; the kernel's ENOBUFS would only say "some".
#pragma once

#include "model/flow.h"
#include "model/result.h"
#include "nlink/unique_fd.h"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ctwarden::nlink {

// One reading of SO_MEMINFO.
struct SocketMemory {
  std::uint64_t queued_bytes =
      0;  // charged for what waits in the queue: about 1,280 bytes an event
  std::uint64_t buffer_bytes = 0;
  std::uint32_t drops = 0;  // messages that did not fit since the socket exists; wraps
};

class EventStream {
 public:
  // Enough to make the system call's own cost vanish; the arena stays within the second-level
  // cache.
  static constexpr std::size_t kBatch = 64;

  struct Batch {
    std::span<const model::FlowEvent> events;  // valid until the next receive
    std::size_t datagrams = 0;                 // 0: nothing waits
    std::size_t malformed = 0;                 // undecodable or longer than a slot, dropped whole
    std::size_t foreign = 0;                   // not sent by the kernel, ignored
  };

  explicit EventStream(UniqueFd socket);
  ~EventStream() = default;
  EventStream(const EventStream&) = delete;  // the message headers point into the object
  EventStream& operator=(const EventStream&) = delete;
  EventStream(EventStream&&) = delete;
  EventStream& operator=(EventStream&&) = delete;

  // Never blocks.
  [[nodiscard]] model::Result<Batch> receive();
  [[nodiscard]] model::Result<SocketMemory> memory() const;
  // While set, a socket filter refuses every message before it is queued, uncounted; the
  // subscription stays, so new flows still get their event extension.
  [[nodiscard]] model::Result<void> refuse_all(bool refuse);
  [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
  // Event messages stay below 700 bytes even with labels, a helper and a security context. An odd
  // number of cache lines spreads the slots' beginnings over all cache sets.
  static constexpr std::size_t kSlotBytes = 25UL * 64;

  void decode(std::size_t slot, std::size_t length, Batch& batch);

  UniqueFd socket_;
  std::vector<std::byte> arena_;
  std::vector<model::FlowEvent> events_;
  std::size_t decoded_ = 0;
  std::array<mmsghdr, kBatch> headers_{};
  std::array<iovec, kBatch> slots_{};
  struct Sender {
    alignas(8) std::array<std::byte, 16> address;
  };
  std::array<Sender, kBatch> senders_{};
};

}  // namespace ctwarden::nlink
