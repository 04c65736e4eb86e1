// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reads the answers to requests the broker sent on a shared socket, one datagram at a time, so that
// a dump of a million entries is worked through in slices. The kernel builds the next slice of a
// dump inside each receive call: it charges the reader and waits as long as the reader does.
#pragma once

#include "model/result.h"
#include "nlink/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ctwarden::nlink {

class AnswerReader {
 public:
  enum class Got : std::uint8_t {
    Chunk,    // `bytes` holds one datagram from the kernel
    Nothing,  // no answer waits
    Foreign,  // a datagram from somebody else, ignored
    Overrun,  // an answer did not fit the socket's buffer, or not ours: the request must be
              // repeated
  };
  struct Answer {
    Got got = Got::Nothing;
    std::span<const std::byte> bytes;  // valid until the next read
  };

  explicit AnswerReader(UniqueFd socket);

  // Never blocks.
  [[nodiscard]] model::Result<Answer> read();
  [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
  // The kernel builds dump chunks of at most 32 KiB, and sizes them by the largest read it has seen
  // on the socket (netlink_dump, max_recvmsg_len). A page costs nine times the calls; more than 32
  // KiB does not help.
  static constexpr std::size_t kChunkBytes = 32UL * 1024;

  UniqueFd socket_;
  std::vector<std::byte> buffer_;
};

}  // namespace ctwarden::nlink
