// SPDX-License-Identifier: GPL-2.0-or-later
//
// Source ports of a NAT address towards one service. Two flows behind the same address need
// different ports only if they go to the same address and port, so a pool is (egress address,
// protocol, destination address and port, after DNAT), and a flow whose source was rewritten uses
// one port of it.
//
// A rule without a port range keeps a port in its class and chooses from 1..511, 600..1023 or
// 1024..65535 by the source port the client had (nf_nat_l4proto_unique_tuple in
// net/netfilter/nf_nat_core.c); net.ipv4.ip_local_port_range does not matter. The range of a rule
// that names one is not known here. Flows that the node itself opens from the egress address
// without NAT take ports of the same pool and are not counted.
#pragma once

#include "model/flow.h"

#include <cstdint>
#include <optional>

namespace ctwarden::model {

struct PortRange {
  std::uint16_t first = 0;
  std::uint32_t size = 0;
  bool operator==(const PortRange&) const = default;
};

[[nodiscard]] constexpr PortRange usable_range(std::uint16_t source_port) {
  if (source_port < 512) {
    return {.first = 1, .size = 511};
  }
  if (source_port < 1024) {
    return {.first = 600, .size = 424};
  }
  return {.first = 1024, .size = 64512};
}

// The pool a flow takes a port of, as the reply tuple with the first port of the range in place of
// its own. Absent without source NAT, and for protocols without ports.
[[nodiscard]] inline std::optional<Tuple> snat_pool_of(const FlowEvent& event) {
  if ((event.status.value_or(0) & kStatusSourceNat) == 0 || !event.reply) {
    return std::nullopt;
  }
  switch (protocol_of(event.original.protocol)) {
    case Protocol::Tcp:
    case Protocol::Udp:
    case Protocol::Sctp:
    case Protocol::Udplite:
    case Protocol::Dccp:
      break;
    default:
      return std::nullopt;
  }
  Tuple pool = *event.reply;
  pool.destination_port = usable_range(event.original.source_port).first;
  return pool;
}

}  // namespace ctwarden::model
