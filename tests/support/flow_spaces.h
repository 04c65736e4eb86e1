// SPDX-License-Identifier: GPL-2.0-or-later
//
// The usual tuples of a test: clients 10.1.0.10 and up, servers 10.2.0.10 and up, or the same hosts
// in fd00:1::/48 and fd00:2::/48, all routed by ScratchNetns.
#pragma once

#include "bench/traffic/flow_space.h"

#include <cstdint>

namespace ctwarden::tests {

inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kIcmpv6 = 58;

// 64,512 source ports to one service per source address.
inline traffic::FlowSpace flow_space(std::uint8_t protocol, model::Family family,
                                     std::uint16_t destination_port = 80) {
  const bool v4 = family == model::Family::Ipv4;
  traffic::FlowSpace space;
  space.protocol = protocol;
  space.family = family;
  space.first_source = traffic::address(v4 ? "10.1.0.10" : "fd00:1::10");
  space.sources = 200;
  space.first_destination = traffic::address(v4 ? "10.2.0.10" : "fd00:2::10");
  space.first_destination_port = destination_port;
  return space;
}

}  // namespace ctwarden::tests
