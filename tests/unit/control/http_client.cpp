// SPDX-License-Identifier: GPL-2.0-or-later
#include "http_client.h"

#include "control/listen_address.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace ctwarden::control {

namespace {

constexpr std::chrono::seconds kPatience{10};

template <typename T>
int connect_to(int family, const T& address) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    throw std::system_error(errno, std::generic_category(), "socket");
  }
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(descriptor);
    throw std::system_error(error, std::generic_category(), "connect");
  }
  return descriptor;
}

int connected(const ListenAddress& to) {
  if (to.kind == ListenAddress::Kind::Unix) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    to.path.copy(address.sun_path, sizeof address.sun_path - 1);
    return connect_to(AF_UNIX, address);
  }
  if (to.kind == ListenAddress::Kind::Ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(to.port);
    std::ranges::copy(to.ip, std::begin(address.sin6_addr.s6_addr));
    return connect_to(AF_INET6, address);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port);
  std::memcpy(&address.sin_addr, to.ip.data(), sizeof address.sin_addr);
  return connect_to(AF_INET, address);
}

std::size_t content_length(std::string_view header) {
  constexpr std::string_view kField = "\r\nContent-Length: ";
  const std::size_t at = header.find(kField);
  std::size_t length = 0;
  if (at != std::string_view::npos) {
    std::from_chars(header.data() + at + kField.size(), header.data() + header.size(), length);
  }
  return length;
}

}  // namespace

Client::Client(std::string_view address) {
  const auto to = parse_listen_address(address);
  if (!to) {
    throw std::invalid_argument(to.error().context);
  }
  descriptor_ = connected(*to);
}

Client::~Client() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Client::Client(Client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}

void Client::send(std::string_view bytes) const {
  static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

bool Client::receive() {
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = ::recv(descriptor_, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got <= 0) {
      return got < 0 && (errno == EAGAIN || errno == EINTR);
    }
    received_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

bool Client::take_answer(Answer& answer, bool to_head) {
  const std::size_t end = received_.find("\r\n\r\n");
  if (end == std::string::npos) {
    return false;
  }
  const std::string header = received_.substr(0, end + 2);
  const std::size_t body = to_head ? 0 : content_length(header);
  if (received_.size() < end + 4 + body) {
    return false;
  }
  constexpr std::size_t kStatusAt = 9;  // after "HTTP/1.1 "
  answer.header = header;
  answer.body = received_.substr(end + 4, body);
  std::from_chars(header.data() + kStatusAt, header.data() + header.size(), answer.status);
  received_.erase(0, end + 4 + body);
  return true;
}

RunningServer::RunningServer(HttpLimits limits, HttpHandler handler,
                             std::vector<std::string> allowed_hosts)
    : server_(std::make_unique<HttpServer>(loop_, handler ? std::move(handler) : example_handler,
                                           limits, std::move(allowed_hosts))) {}

bool RunningServer::turn_until(const std::function<bool()>& done) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    loop_.restart();
    loop_.run_one_for(std::chrono::milliseconds(5));
  }
  return true;
}

Answer RunningServer::next_answer(Client& client, bool to_head) {
  Answer answer;
  bool open = true;
  turn_until([&] {
    open = open && client.receive();
    return client.take_answer(answer, to_head) || !open;
  });
  return answer;
}

Answer RunningServer::answer_to(Client& client, std::string_view request) {
  client.send(request);
  return next_answer(client, request.starts_with("HEAD "));
}

Answer RunningServer::get(std::string_view address, std::string_view path) {
  Client client(address);
  return answer_to(client, "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

bool RunningServer::closes(Client& client) {
  return turn_until([&client] { return !client.receive(); });
}

HttpResponse example_handler(const HttpRequest& request) {
  if (request.path == "/") {
    return {.status = 200, .content_type = "text/html; charset=utf-8", .body = "<p>hello</p>"};
  }
  if (request.path == "/metrics") {
    return {.status = 200,
            .content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = "up 1\n"};
  }
  if (request.path == "/throw") {
    throw std::runtime_error("a handler's own mistake");
  }
  if (request.path == "/echo") {
    std::string body(request.query);
    body += request.over_unix ? " unix" : " tcp";
    return {.status = 200, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
  }
  return {.status = 404, .content_type = "text/plain; charset=utf-8", .body = "not found\n"};
}

std::uint16_t port_of(std::string_view address) {
  const auto parsed = parse_listen_address(address);
  return parsed ? parsed->port : std::uint16_t{0};
}

}  // namespace ctwarden::control
