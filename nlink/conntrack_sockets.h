// SPDX-License-Identifier: GPL-2.0-or-later
//
// What needs CAP_NET_ADMIN to look at conntrack, and nothing more: opening the sockets, sizing
// their buffers, sending the fixed read requests. Used by the broker; the answers are read by
// whoever holds the socket, without a capability. No function here can change or delete an entry.
#pragma once

#include "model/result.h"
#include "nlink/unique_fd.h"

#include <cstdint>

namespace ctwarden::nlink {

enum class EventGroups : std::uint8_t {
  Lifecycle,  // NEW and DESTROY: one socket, so that their order is kept; never closed while we run
  Updates,    // UPDATE: a socket of its own, so that a flood of updates cannot push out a NEW or
              // DESTROY
};

// A non-blocking event socket with NETLINK_NO_ENOBUFS: without it, the first overflow discards
// everything until the queue has been read empty (net/netlink/af_netlink.c, netlink_overrun). Never
// NETLINK_BROADCAST_ERROR: with that, the kernel drops packets whose event could not be delivered.
// EPERM without CAP_NET_ADMIN, EPROTONOSUPPORT where nfnetlink is missing. Success does not mean
// that ctnetlink is there: joining a group only asks for the module in the background. A read
// request tells.
[[nodiscard]] model::Result<UniqueFd> open_event_socket(EventGroups groups);

// A non-blocking socket for requests and their answers.
[[nodiscard]] model::Result<UniqueFd> open_request_socket();

// Sets the receive buffer, beyond rmem_max where the process may (CAP_NET_ADMIN in the initial user
// namespace). The kernel doubles the value. Returns the size it really has.
[[nodiscard]] model::Result<std::uint64_t> force_receive_buffer(int socket, std::uint64_t bytes);

// All entries of this namespace, IPv4 and IPv6 in one dump. While an earlier dump on this socket is
// unread, the answer is an error message with EBUSY.
[[nodiscard]] model::Result<void> request_dump(int socket);
// One message per CPU, then one with this namespace's entries and the limit.
[[nodiscard]] model::Result<void> request_stats(int socket);

}  // namespace ctwarden::nlink
