// SPDX-License-Identifier: GPL-2.0-or-later
//
// A numbered set of distinct tuples: address and port ranges, and a bijection from 0..capacity to
// them. Pure values.
//
// Neighbouring numbers differ in every range that is wider than one, so that a small run already
// shows many talkers and services. The first source_ports x destinations x destination_ports
// numbers also stay distinct without their source address: that many survive behind one SNAT
// address with their ports unchanged.
#pragma once

#include "model/flow.h"
#include "model/result.h"

#include <cstdint>
#include <string_view>

namespace ctwarden::traffic {

// For ICMP and ICMPv6 a source port is the echo id and there is one destination port, the echo
// request's type and code.
struct FlowSpace {
  std::uint8_t protocol = 17;  // IP protocol number: 6, 17, 1 or 58
  model::Family family = model::Family::Ipv4;
  model::Address first_source;
  std::uint32_t sources = 1;
  model::Address first_destination;
  std::uint32_t destinations = 1;
  std::uint16_t first_source_port = 1024;
  std::uint32_t source_ports = 64512;
  std::uint16_t first_destination_port = 9;
  std::uint32_t destination_ports = 1;
};

// How many distinct tuples the space holds.
[[nodiscard]] std::uint64_t capacity(const FlowSpace& space);

// Whether every range is at least one wide and ends inside its type; ICMP needs destination_ports
// == 1.
[[nodiscard]] model::Result<void> check(const FlowSpace& space);

// Number `index`, which wraps at the capacity.
[[nodiscard]] model::Tuple tuple_at(const FlowSpace& space, std::uint64_t index);

// What the other side sends back: addresses and ports swapped, echo reply for echo request.
[[nodiscard]] model::Tuple inverse(const model::Tuple& tuple);

// "10.1.0.2" or "fd00:1::2"; the family is told by the text.
struct ParsedAddress {
  model::Family family = model::Family::Ipv4;
  model::Address address;
};
[[nodiscard]] model::Result<ParsedAddress> parse_address(std::string_view text);

// For literals in tests and defaults; a text that is no address throws std::invalid_argument.
[[nodiscard]] model::Address address(std::string_view text);

}  // namespace ctwarden::traffic
