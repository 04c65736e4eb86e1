// SPDX-License-Identifier: GPL-2.0-or-later
//
// Bytes from ctnetlink to plain values: pure functions, no socket, no allocation, every length
// checked against the bytes at hand. A message that breaks the framing is rejected whole; an
// attribute we do not know is skipped. Where an attribute repeats, the last one wins, as in the
// kernel's own parser.
//
// Layout: include/uapi/linux/netfilter/nfnetlink_conntrack.h; integers are big-endian unless noted
// there. A payload shorter than its type makes the message Malformed, a longer one is read by its
// prefix (see nlink/attributes.h).
#pragma once

#include "model/flow.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ctwarden::nlink {

enum class Decoded : std::uint8_t {
  // `event` is filled.
  Flow,
  // Well-formed but not about a flow (another subsystem, NOOP, an expectation): skip it.
  Other,
  // NLMSG_DONE: a dump is complete.
  Done,
  // NLMSG_ERROR: `error` holds the errno (positive), 0 for an acknowledgement.
  Error,
  // Broken framing, or a flow without a usable tuple: both addresses, of the header's family, and a
  // protocol number. A reply may be absent but not incomplete. Count it, drop the rest of the
  // datagram.
  Malformed,
};

// What one call consumed and found. `error` is set for Decoded::Error, and for Decoded::Done when
// the kernel ended the dump with an error code.
struct Step {
  Decoded what = Decoded::Malformed;
  // Bytes to advance to the next message, aligned; never 0, at most what is left. A frame that
  // cannot be trusted takes everything left.
  std::size_t size = 0;
  int error = 0;
};

// Decodes the first message of `datagram`. `event` is overwritten completely when the result is
// Decoded::Flow and unspecified otherwise. `datagram` must not be empty; its bytes need no
// alignment.
[[nodiscard]] Step decode_message(std::span<const std::byte> datagram,
                                  model::FlowEvent& event) noexcept;

}  // namespace ctwarden::nlink
