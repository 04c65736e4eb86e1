// SPDX-License-Identifier: GPL-2.0-or-later
//
// The classes of flows that live by different rules: each has timeouts of its own in the kernel, so
// each fills the table in its own way. A flow only ever moves between classes of one group.
#pragma once

#include "model/flow.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctwarden::model {

enum class FlowClass : std::uint8_t {
  TcpHalfOpen,     // until the handshake is complete
  TcpEstablished,  // also when the state is not told, as for entries made through ctnetlink
  TcpClosing,      // from the first FIN or RST
  UdpOneWay,       // no reply seen
  UdpTwoWay,
  Icmp,  // both families
  Other,
};
inline constexpr std::size_t kFlowClassCount = 7;

// For people: "TCP half-open".
constexpr std::string_view name(FlowClass which) noexcept {
  constexpr std::array<std::string_view, kFlowClassCount> kNames = {
      "TCP half-open", "TCP established", "TCP closing", "UDP one-way", "UDP two-way", "ICMP",
      "other"};
  return kNames[static_cast<std::size_t>(which)];
}

// The classes one flow can go through, in the order it usually does.
struct FlowGroup {
  std::size_t first;
  std::size_t count;
};
inline constexpr std::array<FlowGroup, 4> kFlowGroups = {{{.first = 0, .count = 3},
                                                          {.first = 3, .count = 2},
                                                          {.first = 5, .count = 1},
                                                          {.first = 6, .count = 1}}};

inline constexpr std::array<FlowClass, kTcpStateCount> kClassOfTcp = {
    FlowClass::TcpEstablished, FlowClass::TcpHalfOpen, FlowClass::TcpHalfOpen,
    FlowClass::TcpEstablished, FlowClass::TcpClosing,  FlowClass::TcpClosing,
    FlowClass::TcpClosing,     FlowClass::TcpClosing,  FlowClass::TcpClosing,
    FlowClass::TcpHalfOpen};

constexpr FlowClass flow_class_of(Protocol protocol, TcpState state, bool unreplied) noexcept {
  switch (protocol) {
    case Protocol::Tcp:
      return kClassOfTcp[static_cast<std::size_t>(state)];
    case Protocol::Udp:
      return unreplied ? FlowClass::UdpOneWay : FlowClass::UdpTwoWay;
    case Protocol::Icmp:
    case Protocol::Icmpv6:
      return FlowClass::Icmp;
    default:
      return FlowClass::Other;
  }
}

}  // namespace ctwarden::model
