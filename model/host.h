// SPDX-License-Identifier: GPL-2.0-or-later
//
// An address of either family as one value of 16 bytes: IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2),
// which no packet bears as an IPv6 address. Talkers are counted by it.
#pragma once

#include "model/flow.h"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>

namespace ctwarden::model {

struct Host {
  std::uint64_t high = 0;  // the bytes as they are in memory, network order
  std::uint64_t low = 0;
  auto operator<=>(const Host&) const = default;
};

inline constexpr std::array<std::uint8_t, 4> kMappedMark = {0, 0, 0xFF, 0xFF};

[[nodiscard]] inline Host host_of(const Address& address, Family family) {
  Host host;
  if (family == Family::Ipv4) {
    std::array<std::uint8_t, sizeof host.low> bytes{};
    std::memcpy(bytes.data(), kMappedMark.data(), kMappedMark.size());
    std::memcpy(bytes.data() + kMappedMark.size(), address.bytes.data(), 4);
    std::memcpy(&host.low, bytes.data(), sizeof host.low);
  } else {
    std::memcpy(&host.high, address.bytes.data(), sizeof host.high);
    std::memcpy(&host.low, address.bytes.data() + sizeof host.high, sizeof host.low);
  }
  return host;
}

[[nodiscard]] inline Family family_of(const Host& host) {
  return host.high == 0 && std::memcmp(&host.low, kMappedMark.data(), kMappedMark.size()) == 0
             ? Family::Ipv4
             : Family::Ipv6;
}

[[nodiscard]] inline Address address_of(const Host& host) {
  Address address;
  std::memcpy(address.bytes.data(), &host.high, sizeof host.high);
  std::memcpy(address.bytes.data() + sizeof host.high, &host.low, sizeof host.low);
  if (family_of(host) == Family::Ipv4) {
    Address v4;
    std::memcpy(v4.bytes.data(), address.bytes.data() + 12, 4);
    return v4;
  }
  return address;
}

}  // namespace ctwarden::model
