// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/http_client.h"

#include "bench/traffic/descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

namespace ctwarden::tests {
namespace {

using Clock = std::chrono::steady_clock;
using traffic::Descriptor;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

std::unexpected<model::Error> failed(const std::string& what) {
  const int code = errno;
  return model::fail(code, what + ": " + std::strerror(code));
}

template <typename Native>
SocketAddress wrap(const Native& native, std::size_t size = sizeof(Native)) {
  SocketAddress address;
  std::memcpy(&address.storage, &native, sizeof native);
  address.size = static_cast<socklen_t>(size);
  return address;
}

model::Result<SocketAddress> parse_endpoint(const std::string& text) {
  if (text.starts_with("unix:")) {
    sockaddr_un native{};
    native.sun_family = AF_UNIX;
    const std::string path = text.substr(5);
    if (path.size() >= sizeof native.sun_path) {
      return model::fail(ENAMETOOLONG, text);
    }
    std::ranges::copy(path, native.sun_path);
    return wrap(native);
  }
  const auto colon = text.rfind(':');
  unsigned port = 0;
  if (colon == std::string::npos ||
      std::from_chars(text.data() + colon + 1, text.data() + text.size(), port).ec != std::errc{}) {
    return model::fail(EINVAL, "'" + text + "' is no HOST:PORT");
  }
  std::string host = text.substr(0, colon);
  if (host.starts_with('[')) {
    sockaddr_in6 native{};
    native.sin6_family = AF_INET6;
    native.sin6_port = htons(static_cast<std::uint16_t>(port));
    host = host.substr(1, host.size() - 2);
    return inet_pton(AF_INET6, host.c_str(), &native.sin6_addr) == 1
               ? model::Result<SocketAddress>(wrap(native))
               : model::fail(EINVAL, host);
  }
  sockaddr_in native{};
  native.sin_family = AF_INET;
  native.sin_port = htons(static_cast<std::uint16_t>(port));
  return inet_pton(AF_INET, host.c_str(), &native.sin_addr) == 1
             ? model::Result<SocketAddress>(wrap(native))
             : model::fail(EINVAL, host);
}

// Waits until the socket can be read or written.
model::Result<void> wait_for(const Descriptor& socket, short events, Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  pollfd ready{.fd = socket.get(), .events = events, .revents = 0};
  if (::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) == 0) {
    return model::fail(ETIMEDOUT, "no answer before the deadline");
  }
  return {};
}

model::Result<Descriptor> connect_to(const SocketAddress& address, Clock::time_point end) {
  Descriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) {
    return failed("open a socket");
  }
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) <
      0) {
    if (errno != EINPROGRESS) {
      return failed("connect");
    }
    if (auto ready = wait_for(socket, POLLOUT, end); !ready) {
      return std::unexpected(ready.error());
    }
    int code = 0;
    socklen_t size = sizeof code;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &code, &size);
    if (code != 0) {
      errno = code;
      return failed("connect");
    }
  }
  return socket;
}

model::Result<std::string> exchange(const Descriptor& socket, const std::string& request,
                                    Clock::time_point end) {
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return failed("send a request");
  }
  std::string answer;
  std::array<char, 65536> part{};
  for (;;) {
    if (auto ready = wait_for(socket, POLLIN, end); !ready) {
      return std::unexpected(ready.error());
    }
    const ssize_t size = ::recv(socket.get(), part.data(), part.size(), 0);
    if (size < 0) {
      return failed("receive an answer");
    }
    if (size == 0) {
      return answer;  // "Connection: close" was asked for
    }
    answer.append(part.data(), static_cast<std::size_t>(size));
  }
}

model::Result<std::string> join_chunks(std::string_view rest) {
  std::string body;
  for (;;) {
    std::size_t size = 0;
    const auto [next, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size, 16);
    const auto line_end = rest.find("\r\n");
    if (error != std::errc{} || line_end == std::string_view::npos ||
        rest.size() < line_end + 2 + size + 2) {
      return model::fail(EPROTO, "a chunk is cut off");
    }
    if (size == 0) {
      return body;
    }
    body += rest.substr(line_end + 2, size);
    rest.remove_prefix(line_end + 2 + size + 2);
  }
}

void parse_header(HttpAnswer& answer, std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  line.remove_prefix(colon + 1);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  answer.headers[name] = line;
}

model::Result<HttpAnswer> parse_answer(std::string_view text) {
  const auto head_end = text.find("\r\n\r\n");
  HttpAnswer answer;
  if (!text.starts_with("HTTP/1.") || head_end == std::string_view::npos ||
      std::from_chars(text.data() + 9, text.data() + 12, answer.status).ec != std::errc{}) {
    return model::fail(EPROTO, "the answer is no HTTP: " + std::string(text.substr(0, 80)));
  }
  std::string_view head = text.substr(0, head_end + 2);
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const auto line_end = head.find("\r\n");
    parse_header(answer, head.substr(0, line_end));
    head.remove_prefix(line_end + 2);
  }
  answer.body = text.substr(head_end + 4);
  if (answer.headers["transfer-encoding"] == "chunked") {
    auto joined = join_chunks(answer.body);
    if (!joined) {
      return std::unexpected(joined.error());
    }
    answer.body = std::move(*joined);
  }
  const auto length = answer.headers.find("content-length");
  if (length != answer.headers.end() && length->second != std::to_string(answer.body.size())) {
    return model::fail(EPROTO, "the body has " + std::to_string(answer.body.size()) +
                                   " bytes, not the promised " + length->second);
  }
  return answer;
}

}  // namespace

model::Result<HttpAnswer> http_get(const std::string& address, const std::string& path,
                                   std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  const auto endpoint = parse_endpoint(address);
  if (!endpoint) {
    return std::unexpected(endpoint.error());
  }
  const auto socket = connect_to(*endpoint, end);
  if (!socket) {
    return std::unexpected(socket.error());
  }
  const auto answer = exchange(
      *socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", end);
  if (!answer) {
    return std::unexpected(answer.error());
  }
  return parse_answer(*answer);
}

}  // namespace ctwarden::tests
