// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where to listen, as a value: "127.0.0.1:10087", "[::]:10087", "unix:/path". Addresses are
// literals: a name would be looked up once, block the loop and change its meaning under us. Pure;
// nothing is opened here.
#pragma once

#include "model/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ctwarden::control {

struct ListenAddress {
  enum class Kind : std::uint8_t { Ipv4, Ipv6, Unix };

  Kind kind = Kind::Ipv4;
  std::array<std::uint8_t, 16> ip{};  // network order; IPv4 uses the first four bytes
  std::uint16_t port = 0;             // 0 lets the kernel choose
  std::string path;                   // Unix only, absolute

  [[nodiscard]] bool is_wildcard() const;  // 0.0.0.0 or ::
  bool operator==(const ListenAddress&) const = default;
};

// The error says what is wrong and shows right spellings.
[[nodiscard]] model::Result<ListenAddress> parse_listen_address(std::string_view text);

// The same check for those who only want to know whether the spelling is right.
[[nodiscard]] model::Result<void> check_listen_address(std::string_view text);

[[nodiscard]] std::string to_string(const ListenAddress& address);  // canonical, parses back

}  // namespace ctwarden::control
