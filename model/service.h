// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a flow asks for: protocol and destination port, of TCP and UDP. Before DNAT it is the port
// the client named, after it the port that answers. Other protocols have no service here: ICMP's
// "port" is a type and code (flow.h), and the rest are counted by protocol elsewhere.
#pragma once

#include "model/flow.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace ctwarden::model {

struct Service {
  Protocol protocol = Protocol::Tcp;  // Tcp or Udp
  std::uint16_t port = 0;
  auto operator<=>(const Service&) const = default;
};

inline constexpr std::size_t kServiceCount = std::size_t{2} << 16;

// Below kServiceCount.
[[nodiscard]] constexpr std::size_t index_of(Service service) {
  return std::size_t{service.protocol == Protocol::Udp} << 16 | service.port;
}
[[nodiscard]] constexpr Service service_at(std::size_t index) {
  return {.protocol = index >> 16 != 0 ? Protocol::Udp : Protocol::Tcp,
          .port = static_cast<std::uint16_t>(index)};
}

[[nodiscard]] inline std::optional<Service> service_of(std::uint8_t ip_protocol,
                                                       std::uint16_t port) {
  // protocol_of without its call: this runs several times an event.
  constexpr std::uint8_t kTcp = 6;
  constexpr std::uint8_t kUdp = 17;
  if (ip_protocol != kTcp && ip_protocol != kUdp) {
    return std::nullopt;
  }
  return Service{.protocol = ip_protocol == kUdp ? Protocol::Udp : Protocol::Tcp, .port = port};
}
[[nodiscard]] inline std::optional<Service> service_before_nat(const FlowEvent& event) {
  return service_of(event.original.protocol, event.original.destination_port);
}
[[nodiscard]] inline std::optional<Service> service_after_nat(const FlowEvent& event) {
  return service_of(event.original.protocol,
                    event.reply ? event.reply->source_port : event.original.destination_port);
}

}  // namespace ctwarden::model
