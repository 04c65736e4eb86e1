// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/loopback_traffic.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace ctwarden::support {
namespace {

long check(long result, const char* what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return result;
}

class Socket {
 public:
  Socket(int family, int type, int protocol)
      : fd_(static_cast<int>(
            check(socket(family, type | SOCK_CLOEXEC, protocol), "open a socket"))) {}
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&&) = delete;
  Socket& operator=(Socket&&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* address() const {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  [[nodiscard]] sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage); }
};

Endpoint endpoint(std::string_view text, std::uint16_t port) {
  Endpoint result;
  if (text.find(':') == std::string_view::npos) {
    auto* ipv4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    *ipv4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    inet_pton(AF_INET, std::string(text).c_str(), &ipv4->sin_addr);
    result.size = sizeof *ipv4;
  } else {
    auto* ipv6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    *ipv6 = {.sin6_family = AF_INET6,
             .sin6_port = htons(port),
             .sin6_flowinfo = 0,
             .sin6_addr = {},
             .sin6_scope_id = 0};
    inet_pton(AF_INET6, std::string(text).c_str(), &ipv6->sin6_addr);
    result.size = sizeof *ipv6;
  }
  return result;
}

}  // namespace

void exchange_tcp(std::string_view address, std::uint16_t port) {
  const Endpoint server = endpoint(address, port);
  const Socket listener(server.storage.ss_family, SOCK_STREAM, IPPROTO_TCP);
  check(bind(listener.fd(), server.address(), server.size), "bind");
  check(listen(listener.fd(), 1), "listen");
  const Socket client(server.storage.ss_family, SOCK_STREAM, IPPROTO_TCP);
  check(connect(client.fd(), server.address(), server.size), "connect");
  const Socket accepted(static_cast<int>(check(accept(listener.fd(), nullptr, nullptr), "accept")));
  char byte = 'x';
  check(send(client.fd(), &byte, 1, 0), "send");
  check(recv(accepted.fd(), &byte, 1, 0), "receive");
  check(send(accepted.fd(), &byte, 1, 0), "answer");
  check(recv(client.fd(), &byte, 1, 0), "receive the answer");
}

void refuse_tcp(std::string_view address, std::uint16_t port) {
  const Endpoint server = endpoint(address, port);
  const Socket client(server.storage.ss_family, SOCK_STREAM, IPPROTO_TCP);
  if (connect(client.fd(), server.address(), server.size) == 0 || errno != ECONNREFUSED) {
    throw std::system_error(errno, std::generic_category(), "the connection was to be refused");
  }
}

void exchange_udp(std::string_view address, std::uint16_t port, int protocol) {
  const Endpoint server = endpoint(address, port);
  const Socket receiver(server.storage.ss_family, SOCK_DGRAM, protocol);
  check(bind(receiver.fd(), server.address(), server.size), "bind");
  const Socket sender(server.storage.ss_family, SOCK_DGRAM, protocol);
  check(connect(sender.fd(), server.address(), server.size), "connect");
  char byte = 'x';
  check(send(sender.fd(), &byte, 1, 0), "send");
  Endpoint peer;
  peer.size = sizeof peer.storage;
  check(recvfrom(receiver.fd(), &byte, 1, 0, peer.address(), &peer.size), "receive");
  check(sendto(receiver.fd(), &byte, 1, 0, peer.address(), peer.size), "answer");
  check(recv(sender.fd(), &byte, 1, 0), "receive the answer");
}

void ping(std::string_view address) {
  const Endpoint target = endpoint(address, 0);
  const bool ipv4 = target.storage.ss_family == AF_INET;
  const Socket raw(target.storage.ss_family, SOCK_RAW,
                   ipv4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6});
  // Type, code, checksum, id, sequence. Over IPv6 the kernel fills the checksum in.
  const auto type = static_cast<std::uint8_t>(ipv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST);
  const std::uint16_t id = 0x4321;
  const auto sum = static_cast<std::uint16_t>(~(type * 256U + id));
  const unsigned char request[8] = {type,
                                    0,
                                    static_cast<unsigned char>(sum >> 8U),
                                    static_cast<unsigned char>(sum & 0xffU),
                                    static_cast<unsigned char>(id >> 8U),
                                    static_cast<unsigned char>(id & 0xffU),
                                    0,
                                    0};
  check(sendto(raw.fd(), request, sizeof request, 0, target.address(), target.size),
        "send an echo");
  // The socket hears the request too. Over IPv4 the answer starts with its IP header.
  const unsigned reply = ipv4 ? unsigned{ICMP_ECHOREPLY} : unsigned{ICMP6_ECHO_REPLY};
  unsigned char answer[128] = {};
  std::size_t at = 0;
  do {
    check(recv(raw.fd(), answer, sizeof answer, 0), "receive the echo");
    at = ipv4 ? (answer[0] & 0xfU) * 4 : 0;
  } while (answer[at] != reply);
}

void send_raw(int protocol, std::span<const std::byte> payload) {
  const Endpoint target = endpoint("127.0.0.1", 0);
  const Socket raw(AF_INET, SOCK_RAW, protocol);
  check(sendto(raw.fd(), payload.data(), payload.size(), 0, target.address(), target.size),
        "send a raw packet");
}

}  // namespace ctwarden::support
