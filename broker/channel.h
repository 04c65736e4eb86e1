// SPDX-License-Identifier: GPL-2.0-or-later
//
// The socketpair between the front and the broker: fixed-size messages that keep their boundaries
// (SOCK_SEQPACKET), one reply per request, in order, with at most one descriptor attached. Either
// end closing it ends the other process.
#pragma once

#include "model/result.h"
#include "nlink/unique_fd.h"

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace ctwarden::broker {

// Everything the broker can be asked. In observe mode this is the whole list: there is no verb that
// changes anything.
enum class Verb : std::uint32_t {
  OpenLifecycleEvents =
      1,  // argument: receive buffer to ask for, bytes. Reply: the socket, its real buffer size
  OpenUpdateEvents = 2,     // the same for UPDATE
  OpenDump = 3,             // reply: the socket on which dumps are answered
  OpenStats = 4,            // reply: the socket on which statistics are answered
  RequestDump = 5,          // sends the fixed dump request on the dump socket
  RequestStats = 6,         // sends the fixed statistics requests on the statistics socket
  GrowLifecycleEvents = 7,  // argument: bytes. Reply: the real size
  CloseUpdateEvents = 8,    // forgets the UPDATE socket; the front closes its own descriptor
};

// Sent as they lie in memory, so without padding: it would carry bytes of one process to the other.
struct Request {
  Verb verb{};
  std::uint32_t unused = 0;
  std::uint64_t argument = 0;
};
static_assert(std::has_unique_object_representations_v<Request>);

struct Reply {
  Verb verb{};             // of the request
  std::int32_t error = 0;  // errno, 0 for success
  std::uint64_t value = 0;
};
static_assert(std::has_unique_object_representations_v<Reply>);

// Both ends, front first.
[[nodiscard]] model::Result<std::pair<nlink::UniqueFd, nlink::UniqueFd>> make_channel();

[[nodiscard]] model::Result<void> send(int channel, const Request& request);
[[nodiscard]] model::Result<void> send(int channel, const Reply& reply, int attached_fd);

// Blocks. Empty when the other end is gone. A message of another size is an error.
[[nodiscard]] model::Result<std::optional<Request>> receive_request(int channel);

struct ReceivedReply {
  Reply reply;
  nlink::UniqueFd attached;
};
// Does not block: EAGAIN when nothing waits, EPIPE when the other end is gone. A message of another
// size is an error. An attached descriptor for which this process has no room makes the reply an
// EMFILE.
[[nodiscard]] model::Result<ReceivedReply> receive_reply(int channel);

}  // namespace ctwarden::broker
