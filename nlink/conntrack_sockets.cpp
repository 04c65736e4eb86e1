// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/conntrack_sockets.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace ctwarden::nlink {

namespace {

using model::Result;

std::unexpected<model::Error> fail_errno(const char* doing) {
  const int code = errno;
  return model::fail(code, std::string(doing) + ": " + std::strerror(code));
}

Result<UniqueFd> open_netfilter_socket() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  if (!fd) {
    return fail_errno("open a netfilter netlink socket");
  }
  // Port 0: the kernel picks a free one. A chosen one may be taken.
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail_errno("bind a netfilter netlink socket");
  }
  return fd;
}

Result<void> join(int socket, int group) {
  if (::setsockopt(socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
    return fail_errno("subscribe to conntrack events");
  }
  return {};
}

Result<void> send_request(int socket, std::uint16_t type, std::uint16_t flags, const char* doing) {
  std::array<char, NLMSG_SPACE(sizeof(nfgenmsg))> buffer{};
  nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | type);
  header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  header->nlmsg_seq = 1;  // events carry 0
  auto* family = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  family->nfgen_family = AF_UNSPEC;
  family->version = NFNETLINK_V0;

  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(socket, header, header->nlmsg_len, 0, reinterpret_cast<const sockaddr*>(&kernel),
               sizeof kernel) < 0) {
    return fail_errno(doing);
  }
  return {};
}

}  // namespace

Result<UniqueFd> open_event_socket(EventGroups groups) {
  auto fd = open_netfilter_socket();
  if (!fd) {
    return fd;
  }
  const int on = 1;
  if (::setsockopt(fd->get(), SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on) != 0) {
    return fail_errno("set NETLINK_NO_ENOBUFS");
  }
  const auto wanted = groups == EventGroups::Updates
                          ? std::vector<int>{NFNLGRP_CONNTRACK_UPDATE}
                          : std::vector<int>{NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_DESTROY};
  for (const int group : wanted) {
    if (auto joined = join(fd->get(), group); !joined) {
      return std::unexpected(joined.error());
    }
  }
  return fd;
}

Result<UniqueFd> open_request_socket() { return open_netfilter_socket(); }

Result<std::uint64_t> force_receive_buffer(int socket, std::uint64_t bytes) {
  // The kernel doubles the int it is given.
  const std::uint64_t largest = std::numeric_limits<int>::max() / 2;
  const int wanted = static_cast<int>(bytes < largest ? bytes : largest);
  // Going beyond rmem_max takes CAP_NET_ADMIN in the initial user namespace; others get what
  // rmem_max allows.
  if (::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0 &&
      (errno != EPERM ||
       ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted) != 0)) {
    return fail_errno("size the receive buffer of the event socket");
  }
  int real = 0;
  socklen_t length = sizeof real;
  if (::getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &real, &length) != 0) {
    return fail_errno("read the size of the receive buffer");
  }
  return static_cast<std::uint64_t>(real);
}

Result<void> request_dump(int socket) {
  return send_request(socket, IPCTNL_MSG_CT_GET, NLM_F_DUMP, "request a conntrack dump");
}

Result<void> request_stats(int socket) {
  if (auto sent = send_request(socket, IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_DUMP,
                               "request conntrack statistics");
      !sent) {
    return sent;
  }
  return send_request(socket, IPCTNL_MSG_CT_GET_STATS, 0, "request conntrack statistics");
}

}  // namespace ctwarden::nlink
