// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/flow_generator.h"

#include <netinet/in.h>

#include <array>
#include <limits>

namespace ctwarden::support {
namespace {

using model::Address;
using model::Counters;
using model::EventKind;
using model::Family;
using model::FlowEvent;
using model::Tuple;

template <typename T>
T any(std::mt19937_64& engine) {
  return static_cast<T>(engine());
}

bool coin(std::mt19937_64& engine) { return (engine() & 1U) != 0; }

template <typename T>
std::optional<T> maybe(std::mt19937_64& engine) {
  return coin(engine) ? std::optional(any<T>(engine)) : std::nullopt;
}

Address random_address(std::mt19937_64& engine, Family family) {
  Address address;
  const std::size_t size = family == Family::Ipv4 ? 4 : address.bytes.size();
  for (std::size_t i = 0; i < size; ++i) {
    address.bytes[i] = any<std::uint8_t>(engine);
  }
  return address;
}

std::uint8_t random_protocol(std::mt19937_64& engine) {
  constexpr std::array<std::uint8_t, 10> kProtocols = {
      IPPROTO_TCP, IPPROTO_UDP,  IPPROTO_ICMP,    IPPROTO_ICMPV6, IPPROTO_SCTP,
      IPPROTO_GRE, IPPROTO_DCCP, IPPROTO_UDPLITE, IPPROTO_ESP,    89 /* OSPF, untracked */};
  return kProtocols[engine() % kProtocols.size()];
}

Tuple random_tuple(std::mt19937_64& engine, Family family, std::uint8_t protocol) {
  Tuple tuple;
  tuple.family = family;
  tuple.protocol = protocol;
  tuple.source = random_address(engine, family);
  tuple.destination = random_address(engine, family);
  if (protocol != IPPROTO_ESP && protocol != 89) {
    tuple.source_port = any<std::uint16_t>(engine);
    tuple.destination_port = any<std::uint16_t>(engine);
  }
  return tuple;
}

// None, one for both directions, or one for a single direction.
void add_zone(std::mt19937_64& engine, FlowEvent& flow) {
  const auto zone = static_cast<std::uint16_t>(1 + engine() % 65535);
  switch (engine() % 4) {
    case 0:
      flow.zone = zone;
      flow.original.zone = zone;
      if (flow.reply) {
        flow.reply->zone = zone;
      }
      break;
    case 1:
      flow.original.zone = zone;
      break;
    case 2:
      if (flow.reply) {
        flow.reply->zone = zone;
      }
      break;
    default:
      break;
  }
}

void add_state(std::mt19937_64& engine, FlowEvent& flow) {
  if (coin(engine)) {
    return;
  }
  const auto state = static_cast<std::uint8_t>(engine() % 10);
  switch (flow.original.protocol) {
    case IPPROTO_TCP:
      flow.tcp_state = state;
      break;
    case IPPROTO_SCTP:
      flow.sctp_state = state;
      break;
    case IPPROTO_DCCP:
      flow.dccp_state = state;
      break;
    default:
      break;
  }
}

std::optional<Counters> maybe_counters(std::mt19937_64& engine) {
  if (coin(engine)) {
    return std::nullopt;
  }
  const unsigned shift = coin(engine) ? 40 : 0;  // small ones fit the 32-bit attributes
  return Counters{.packets = engine() >> shift, .bytes = engine() >> shift};
}

bool fits32(const std::optional<Counters>& counters) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  return !counters || (counters->packets <= kMax && counters->bytes <= kMax);
}

}  // namespace

FlowEvent random_flow(std::mt19937_64& engine) {
  FlowEvent flow;
  flow.kind = static_cast<EventKind>(engine() % 4);
  const Family family = coin(engine) ? Family::Ipv4 : Family::Ipv6;
  const std::uint8_t protocol = random_protocol(engine);
  flow.original = random_tuple(engine, family, protocol);
  if (engine() % 8 != 0) {
    flow.reply = random_tuple(engine, family, protocol);
  }
  if (flow.kind != EventKind::DumpRow && engine() % 4 == 0) {
    flow.requester = any<std::uint32_t>(engine);
  }
  add_zone(engine, flow);
  add_state(engine, flow);
  flow.has_helper = coin(engine);
  flow.has_labels = coin(engine);
  flow.id = maybe<std::uint32_t>(engine);
  flow.status = maybe<std::uint32_t>(engine);
  flow.timeout_seconds = maybe<std::uint32_t>(engine);
  flow.mark = maybe<std::uint32_t>(engine);
  flow.original_counters = maybe_counters(engine);
  flow.reply_counters = maybe_counters(engine);
  flow.start_ns = maybe<std::uint64_t>(engine);
  flow.stop_ns = maybe<std::uint64_t>(engine);
  return flow;
}

FlowWire random_wire(std::mt19937_64& engine, const FlowEvent& flow) {
  FlowWire wire;
  wire.nested_flag = coin(engine);
  wire.counters32 = coin(engine) && fits32(flow.original_counters) && fits32(flow.reply_counters);
  wire.kernel_extras = coin(engine);
  wire.unknown_attributes = coin(engine);
  wire.shuffle = maybe<std::uint64_t>(engine);
  return wire;
}

}  // namespace ctwarden::support
