// SPDX-License-Identifier: GPL-2.0-or-later
//
// Any process with the right capability can unicast a message to our netlink port, and libmnl would
// accept it. Only the sockaddr tells who sent it: the kernel is port 0. The header's nlmsg_pid
// proves nothing, because the sender writes it, and a DESTROY that somebody asked for legitimately
// carries the requester's port there.
#pragma once

#include <linux/netlink.h>
#include <sys/socket.h>

namespace ctwarden::nlink {

inline bool from_kernel(const sockaddr_nl& sender, socklen_t length) {
  return length == sizeof sender && sender.nl_family == AF_NETLINK && sender.nl_pid == 0;
}

}  // namespace ctwarden::nlink
