// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/answerer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace ctwarden::traffic {
namespace {

constexpr int kBacklog = 4096;            // callers do not wait for us to accept
constexpr int kDatagramBuffer = 4 << 20;  // nor lose a query because we were not scheduled

std::unexpected<model::Error> failed(const std::string& doing) {
  const int code = errno;
  return model::fail(code, doing + ": " + std::strerror(code));
}

int bind_anywhere(int socket, bool v6, std::uint16_t port) {
  if (v6) {
    const int off = 0;
    ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&any), sizeof any);
  }
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(port);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&any), sizeof any);
}

model::Result<Descriptor> open_bound(int type, std::uint16_t port) {
  Descriptor socket(::socket(AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool v6 = socket.valid();
  if (!v6) {
    socket = Descriptor(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &kDatagramBuffer, sizeof kDatagramBuffer);
  if (bind_anywhere(socket.get(), v6, port) < 0) {
    return failed("bind port " + std::to_string(port));
  }
  if (type == SOCK_STREAM && ::listen(socket.get(), kBacklog) < 0) {
    return failed("listen on port " + std::to_string(port));
  }
  return socket;
}

void echo_datagrams(int socket) {
  std::array<char, 2048> bytes{};
  sockaddr_storage from{};
  socklen_t length = sizeof from;
  for (ssize_t size = 0; (size = ::recvfrom(socket, bytes.data(), bytes.size(), 0,
                                            reinterpret_cast<sockaddr*>(&from), &length)) >= 0;
       length = sizeof from) {
    ::sendto(socket, bytes.data(), static_cast<std::size_t>(size), 0,
             reinterpret_cast<const sockaddr*>(&from), length);
  }
}

// False once the caller has closed the connection, or it broke.
bool echo_bytes(int socket) {
  std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (size <= 0) {
      return size < 0 && errno == EAGAIN;
    }
    if (::send(socket, bytes.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) {
      return false;  // a caller that does not read is not answered further
    }
  }
}

}  // namespace

model::Result<Answerer> Answerer::listen(const std::vector<std::uint16_t>& ports) {
  Descriptor readiness(::epoll_create1(EPOLL_CLOEXEC));
  if (!readiness.valid()) {
    return failed("create an epoll set");
  }
  Answerer answerer(std::move(readiness));
  for (const std::uint16_t port : ports) {
    for (const auto& [type, kind] :
         {std::pair{SOCK_STREAM, Kind::Listener}, std::pair{SOCK_DGRAM, Kind::Datagrams}}) {
      auto socket = open_bound(type, port);
      if (!socket) {
        return std::unexpected(socket.error());
      }
      if (auto watched = answerer.watch(kind, std::move(*socket)); !watched) {
        return std::unexpected(watched.error());
      }
    }
  }
  return answerer;
}

model::Error Answerer::run() {
  std::array<epoll_event, 64> events{};
  for (;;) {
    const int ready =
        ::epoll_wait(readiness_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (ready < 0 && errno != EINTR) {
      return failed("wait for sockets").error();
    }
    for (int i = 0; i < ready; ++i) {
      if (auto served = serve(events.at(static_cast<std::size_t>(i))); !served) {
        return served.error();
      }
    }
  }
}

model::Result<void> Answerer::watch(Kind kind, Descriptor socket) {
  const auto number = static_cast<std::uint32_t>(socket.get());
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = std::uint64_t{static_cast<std::uint8_t>(kind)} << 32U | number;
  if (::epoll_ctl(readiness_.get(), EPOLL_CTL_ADD, socket.get(), &event) < 0) {
    return failed("watch a socket");
  }
  if (sockets_.size() <= number) {
    sockets_.resize(number + 1);
  }
  sockets_[number] = std::move(socket);
  return {};
}

model::Result<void> Answerer::serve(const epoll_event& event) {
  const auto number = static_cast<std::uint32_t>(event.data.u64);
  const int socket = static_cast<int>(number);
  switch (static_cast<Kind>(event.data.u64 >> 32U)) {
    case Kind::Datagrams:
      echo_datagrams(socket);
      return {};
    case Kind::Connection:
      if (!echo_bytes(socket)) {
        sockets_[number].reset();
      }
      return {};
    case Kind::Listener:
      break;
  }
  for (;;) {
    Descriptor accepted(::accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted.valid()) {
      if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) {
        return {};
      }
      return failed("accept a connection");
    }
    if (auto watched = watch(Kind::Connection, std::move(accepted)); !watched) {
      return watched;
    }
  }
}

}  // namespace ctwarden::traffic
