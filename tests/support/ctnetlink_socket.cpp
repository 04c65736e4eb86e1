// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/ctnetlink_socket.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace ctwarden::support {
namespace {

// The kernel fills at most one such buffer a dump call.
constexpr std::size_t kBufferSize = 32768;
constexpr int kPatienceMs = 5000;

void check(long result, const char* what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

// A datagram holds messages of one answer: the last one is DONE exactly when the first of the last
// is.
bool ends_dump(const Buffer& datagram) {
  std::size_t at = 0;
  while (at + sizeof(nlmsghdr) <= datagram.size()) {
    nlmsghdr header{};
    std::memcpy(&header, datagram.data() + at, sizeof header);
    if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
      return true;
    }
    // A multiple of four from the kernel but for the last; never less than a header.
    at += (std::size_t{header.nlmsg_len} + 3) / 4 * 4;
  }
  return false;
}

}  // namespace

void CtnetlinkSocket::Close::operator()(mnl_socket* socket) const noexcept {
  mnl_socket_close(socket);
}

CtnetlinkSocket::CtnetlinkSocket() : socket_(mnl_socket_open(NETLINK_NETFILTER)) {
  check(socket_ ? 0 : -1, "open a netfilter socket");
  check(mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID), "bind a netfilter socket");
}

std::uint32_t CtnetlinkSocket::port() const { return mnl_socket_get_portid(socket_.get()); }

void CtnetlinkSocket::subscribe() {
  for (int group : {NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_UPDATE, NFNLGRP_CONNTRACK_DESTROY}) {
    check(mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group),
          "subscribe to conntrack events");
  }
}

bool CtnetlinkSocket::readable(int timeout_ms) const {
  pollfd wait{.fd = mnl_socket_get_fd(socket_.get()), .events = POLLIN, .revents = 0};
  const int ready = poll(&wait, 1, timeout_ms);
  check(ready, "wait for a datagram");
  return ready > 0;
}

Buffer CtnetlinkSocket::receive() {
  if (!readable(kPatienceMs)) {
    throw std::runtime_error("no datagram came");
  }
  Buffer datagram(kBufferSize);
  const auto size = mnl_socket_recvfrom(socket_.get(), datagram.data(), datagram.size());
  check(size, "receive a datagram");
  datagram.resize(static_cast<std::size_t>(size));
  return datagram;
}

std::vector<Buffer> CtnetlinkSocket::receive_until(
    const std::function<bool(const Buffer&)>& enough) {
  std::vector<Buffer> datagrams;
  do {
    datagrams.push_back(receive());
  } while (!enough(datagrams.back()));
  return datagrams;
}

std::vector<Buffer> CtnetlinkSocket::receive_queued() {
  std::vector<Buffer> datagrams;
  while (readable(0)) {
    datagrams.push_back(receive());
  }
  return datagrams;
}

std::vector<Buffer> CtnetlinkSocket::dump(std::uint8_t operation) {
  NetlinkBuilder builder;
  builder.ctnetlink(operation, NLM_F_REQUEST | NLM_F_DUMP, AF_UNSPEC);
  const Buffer request = builder.take();
  check(mnl_socket_sendto(socket_.get(), request.data(), request.size()), "request a dump");
  return receive_until(ends_dump);
}

Buffer CtnetlinkSocket::get(std::uint8_t operation) {
  NetlinkBuilder builder;
  builder.ctnetlink(operation, NLM_F_REQUEST, AF_UNSPEC);
  const Buffer request = builder.take();
  check(mnl_socket_sendto(socket_.get(), request.data(), request.size()), "send a request");
  return receive();
}

void keep_capture(const std::string& name, const Buffer& datagram) {
  if (const char* folder = std::getenv("CTWARDEN_CAPTURE_DIR")) {
    std::ofstream file(std::string(folder) + "/" + name + ".bin", std::ios::binary);
    file.write(reinterpret_cast<const char*>(datagram.data()),
               static_cast<std::streamsize>(datagram.size()));
  }
}

}  // namespace ctwarden::support
