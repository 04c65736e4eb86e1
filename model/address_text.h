// SPDX-License-Identifier: GPL-2.0-or-later
//
// Addresses and ranges of addresses as people write them. Strict: no leading zeros in IPv4, no
// scope, no port. What is written here is read back as the same value.
#pragma once

#include "model/flow.h"
#include "model/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctwarden::model {

struct FamilyAddress {
  Family family = Family::Ipv4;
  Address address;
  auto operator<=>(const FamilyAddress&) const = default;
};

// A range in CIDR form; the bits after `length` are 0.
struct Prefix {
  Family family = Family::Ipv4;
  Address address;
  std::uint8_t length = 0;  // 0 to 32 or 128
  auto operator<=>(const Prefix&) const = default;
};

// "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; nothing when it is no address.
[[nodiscard]] std::optional<FamilyAddress> parse_address(std::string_view text) noexcept;

// "192.0.2.0/24", "2001:db8::/32"; an address alone is a range of one. The error says what is
// wrong; it does not repeat the text, which may hold anything.
[[nodiscard]] Result<Prefix> parse_prefix(std::string_view text);

[[nodiscard]] bool contains(const Prefix& prefix, Family family, const Address& address) noexcept;

// IPv6 as RFC 5952 wants it: lower case, the longest run of zeros as "::".
[[nodiscard]] std::string to_text(Family family, const Address& address);
[[nodiscard]] std::string to_text(const Prefix& prefix);  // always with its length

}  // namespace ctwarden::model
