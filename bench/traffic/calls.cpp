// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/calls.h"

#include "bench/traffic/lives.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

namespace ctwarden::traffic {
namespace {

using Clock = std::chrono::steady_clock;

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

std::unexpected<model::Error> failed(const std::string& doing, std::uint64_t number) {
  const int code = errno;
  return model::fail(code,
                     doing + " (flow " + std::to_string(number + 1) + "): " + std::strerror(code));
}

int connect_to(int socket, const Calls& calls) {
  if (calls.to.family == model::Family::Ipv4) {
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(calls.port);
    std::memcpy(&there.sin_addr, calls.to.address.bytes.data(), sizeof there.sin_addr);
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&there), sizeof there);
  }
  sockaddr_in6 there{};
  there.sin6_family = AF_INET6;
  there.sin6_port = htons(calls.port);
  std::memcpy(&there.sin6_addr, calls.to.address.bytes.data(), sizeof there.sin6_addr);
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&there), sizeof there);
}

model::Result<Descriptor> call_once(const Calls& calls, const std::string& query,
                                    std::uint64_t number) {
  const int family = calls.to.family == model::Family::Ipv4 ? AF_INET : AF_INET6;
  const int type = calls.protocol == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
  Descriptor socket(::socket(family, type | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return failed("open a socket", number);
  }
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (connect_to(socket.get(), calls) < 0) {
    return failed("connect", number);
  }
  if (::send(socket.get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) {
    return failed("send", number);
  }
  std::array<char, 512> answer{};
  const ssize_t size = ::recv(socket.get(), answer.data(), answer.size(), 0);
  if (size <= 0) {
    errno = size == 0 ? ECONNRESET : errno;
    return failed("wait for the answer", number);
  }
  return socket;
}

}  // namespace

model::Result<std::vector<Descriptor>> call(const Calls& calls) {
  const std::string query = dns_life(false).front().payload;
  std::vector<Descriptor> sockets;
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < calls.count; ++i) {
    if (calls.per_second > 0) {
      const std::chrono::duration<double> due(static_cast<double>(i) / calls.per_second);
      std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(due));
    }
    auto socket = call_once(calls, query, i);
    if (!socket) {
      return std::unexpected(socket.error());
    }
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace ctwarden::traffic
