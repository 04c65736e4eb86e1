// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/netlink_builder.h"

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string_view>

namespace ctwarden::support {
namespace {

using model::Counters;
using model::EventKind;
using model::FlowEvent;
using model::Tuple;

// Above every attribute of today's kernels, at every level.
constexpr std::uint16_t kUnknownAttribute = 200;

std::span<const std::byte> text(std::string_view value) { return std::as_bytes(std::span(value)); }

void add_unknown(NetlinkBuilder& builder, const FlowWire& wire) {
  if (wire.unknown_attributes) {
    builder.attribute(kUnknownAttribute, text("odd"));
  }
}

void add_addresses(NetlinkBuilder& builder, const Tuple& tuple, const FlowWire& wire) {
  const bool ipv4 = tuple.family == model::Family::Ipv4;
  const std::size_t size = ipv4 ? 4 : 16;
  builder.open(CTA_TUPLE_IP);
  add_unknown(builder, wire);
  builder.attribute(ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC,
                    std::as_bytes(std::span(tuple.source.bytes)).first(size));
  builder.attribute(ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST,
                    std::as_bytes(std::span(tuple.destination.bytes)).first(size));
  builder.close();
}

void add_icmp(NetlinkBuilder& builder, const Tuple& tuple, std::uint16_t first_attribute) {
  builder.number(first_attribute, tuple.source_port);
  builder.number(static_cast<std::uint16_t>(first_attribute + 1),
                 static_cast<std::uint8_t>(tuple.destination_port >> 8U));
  builder.number(static_cast<std::uint16_t>(first_attribute + 2),
                 static_cast<std::uint8_t>(tuple.destination_port & 0xffU));
}

void add_protocol(NetlinkBuilder& builder, const Tuple& tuple, const FlowWire& wire) {
  builder.open(CTA_TUPLE_PROTO);
  builder.number(CTA_PROTO_NUM, tuple.protocol);
  add_unknown(builder, wire);
  switch (tuple.protocol) {
    case IPPROTO_ICMP:
      add_icmp(builder, tuple, CTA_PROTO_ICMP_ID);
      break;
    case IPPROTO_ICMPV6:
      add_icmp(builder, tuple, CTA_PROTO_ICMPV6_ID);
      break;
    case IPPROTO_TCP:
    case IPPROTO_UDP:
    case IPPROTO_SCTP:
    case IPPROTO_GRE:
    case IPPROTO_DCCP:
    case IPPROTO_UDPLITE:
      builder.number(CTA_PROTO_SRC_PORT, tuple.source_port);
      builder.number(CTA_PROTO_DST_PORT, tuple.destination_port);
      break;
    default:
      break;
  }
  builder.close();
}

void add_tuple(NetlinkBuilder& builder, std::uint16_t type, const Tuple& tuple, bool own_zone,
               const FlowWire& wire) {
  builder.open(type);
  add_addresses(builder, tuple, wire);
  add_protocol(builder, tuple, wire);
  if (own_zone) {
    builder.number(CTA_TUPLE_ZONE, tuple.zone);
  }
  add_unknown(builder, wire);
  builder.close();
}

void add_counters(NetlinkBuilder& builder, std::uint16_t type, const Counters& counters,
                  const FlowWire& wire) {
  builder.open(type);
  if (wire.counters32) {
    builder.number(CTA_COUNTERS32_PACKETS, static_cast<std::uint32_t>(counters.packets));
    builder.number(CTA_COUNTERS32_BYTES, static_cast<std::uint32_t>(counters.bytes));
  } else {
    builder.number(CTA_COUNTERS_PACKETS, counters.packets);
    builder.number(CTA_COUNTERS_BYTES, counters.bytes);
  }
  add_unknown(builder, wire);
  builder.close();
}

void add_protocol_info(NetlinkBuilder& builder, std::uint16_t protocol, std::uint16_t state_type,
                       std::uint8_t state, const FlowWire& wire) {
  builder.open(CTA_PROTOINFO).open(protocol);
  builder.number(state_type, state);
  add_unknown(builder, wire);
  builder.close().close();
}

void add_states(NetlinkBuilder& builder, const FlowEvent& event, const FlowWire& wire) {
  if (event.tcp_state) {
    add_protocol_info(builder, CTA_PROTOINFO_TCP, CTA_PROTOINFO_TCP_STATE, *event.tcp_state, wire);
  }
  if (event.sctp_state) {
    add_protocol_info(builder, CTA_PROTOINFO_SCTP, CTA_PROTOINFO_SCTP_STATE, *event.sctp_state,
                      wire);
  }
  if (event.dccp_state) {
    add_protocol_info(builder, CTA_PROTOINFO_DCCP, CTA_PROTOINFO_DCCP_STATE, *event.dccp_state,
                      wire);
  }
}

void add_timestamps(NetlinkBuilder& builder, const FlowEvent& event) {
  builder.open(CTA_TIMESTAMP);
  if (event.start_ns) {
    builder.number(CTA_TIMESTAMP_START, *event.start_ns);
  }
  if (event.stop_ns) {
    builder.number(CTA_TIMESTAMP_STOP, *event.stop_ns);
  }
  builder.close();
}

// The master's tuple is the trap: a decoder that does not look at the level takes it for the flow's
// own.
void add_kernel_extras(NetlinkBuilder& builder, const FlowEvent& event, const FlowWire& wire) {
  Tuple master = event.original;
  master.source.bytes[0] ^= 0xffU;
  master.protocol = IPPROTO_TCP;
  add_tuple(builder, CTA_TUPLE_MASTER, master, true, wire);
  builder.number(CTA_USE, std::uint32_t{2});
  builder.open(CTA_SECCTX)
      .attribute(CTA_SECCTX_NAME, text(std::string_view("system_u\0", 9)))
      .close();
}

using Part = std::function<void(NetlinkBuilder&)>;

template <typename T>
void number_part(std::vector<Part>& parts, std::uint16_t type, const std::optional<T>& value) {
  if (value) {
    parts.emplace_back([=](NetlinkBuilder& builder) { builder.number(type, *value); });
  }
}

std::vector<Part> tuple_parts(const FlowEvent& event, const FlowWire& wire) {
  std::vector<Part> parts;
  parts.emplace_back([&](NetlinkBuilder& builder) {
    const bool own_zone = !event.zone && event.original.zone != 0;
    add_tuple(builder, CTA_TUPLE_ORIG, event.original, own_zone, wire);
  });
  if (event.reply) {
    parts.emplace_back([&](NetlinkBuilder& builder) {
      const bool own_zone = !event.zone && event.reply->zone != 0;
      add_tuple(builder, CTA_TUPLE_REPLY, *event.reply, own_zone, wire);
    });
  }
  return parts;
}

// In the kernel's order.
std::vector<Part> parts_of(const FlowEvent& event, const FlowWire& wire) {
  std::vector<Part> parts = tuple_parts(event, wire);
  number_part(parts, CTA_ZONE, event.zone);
  number_part(parts, CTA_ID, event.id);
  number_part(parts, CTA_STATUS, event.status);
  number_part(parts, CTA_TIMEOUT, event.timeout_seconds);
  if (event.original_counters) {
    parts.emplace_back([&](NetlinkBuilder& builder) {
      add_counters(builder, CTA_COUNTERS_ORIG, *event.original_counters, wire);
    });
  }
  if (event.reply_counters) {
    parts.emplace_back([&](NetlinkBuilder& builder) {
      add_counters(builder, CTA_COUNTERS_REPLY, *event.reply_counters, wire);
    });
  }
  if (event.start_ns || event.stop_ns) {
    parts.emplace_back([&](NetlinkBuilder& builder) { add_timestamps(builder, event); });
  }
  parts.emplace_back([&](NetlinkBuilder& builder) { add_states(builder, event, wire); });
  if (event.has_helper) {
    parts.emplace_back([](NetlinkBuilder& builder) {
      builder.open(CTA_HELP).attribute(CTA_HELP_NAME, text(std::string_view("ftp\0", 4))).close();
    });
  }
  if (event.has_labels) {
    parts.emplace_back(
        [](NetlinkBuilder& builder) { builder.attribute(CTA_LABELS, text("0123456789abcdef")); });
  }
  number_part(parts, CTA_MARK, event.mark);
  if (wire.kernel_extras) {
    parts.emplace_back([&](NetlinkBuilder& builder) { add_kernel_extras(builder, event, wire); });
  }
  parts.emplace_back([&](NetlinkBuilder& builder) { add_unknown(builder, wire); });
  return parts;
}

std::uint16_t flags_of(EventKind kind) {
  switch (kind) {
    case EventKind::New:
      return NLM_F_CREATE | NLM_F_EXCL;
    case EventKind::DumpRow:
      return NLM_F_MULTI;
    case EventKind::Update:
    case EventKind::Destroy:
      break;
  }
  return 0;
}

}  // namespace

Buffer flow_message(const FlowEvent& event, const FlowWire& wire) {
  NetlinkBuilder builder(wire.nested_flag);
  const bool destroy = event.kind == EventKind::Destroy;
  const std::uint8_t own_family = event.original.family == model::Family::Ipv4 ? AF_INET : AF_INET6;
  builder.ctnetlink(destroy ? IPCTNL_MSG_CT_DELETE : IPCTNL_MSG_CT_NEW, flags_of(event.kind),
                    wire.family.value_or(own_family), event.requester);
  std::vector<Part> parts = parts_of(event, wire);
  if (wire.shuffle) {
    std::ranges::shuffle(parts, std::mt19937_64(*wire.shuffle));
  }
  for (const Part& part : parts) {
    part(builder);
  }
  return builder.take();
}

}  // namespace ctwarden::support
