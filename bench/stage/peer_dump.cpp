// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/peer_dump.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace ctwarden::bench {
namespace {

int request_dump(int socket) {
  alignas(nlmsghdr) std::array<char, sizeof(nlmsghdr) + sizeof(nfgenmsg)> buffer{};
  nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg));
  return ::send(socket, buffer.data(), header->nlmsg_len, 0) < 0 ? errno : 0;
}

// The end is the last message of a datagram: a header and an errno of 0.
bool ends_dump(const char* bytes, std::size_t size) {
  constexpr std::size_t kDoneBytes = sizeof(nlmsghdr) + sizeof(int);
  if (size < kDoneBytes) {
    return false;
  }
  nlmsghdr header{};
  std::memcpy(&header, bytes + size - kDoneBytes, sizeof header);
  return header.nlmsg_type == NLMSG_DONE && header.nlmsg_len == kDoneBytes;
}

}  // namespace

int receive_dump(DumpTally& tally) {
  alignas(nlmsghdr) static std::array<char, 32UL * 1024> buffer;
  const auto start = std::chrono::steady_clock::now();
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (socket < 0) {
    return errno;
  }
  if (const int error = request_dump(socket); error != 0) {
    return error;
  }
  for (;;) {
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0) {
      return errno;
    }
    tally.bytes += static_cast<std::uint64_t>(size);
    if (ends_dump(buffer.data(), static_cast<std::size_t>(size))) {
      tally.seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      return 0;
    }
  }
}

}  // namespace ctwarden::bench
