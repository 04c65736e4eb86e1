// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow.h"

namespace ctwarden::model {

namespace {
constexpr std::array<std::string_view, kProtocolCount> kProtocolNames = {
    "tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "udplite", "dccp", "other"};
constexpr std::array<std::string_view, kTcpStateCount> kTcpStateNames = {
    "none",       "syn_sent", "syn_recv",  "established", "fin_wait",
    "close_wait", "last_ack", "time_wait", "close",       "syn_sent2"};
}  // namespace

Protocol protocol_of(std::uint8_t ip_protocol) noexcept {
  switch (ip_protocol) {  // IANA protocol numbers
    case 6:
      return Protocol::Tcp;
    case 17:
      return Protocol::Udp;
    case 1:
      return Protocol::Icmp;
    case 58:
      return Protocol::Icmpv6;
    case 132:
      return Protocol::Sctp;
    case 47:
      return Protocol::Gre;
    case 136:
      return Protocol::Udplite;
    case 33:
      return Protocol::Dccp;
    default:
      return Protocol::Other;
  }
}

std::string_view name(Protocol protocol) noexcept {
  return kProtocolNames[static_cast<std::size_t>(protocol)];
}

TcpState tcp_state_of(std::uint8_t number) noexcept {
  return number < kTcpStateCount ? static_cast<TcpState>(number) : TcpState::None;
}

std::string_view name(TcpState state) noexcept {
  return kTcpStateNames[static_cast<std::size_t>(state)];
}

std::string_view name(Family family) noexcept { return family == Family::Ipv4 ? "ipv4" : "ipv6"; }

}  // namespace ctwarden::model
