// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/flow_decoder.h"

#include "nlink/attributes.h"
#include "nlink/framing.h"

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <optional>

namespace ctwarden::nlink {
namespace {

using model::Address;
using model::Counters;
using model::EventKind;
using model::Family;
using model::FlowEvent;
using model::Tuple;

constexpr std::size_t kIpv4Size = 4;
constexpr std::size_t kIpv6Size = 16;

template <std::size_t Size>
bool read_address(const Attribute& attribute, Address& address) noexcept {
  if (attribute.payload.size() < Size) {
    return false;
  }
  std::memcpy(address.bytes.data(), attribute.payload.data(), Size);
  return true;
}

// CTA_TUPLE_IP. Both addresses, of one family, or the tuple is unusable.
bool decode_addresses(Bytes nest, Tuple& tuple) noexcept {
  constexpr unsigned kIpv4Both = 0b0011;
  constexpr unsigned kIpv6Both = 0b1100;
  unsigned seen = 0;
  tuple.source = {};
  tuple.destination = {};
  const bool intact = walk_attributes(nest, [&](const Attribute& attribute) noexcept {
    switch (attribute.type) {
      case CTA_IP_V4_SRC:
        seen |= 0b0001;
        return read_address<kIpv4Size>(attribute, tuple.source);
      case CTA_IP_V4_DST:
        seen |= 0b0010;
        return read_address<kIpv4Size>(attribute, tuple.destination);
      case CTA_IP_V6_SRC:
        seen |= 0b0100;
        return read_address<kIpv6Size>(attribute, tuple.source);
      case CTA_IP_V6_DST:
        seen |= 0b1000;
        return read_address<kIpv6Size>(attribute, tuple.destination);
      default:
        return true;
    }
  });
  tuple.family = seen == kIpv4Both ? Family::Ipv4 : Family::Ipv6;
  return intact && (seen == kIpv4Both || seen == kIpv6Both);
}

// CTA_TUPLE_PROTO. Only the number is required. Which of the others are there decides, not the
// number: a kernel without the protocol's own tracker (6.18 has none for DCCP; SCTP and GRE are
// options) sends the number alone.
bool decode_protocol(Bytes nest, Tuple& tuple) noexcept {
  bool numbered = false;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  tuple.source_port = 0;
  tuple.destination_port = 0;
  const bool intact = walk_attributes(nest, [&](const Attribute& attribute) noexcept {
    switch (attribute.type) {
      case CTA_PROTO_NUM:
        numbered = true;
        return attribute.read(tuple.protocol);
      case CTA_PROTO_SRC_PORT:
      case CTA_PROTO_ICMP_ID:
      case CTA_PROTO_ICMPV6_ID:
        return attribute.read(tuple.source_port);
      case CTA_PROTO_DST_PORT:
        return attribute.read(tuple.destination_port);
      case CTA_PROTO_ICMP_TYPE:
      case CTA_PROTO_ICMPV6_TYPE:
        return attribute.read(icmp_type);
      case CTA_PROTO_ICMP_CODE:
      case CTA_PROTO_ICMPV6_CODE:
        return attribute.read(icmp_code);
      default:
        return true;
    }
  });
  tuple.destination_port |= static_cast<std::uint16_t>(icmp_type << 8U | icmp_code);
  return intact && numbered;
}

// CTA_TUPLE_ORIG and CTA_TUPLE_REPLY. `own_zone` is whether this direction carries a zone of its
// own.
bool decode_tuple(Bytes nest, Tuple& tuple, bool& own_zone) noexcept {
  bool addressed = false;
  bool numbered = false;
  own_zone = false;
  tuple.zone = 0;
  const bool intact = walk_attributes(nest, [&](const Attribute& attribute) noexcept {
    switch (attribute.type) {
      case CTA_TUPLE_IP:
        addressed = true;
        return decode_addresses(attribute.payload, tuple);
      case CTA_TUPLE_PROTO:
        numbered = true;
        return decode_protocol(attribute.payload, tuple);
      case CTA_TUPLE_ZONE:
        own_zone = true;
        return attribute.read(tuple.zone);
      default:
        return true;
    }
  });
  return intact && addressed && numbered;
}

// CTA_COUNTERS_ORIG and CTA_COUNTERS_REPLY. The 32-bit forms come from kernels before 2.6.30; 64
// bits win.
bool decode_counters(Bytes nest, std::optional<Counters>& counters) noexcept {
  std::optional<std::uint64_t> packets;
  std::optional<std::uint64_t> bytes;
  std::optional<std::uint32_t> packets32;
  std::optional<std::uint32_t> bytes32;
  const bool intact = walk_attributes(nest, [&](const Attribute& attribute) noexcept {
    switch (attribute.type) {
      case CTA_COUNTERS_PACKETS:
        return attribute.read(packets);
      case CTA_COUNTERS_BYTES:
        return attribute.read(bytes);
      case CTA_COUNTERS32_PACKETS:
        return attribute.read(packets32);
      case CTA_COUNTERS32_BYTES:
        return attribute.read(bytes32);
      default:
        return true;
    }
  });
  counters.reset();
  if (packets || bytes || packets32 || bytes32) {
    counters = Counters{.packets = packets.value_or(packets32.value_or(0)),
                        .bytes = bytes.value_or(bytes32.value_or(0))};
  }
  return intact;
}

// CTA_TIMESTAMP.
bool decode_timestamps(Bytes nest, FlowEvent& event) noexcept {
  return walk_attributes(nest, [&](const Attribute& attribute) noexcept {
    switch (attribute.type) {
      case CTA_TIMESTAMP_START:
        return attribute.read(event.start_ns);
      case CTA_TIMESTAMP_STOP:
        return attribute.read(event.stop_ns);
      default:
        return true;
    }
  });
}

// The state is one byte inside the protocol's own nest, inside CTA_PROTOINFO.
template <std::uint16_t StateType>
bool decode_state(Bytes nest, std::optional<std::uint8_t>& state) noexcept {
  return walk_attributes(nest, [&](const Attribute& attribute) noexcept {
    return attribute.type == StateType ? attribute.read(state) : true;
  });
}

bool decode_protocol_info(Bytes nest, FlowEvent& event) noexcept {
  return walk_attributes(nest, [&](const Attribute& attribute) noexcept {
    switch (attribute.type) {
      case CTA_PROTOINFO_TCP:
        return decode_state<CTA_PROTOINFO_TCP_STATE>(attribute.payload, event.tcp_state);
      case CTA_PROTOINFO_SCTP:
        return decode_state<CTA_PROTOINFO_SCTP_STATE>(attribute.payload, event.sctp_state);
      case CTA_PROTOINFO_DCCP:
        return decode_state<CTA_PROTOINFO_DCCP_STATE>(attribute.payload, event.dccp_state);
      default:
        return true;
    }
  });
}

// Everything a message may leave out; the rest is always overwritten. Cheaper than clearing 240
// bytes.
void forget_optional_fields(FlowEvent& event) noexcept {
  event.has_helper = false;
  event.has_labels = false;
  event.reply.reset();
  event.id.reset();
  event.zone.reset();
  event.status.reset();
  event.timeout_seconds.reset();
  event.mark.reset();
  event.tcp_state.reset();
  event.sctp_state.reset();
  event.dccp_state.reset();
  event.original_counters.reset();
  event.reply_counters.reset();
  event.start_ns.reset();
  event.stop_ns.reset();
}

struct Directions {
  bool original_seen = false;
  bool original_zone = false;  // the direction has a CTA_TUPLE_ZONE
  bool reply_zone = false;
};

bool decode_attribute(const Attribute& attribute, FlowEvent& event, Directions& seen) noexcept {
  switch (attribute.type) {
    case CTA_TUPLE_ORIG:
      seen.original_seen = true;
      return decode_tuple(attribute.payload, event.original, seen.original_zone);
    case CTA_TUPLE_REPLY:
      return decode_tuple(attribute.payload, event.reply.emplace(), seen.reply_zone);
    case CTA_STATUS:
      return attribute.read(event.status);
    case CTA_PROTOINFO:
      return decode_protocol_info(attribute.payload, event);
    case CTA_HELP:
      event.has_helper = true;
      return true;
    case CTA_TIMEOUT:
      return attribute.read(event.timeout_seconds);
    case CTA_MARK:
      return attribute.read(event.mark);
    case CTA_COUNTERS_ORIG:
      return decode_counters(attribute.payload, event.original_counters);
    case CTA_COUNTERS_REPLY:
      return decode_counters(attribute.payload, event.reply_counters);
    case CTA_ID:
      return attribute.read(event.id);
    case CTA_ZONE:
      return attribute.read(event.zone);
    case CTA_TIMESTAMP:
      return decode_timestamps(attribute.payload, event);
    case CTA_LABELS:
      event.has_labels = true;
      return true;
    default:
      return true;
  }
}

// The header's family must be the one of the addresses. AF_UNSPEC leaves it to them.
bool family_agrees(std::uint8_t header, const FlowEvent& event) noexcept {
  const Family family = event.original.family;
  if (event.reply && event.reply->family != family) {
    return false;
  }
  return header == AF_UNSPEC || header == (family == Family::Ipv4 ? AF_INET : AF_INET6);
}

bool decode_flow(const Message& message, FlowEvent& event) noexcept {
  forget_optional_fields(event);
  Directions seen;
  const bool intact = walk_attributes(message.attributes, [&](const Attribute& attribute) noexcept {
    return decode_attribute(attribute, event, seen);
  });
  if (!intact || !seen.original_seen || !family_agrees(message.family, event)) {
    return false;
  }
  // The kernel sends either a zone for both directions or one for a single direction
  // (ctnetlink_dump_zone_id).
  if (event.zone) {
    if (!seen.original_zone) {
      event.original.zone = *event.zone;
    }
    if (event.reply && !seen.reply_zone) {
      event.reply->zone = *event.zone;
    }
  }
  return true;
}

// Only ctnetlink_fill_info(), which answers dumps and gets, sets NLM_F_MULTI.
EventKind kind_of(const Message& message) noexcept {
  if (message.operation == IPCTNL_MSG_CT_DELETE) {
    return EventKind::Destroy;
  }
  if ((message.flags & NLM_F_MULTI) != 0) {
    return EventKind::DumpRow;
  }
  return (message.flags & (NLM_F_CREATE | NLM_F_EXCL)) != 0 ? EventKind::New : EventKind::Update;
}

}  // namespace

Step decode_message(std::span<const std::byte> datagram, FlowEvent& event) noexcept {
  Message message;
  Step step = cut_message(datagram, message);
  if (step.what != Decoded::Flow) {
    return step;
  }
  if (message.operation != IPCTNL_MSG_CT_NEW && message.operation != IPCTNL_MSG_CT_DELETE) {
    step.what = Decoded::Other;
    return step;
  }
  event.kind = kind_of(message);
  // In an answer the header's port is our own, not a requester's.
  event.requester = event.kind == EventKind::DumpRow ? 0 : message.port;
  if (!decode_flow(message, event)) {
    step.what = Decoded::Malformed;
  }
  return step;
}

}  // namespace ctwarden::nlink
