// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/leg.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace ctwarden::traffic {
namespace {

// The kernel charges a small frame about 768 bytes until the receiving namespace has taken it from
// its backlog, so this holds about 340 frames: enough for several batches, few enough never to
// overflow a backlog of 1000.
constexpr int kSendBuffer = 128 * 1024;  // doubled by the kernel

std::unexpected<model::Error> failed(const std::string& what) {
  const int code = errno;
  return model::fail(code, what + ": " + std::strerror(code));
}

}  // namespace

model::Result<Leg> Leg::open(const std::string& device, const Mac& router) {
  if (device.empty() || device.size() >= IFNAMSIZ) {
    return model::fail(EINVAL, "'" + device + "' is no device name");
  }
  // Protocol 0 receives nothing: this socket is for sending.
  Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return failed("open a packet socket");
  }
  ifreq request{};
  std::ranges::copy(device, request.ifr_name);
  if (::ioctl(socket.get(), SIOCGIFHWADDR, &request) < 0) {
    return failed("read the address of device " + device);
  }
  Mac own{};
  std::memcpy(own.data(), request.ifr_hwaddr.sa_data, own.size());
  if (::ioctl(socket.get(), SIOCGIFINDEX, &request) < 0) {
    return failed("find device " + device);
  }
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = request.ifr_ifindex;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    return failed("bind to device " + device);
  }
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) < 0 ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer) < 0) {
    return failed("configure the packet socket");
  }
  return Leg(std::move(socket), own, router);
}

model::Result<void> Leg::send(std::span<const std::span<const std::uint8_t>> frames) {
  std::array<iovec, kMaxBatch> parts{};
  std::array<mmsghdr, kMaxBatch> messages{};
  const std::size_t count = std::min(frames.size(), kMaxBatch);
  for (std::size_t i = 0; i < count; ++i) {
    // sendmsg never writes through iov_base.
    parts[i].iov_base = const_cast<std::uint8_t*>(frames[i].data());
    parts[i].iov_len = frames[i].size();
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (std::size_t sent = 0; sent < count;) {
    const int result =
        ::sendmmsg(socket_.get(), &messages[sent], static_cast<unsigned>(count - sent), 0);
    if (result > 0) {
      sent += static_cast<std::size_t>(result);
    } else if (errno != EINTR) {
      return failed("send a frame");
    }
  }
  return {};
}

}  // namespace ctwarden::traffic
