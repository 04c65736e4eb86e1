// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/listen_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace ctwarden::control {

namespace {

constexpr std::string_view kUnixPrefix = "unix:";

// The text may come from anywhere and the message goes to a terminal: no control bytes.
std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 120;
  std::string out(text.substr(0, kLongest));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

std::unexpected<model::Error> bad(std::string_view text, const std::string& reason) {
  return model::fail(
      0, "listen address \"" + printable(text) + "\": " + reason +
             "; right are 127.0.0.1:10087, [::]:10087 or unix:/run/ctwarden/metrics.sock");
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool canonical = digits == "0" || !digits.starts_with('0');
  if (error != std::errc{} || end != digits.data() + digits.size() || !canonical) {
    return std::nullopt;
  }
  return port;
}

bool parse_ip(int family, std::string_view literal, std::array<std::uint8_t, 16>& ip) {
  return literal.find('\0') == std::string_view::npos &&
         ::inet_pton(family, std::string(literal).c_str(), ip.data()) == 1;
}

model::Result<ListenAddress> parse_unix(std::string_view text) {
  const std::string_view path = text.substr(kUnixPrefix.size());
  if (!path.starts_with('/')) {
    return bad(text, "the path of a unix socket must be absolute");
  }
  if (path.ends_with('/')) {
    return bad(text, "the path names a directory");
  }
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return bad(text, "the path is longer than the 107 bytes the kernel takes");
  }
  if (std::ranges::any_of(path, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; })) {
    return bad(text, "the path holds a control byte");
  }
  return ListenAddress{
      .kind = ListenAddress::Kind::Unix, .ip = {}, .port = 0, .path = std::string(path)};
}

model::Result<ListenAddress> parse_ipv6(std::string_view text) {
  const std::size_t closing = text.find(']');
  if (closing == std::string_view::npos) {
    return bad(text, "the bracket is not closed");
  }
  const std::string_view literal = text.substr(1, closing - 1);
  const std::string_view rest = text.substr(closing + 1);
  ListenAddress address{.kind = ListenAddress::Kind::Ipv6, .ip = {}, .port = 0, .path = {}};
  if (literal.find('%') != std::string_view::npos) {
    return bad(text, "an IPv6 address with a zone (after %) cannot be listened on");
  }
  if (!parse_ip(AF_INET6, literal, address.ip)) {
    return bad(text, "there is no IPv6 address between the brackets");
  }
  const auto port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) {
    return bad(text, "the port must be a number from 0 to 65535");
  }
  address.port = *port;
  return address;
}

model::Result<ListenAddress> parse_ipv4(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return bad(text, "the port is missing");
  }
  const std::string_view literal = text.substr(0, colon);
  ListenAddress address;
  if (literal.empty()) {
    return bad(text, "the address is missing ([::] listens on every one)");
  }
  if (literal.find(':') != std::string_view::npos) {
    return bad(text, "an IPv6 address needs brackets");
  }
  if (!parse_ip(AF_INET, literal, address.ip)) {
    return bad(text,
               "\"" + printable(literal) + "\" is not an IP address, and names are not looked up");
  }
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) {
    return bad(text, "the port must be a number from 0 to 65535");
  }
  address.port = *port;
  return address;
}

}  // namespace

bool ListenAddress::is_wildcard() const {
  return kind != Kind::Unix && std::ranges::all_of(ip, [](std::uint8_t byte) { return byte == 0; });
}

model::Result<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.empty()) {
    return bad(text, "it is empty");
  }
  if (text.starts_with(kUnixPrefix)) {
    return parse_unix(text);
  }
  return text.starts_with('[') ? parse_ipv6(text) : parse_ipv4(text);
}

model::Result<void> check_listen_address(std::string_view text) {
  const auto address = parse_listen_address(text);
  if (!address) {
    return std::unexpected(address.error());
  }
  return {};
}

std::string to_string(const ListenAddress& address) {
  if (address.kind == ListenAddress::Kind::Unix) {
    return std::string(kUnixPrefix) + address.path;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool ipv6 = address.kind == ListenAddress::Kind::Ipv6;
  ::inet_ntop(ipv6 ? AF_INET6 : AF_INET, address.ip.data(), text.data(), text.size());
  const std::string ip = ipv6 ? "[" + std::string(text.data()) + "]" : std::string(text.data());
  return ip + ":" + std::to_string(address.port);
}

}  // namespace ctwarden::control
