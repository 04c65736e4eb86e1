// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/flow_space.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace ctwarden::traffic {
namespace {

bool is_echo(std::uint8_t protocol) {
  return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

// Adds to the low 32 bits; ranges never carry further (see check).
model::Address offset_by(model::Address address, model::Family family, std::uint32_t offset) {
  std::uint8_t* low = address.bytes.data() + (family == model::Family::Ipv4 ? 0 : 12);
  std::uint32_t word = 0;
  std::memcpy(&word, low, sizeof word);
  word = htonl(ntohl(word) + offset);
  std::memcpy(low, &word, sizeof word);
  return address;
}

bool range_fits(const model::Address& first, model::Family family, std::uint32_t count) {
  std::uint32_t word = 0;
  std::memcpy(&word, first.bytes.data() + (family == model::Family::Ipv4 ? 0 : 12), sizeof word);
  return count >= 1 && std::uint64_t{ntohl(word)} + count - 1 <= UINT32_MAX;
}

bool range_fits(std::uint16_t first, std::uint32_t count) {
  return count >= 1 && std::uint64_t{first} + count - 1 <= UINT16_MAX;
}

std::uint16_t echo_type(std::uint8_t protocol, bool reply) {
  if (protocol == IPPROTO_ICMP) {
    return reply ? ICMP_ECHOREPLY : ICMP_ECHO;
  }
  return reply ? ICMP6_ECHO_REPLY : ICMP6_ECHO_REQUEST;
}

}  // namespace

std::uint64_t capacity(const FlowSpace& space) {
  return std::uint64_t{space.source_ports} * space.destinations * space.destination_ports *
         space.sources;
}

model::Result<void> check(const FlowSpace& space) {
  if (!range_fits(space.first_source, space.family, space.sources) ||
      !range_fits(space.first_destination, space.family, space.destinations)) {
    return model::fail(EINVAL, "an address range is empty or runs over its last 32 bits");
  }
  if (!range_fits(space.first_source_port, space.source_ports) ||
      !range_fits(space.first_destination_port, space.destination_ports)) {
    return model::fail(EINVAL, "a port range is empty or runs over 65535");
  }
  if (is_echo(space.protocol) && space.destination_ports != 1) {
    return model::fail(EINVAL, "echo requests have no destination ports");
  }
  return {};
}

model::Tuple tuple_at(const FlowSpace& space, std::uint64_t index) {
  const std::uint64_t pool =
      std::uint64_t{space.source_ports} * space.destinations * space.destination_ports;
  const std::uint64_t in_pool = index % pool;
  const std::uint64_t port = in_pool % space.source_ports;
  const std::uint64_t row = in_pool / space.source_ports;
  const std::uint64_t service = row / space.destinations;

  // Each range is turned by what is already known from the ranges before it: spread out, and still
  // one to one.
  const std::uint64_t destination = (row + port) % space.destinations;
  const std::uint64_t destination_port =
      (service + port + row % space.destinations) % space.destination_ports;
  const std::uint64_t source = (index / pool + in_pool) % space.sources;

  model::Tuple tuple;
  tuple.family = space.family;
  tuple.protocol = space.protocol;
  tuple.source = offset_by(space.first_source, space.family, static_cast<std::uint32_t>(source));
  tuple.destination =
      offset_by(space.first_destination, space.family, static_cast<std::uint32_t>(destination));
  tuple.source_port = static_cast<std::uint16_t>(space.first_source_port + port);
  tuple.destination_port =
      is_echo(space.protocol)
          ? static_cast<std::uint16_t>(echo_type(space.protocol, false) << 8U)
          : static_cast<std::uint16_t>(space.first_destination_port + destination_port);
  return tuple;
}

model::Tuple inverse(const model::Tuple& tuple) {
  model::Tuple back = tuple;
  std::swap(back.source, back.destination);
  if (is_echo(tuple.protocol)) {
    back.destination_port = static_cast<std::uint16_t>(echo_type(tuple.protocol, true) << 8U);
  } else {
    std::swap(back.source_port, back.destination_port);
  }
  return back;
}

model::Result<ParsedAddress> parse_address(std::string_view text) {
  const std::string terminated(text);
  ParsedAddress parsed;
  if (inet_pton(AF_INET, terminated.c_str(), parsed.address.bytes.data()) == 1) {
    parsed.family = model::Family::Ipv4;
    return parsed;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), parsed.address.bytes.data()) == 1) {
    parsed.family = model::Family::Ipv6;
    return parsed;
  }
  return model::fail(EINVAL, "'" + terminated + "' is no IPv4 or IPv6 address");
}

model::Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  if (!parsed) {
    throw std::invalid_argument(parsed.error().context);
  }
  return parsed->address;
}

}  // namespace ctwarden::traffic
