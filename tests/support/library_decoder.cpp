// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/library_decoder.h"

#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>

namespace ctwarden::support {
namespace {

using model::Address;
using model::Counters;
using model::EventKind;
using model::FlowEvent;
using model::Tuple;

struct Destroy {
  void operator()(nf_conntrack* flow) const noexcept { nfct_destroy(flow); }
};
using Flow = std::unique_ptr<nf_conntrack, Destroy>;

bool has(const Flow& flow, nf_conntrack_attr attribute) {
  return nfct_attr_is_set(flow.get(), attribute) > 0;
}

std::optional<std::uint8_t> u8(const Flow& flow, nf_conntrack_attr attribute) {
  return has(flow, attribute) ? std::optional(nfct_get_attr_u8(flow.get(), attribute))
                              : std::nullopt;
}

std::uint8_t required_u8(const Flow& flow, nf_conntrack_attr attribute) {
  if (!has(flow, attribute)) {
    throw std::runtime_error("libnetfilter_conntrack misses an attribute every flow has");
  }
  return nfct_get_attr_u8(flow.get(), attribute);
}

std::optional<std::uint16_t> u16(const Flow& flow, nf_conntrack_attr attribute) {
  return has(flow, attribute) ? std::optional(nfct_get_attr_u16(flow.get(), attribute))
                              : std::nullopt;
}

std::optional<std::uint32_t> u32(const Flow& flow, nf_conntrack_attr attribute) {
  return has(flow, attribute) ? std::optional(nfct_get_attr_u32(flow.get(), attribute))
                              : std::nullopt;
}

std::optional<std::uint64_t> u64(const Flow& flow, nf_conntrack_attr attribute) {
  return has(flow, attribute) ? std::optional(nfct_get_attr_u64(flow.get(), attribute))
                              : std::nullopt;
}

std::optional<Counters> counters(const Flow& flow, nf_conntrack_attr packets,
                                 nf_conntrack_attr bytes) {
  if (!has(flow, packets) && !has(flow, bytes)) {
    return std::nullopt;
  }
  return Counters{.packets = u64(flow, packets).value_or(0), .bytes = u64(flow, bytes).value_or(0)};
}

std::uint16_t host16(std::optional<std::uint16_t> network) { return ntohs(network.value_or(0)); }

Address address(const Flow& flow, nf_conntrack_attr ipv4, nf_conntrack_attr ipv6) {
  Address result;
  if (has(flow, ipv4)) {
    std::memcpy(result.bytes.data(), nfct_get_attr(flow.get(), ipv4), 4);
  } else {
    std::memcpy(result.bytes.data(), nfct_get_attr(flow.get(), ipv6), result.bytes.size());
  }
  return result;
}

Tuple original_of(const Flow& flow) {
  Tuple tuple;
  tuple.family = has(flow, ATTR_ORIG_IPV4_SRC) ? model::Family::Ipv4 : model::Family::Ipv6;
  tuple.source = address(flow, ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV6_SRC);
  tuple.destination = address(flow, ATTR_ORIG_IPV4_DST, ATTR_ORIG_IPV6_DST);
  tuple.protocol = required_u8(flow, ATTR_ORIG_L4PROTO);
  if (has(flow, ATTR_ICMP_TYPE)) {
    tuple.source_port = host16(u16(flow, ATTR_ICMP_ID));
    tuple.destination_port = static_cast<std::uint16_t>(required_u8(flow, ATTR_ICMP_TYPE) << 8U |
                                                        required_u8(flow, ATTR_ICMP_CODE));
  } else {
    tuple.source_port = host16(u16(flow, ATTR_ORIG_PORT_SRC));
    tuple.destination_port = host16(u16(flow, ATTR_ORIG_PORT_DST));
  }
  tuple.zone = u16(flow, ATTR_ORIG_ZONE).value_or(u16(flow, ATTR_ZONE).value_or(0));
  return tuple;
}

// libmnl wants aligned bytes, and the directions are exchanged in place.
std::vector<std::byte> copy_of(std::span<const std::byte> message) {
  return {message.begin(), message.end()};
}

nlmsghdr* header_of(std::vector<std::byte>& message) {
  return reinterpret_cast<nlmsghdr*>(message.data());
}

Flow parse(const nlmsghdr* header) {
  Flow flow(nfct_new());
  if (nfct_nlmsg_parse(header, flow.get()) < 0) {
    throw std::runtime_error("libnetfilter_conntrack refuses the message");
  }
  return flow;
}

// The library has no getter for the ICMP fields of the reply: let it take the reply for the
// original.
void exchange_directions(nlmsghdr* header) {
  const auto* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(header));
  auto* attribute = static_cast<nlattr*>(mnl_nlmsg_get_payload_offset(header, sizeof(nfgenmsg)));
  while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
    const auto type = mnl_attr_get_type(attribute);
    if (type == CTA_TUPLE_ORIG || type == CTA_TUPLE_REPLY) {
      attribute->nla_type ^= CTA_TUPLE_ORIG ^ CTA_TUPLE_REPLY;
    }
    attribute = mnl_attr_next(attribute);
  }
}

EventKind kind_of(const nlmsghdr* header) {
  if ((header->nlmsg_flags & NLM_F_MULTI) != 0 &&
      NFNL_MSG_TYPE(header->nlmsg_type) == IPCTNL_MSG_CT_NEW) {
    return EventKind::DumpRow;
  }
  const Flow flow(nfct_new());
// Deprecated, and the only call that tells the library's word on the kind without a socket.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  const int kind = nfct_parse_conntrack(NFCT_T_ALL, header, flow.get());
#pragma GCC diagnostic pop
  switch (kind) {
    case NFCT_T_NEW:
      return EventKind::New;
    case NFCT_T_UPDATE:
      return EventKind::Update;
    case NFCT_T_DESTROY:
      return EventKind::Destroy;
    default:
      throw std::runtime_error("libnetfilter_conntrack does not know the kind of the message");
  }
}

}  // namespace

FlowEvent decode_with_library(std::span<const std::byte> message) {
  std::vector<std::byte> bytes = copy_of(message);
  nlmsghdr* header = header_of(bytes);
  const Flow flow = parse(header);

  FlowEvent event;
  event.kind = kind_of(header);
  event.requester = event.kind == EventKind::DumpRow ? 0 : header->nlmsg_pid;
  event.original = original_of(flow);
  event.id = u32(flow, ATTR_ID);
  event.zone = u16(flow, ATTR_ZONE);
  event.status = u32(flow, ATTR_STATUS);
  event.timeout_seconds = u32(flow, ATTR_TIMEOUT);
  event.mark = u32(flow, ATTR_MARK);
  event.tcp_state = u8(flow, ATTR_TCP_STATE);
  event.sctp_state = u8(flow, ATTR_SCTP_STATE);
  event.dccp_state = u8(flow, ATTR_DCCP_STATE);
  event.original_counters = counters(flow, ATTR_ORIG_COUNTER_PACKETS, ATTR_ORIG_COUNTER_BYTES);
  event.reply_counters = counters(flow, ATTR_REPL_COUNTER_PACKETS, ATTR_REPL_COUNTER_BYTES);
  event.start_ns = u64(flow, ATTR_TIMESTAMP_START);
  event.stop_ns = u64(flow, ATTR_TIMESTAMP_STOP);
  event.has_helper = has(flow, ATTR_HELPER_NAME);
  event.has_labels = has(flow, ATTR_CONNLABELS);
  if (has(flow, ATTR_REPL_L4PROTO)) {
    exchange_directions(header);
    event.reply = original_of(parse(header));
  }
  return event;
}

std::vector<FlowEvent> decode_all_with_library(std::span<const std::byte> datagram) {
  std::vector<FlowEvent> flows;
  std::vector<std::byte> bytes = copy_of(datagram);
  int left = static_cast<int>(bytes.size());
  for (const nlmsghdr* header = header_of(bytes); mnl_nlmsg_ok(header, left);
       header = mnl_nlmsg_next(header, &left)) {
    const auto operation = NFNL_MSG_TYPE(header->nlmsg_type);
    if (NFNL_SUBSYS_ID(header->nlmsg_type) == NFNL_SUBSYS_CTNETLINK &&
        (operation == IPCTNL_MSG_CT_NEW || operation == IPCTNL_MSG_CT_DELETE)) {
      const auto* start = reinterpret_cast<const std::byte*>(header);
      flows.push_back(decode_with_library(std::span(start, header->nlmsg_len)));
    }
  }
  return flows;
}

}  // namespace ctwarden::support
