// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/flow_decoder.h"

#include "tests/support/flow_text.h"
#include "tests/support/flows.h"
#include "tests/support/netlink_builder.h"

#include <gtest/gtest.h>

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

namespace ctwarden::nlink {
namespace {

using model::EventKind;
using model::FlowEvent;
using model::Tuple;
using support::flow_message;
using support::FlowWire;
using support::reverse_of;
using support::tcp_flow;
using support::to_text;
using support::tuple_of;

FlowEvent decode(const support::Buffer& message) {
  FlowEvent event;
  const Step step = decode_message(message, event);
  EXPECT_EQ(step.what, Decoded::Flow);
  EXPECT_EQ(step.size, message.size());
  EXPECT_EQ(step.error, 0);
  return event;
}

// Encodes and decodes `flow`; every field is compared.
void expect_round_trip(const FlowEvent& flow, const FlowWire& wire = {}) {
  EXPECT_EQ(to_text(decode(flow_message(flow, wire))), to_text(flow));
}

FlowEvent flow_between(const Tuple& original) {
  FlowEvent flow;
  flow.original = original;
  flow.reply = reverse_of(original);
  return flow;
}

TEST(FlowDecoder, ReadsTcpOverIpv4) {
  const FlowEvent event = decode(flow_message(tcp_flow()));
  EXPECT_EQ(event.kind, EventKind::New);
  EXPECT_EQ(event.original, tuple_of(IPPROTO_TCP, "192.0.2.1", 40000, "198.51.100.7", 443));
  EXPECT_EQ(event.reply, tuple_of(IPPROTO_TCP, "198.51.100.7", 443, "192.0.2.1", 40000));
  EXPECT_EQ(event.id, 0x01020304U);
  EXPECT_EQ(event.status, model::kStatusConfirmed);
  EXPECT_EQ(event.timeout_seconds, 120U);
  EXPECT_EQ(event.tcp_state, 1);
}

TEST(FlowDecoder, LeavesAbsentFieldsAbsent) {
  FlowEvent bare;
  bare.original = tuple_of(IPPROTO_UDP, "192.0.2.1", 1, "192.0.2.2", 53);
  const FlowEvent event = decode(flow_message(bare));
  EXPECT_EQ(to_text(event), "new\noriginal ipv4 protocol 17 192.0.2.1 1 -> 192.0.2.2 53 zone 0\n");
}

TEST(FlowDecoder, ReadsIpv6) {
  expect_round_trip(
      flow_between(tuple_of(IPPROTO_UDP, "2001:db8::1", 5353, "2001:db8:ffff::2", 53)));
}

TEST(FlowDecoder, ReadsPortsOfEveryProtocolThatHasThem) {
  constexpr std::array<std::uint8_t, 6> kProtocols = {IPPROTO_TCP,  IPPROTO_UDP,     IPPROTO_SCTP,
                                                      IPPROTO_DCCP, IPPROTO_UDPLITE, IPPROTO_GRE};
  for (const std::uint8_t protocol : kProtocols) {
    SCOPED_TRACE(int{protocol});
    expect_round_trip(flow_between(tuple_of(protocol, "192.0.2.1", 1234, "192.0.2.2", 80)));
  }
}

TEST(FlowDecoder, PutsIcmpIdTypeAndCodeWhereTheKernelsUnionHasThem) {
  FlowEvent flow = flow_between(tuple_of(IPPROTO_ICMP, "192.0.2.1", 0x1234, "192.0.2.2", 8U << 8U));
  flow.reply = tuple_of(IPPROTO_ICMP, "192.0.2.2", 0x1234, "192.0.2.1", 0);
  const FlowEvent event = decode(flow_message(flow));
  EXPECT_EQ(event.original.source_port, 0x1234);
  EXPECT_EQ(event.original.destination_port, 0x0800);
  EXPECT_EQ(event.reply, tuple_of(IPPROTO_ICMP, "192.0.2.2", 0x1234, "192.0.2.1", 0));
}

TEST(FlowDecoder, ReadsIcmpv6) {
  expect_round_trip(
      flow_between(tuple_of(IPPROTO_ICMPV6, "2001:db8::1", 7, "2001:db8::2", 0x8003)));
}

TEST(FlowDecoder, LeavesPortsZeroWhenTheKernelSendsOnlyTheNumber) {
  const FlowEvent event =
      decode(flow_message(flow_between(tuple_of(89, "192.0.2.1", 0, "224.0.0.5", 0))));
  EXPECT_EQ(event.original, tuple_of(89, "192.0.2.1", 0, "224.0.0.5", 0));
}

TEST(FlowDecoder, AppliesTheZoneToBothDirections) {
  FlowEvent flow = tcp_flow();
  flow.zone = 7;
  flow.original.zone = 7;
  flow.reply = reverse_of(flow.original);
  expect_round_trip(flow);
}

TEST(FlowDecoder, AppliesATupleZoneToItsDirectionAlone) {
  FlowEvent flow = tcp_flow();
  flow.original.zone = 9;
  const FlowEvent event = decode(flow_message(flow));
  EXPECT_EQ(event.original.zone, 9);
  EXPECT_EQ(event.reply, flow.reply);
  EXPECT_FALSE(event.zone.has_value());
}

TEST(FlowDecoder, AppliesAReplyZoneToTheReplyAlone) {
  FlowEvent flow = tcp_flow();
  Tuple reply = reverse_of(flow.original);
  reply.zone = 9;
  flow.reply = reply;
  expect_round_trip(flow);
}

TEST(FlowDecoder, PrefersATupleZoneToTheZoneOfBoth) {
  FlowEvent flow = tcp_flow();
  flow.original.zone = 9;  // as CTA_TUPLE_ZONE
  support::Buffer message = flow_message(flow);
  support::NetlinkBuilder builder;
  builder.raw(message).number(CTA_ZONE, std::uint16_t{7});
  message = builder.take();
  message[0] = static_cast<std::byte>(message.size());
  const FlowEvent event = decode(message);
  EXPECT_EQ(event.original.zone, 9);
  EXPECT_EQ(event.reply.value_or(Tuple{}).zone, 7);
}

TEST(FlowDecoder, ReadsTheStateOfEachProtocolThatHasOne) {
  FlowEvent tcp = tcp_flow();
  tcp.tcp_state = 7;
  expect_round_trip(tcp);
  FlowEvent sctp = flow_between(tuple_of(IPPROTO_SCTP, "192.0.2.1", 1, "192.0.2.2", 2));
  sctp.sctp_state = 4;
  expect_round_trip(sctp);
  FlowEvent dccp = flow_between(tuple_of(IPPROTO_DCCP, "192.0.2.1", 1, "192.0.2.2", 2));
  dccp.dccp_state = 5;
  expect_round_trip(dccp);
}

TEST(FlowDecoder, ReadsCountersAbove32Bits) {
  FlowEvent flow = tcp_flow();
  flow.original_counters = {.packets = 1ULL << 40U, .bytes = (1ULL << 63U) + 1};
  flow.reply_counters = {.packets = 0, .bytes = 0};
  expect_round_trip(flow);
}

TEST(FlowDecoder, ReadsTheOld32BitCounters) {
  FlowEvent flow = tcp_flow();
  flow.original_counters = {.packets = 3, .bytes = 4'000'000'000};
  expect_round_trip(flow, {.counters32 = true});
}

TEST(FlowDecoder, ReadsTimestamps) {
  FlowEvent flow = tcp_flow();
  flow.start_ns = 1'700'000'000'000'000'001;
  expect_round_trip(flow);
  flow.stop_ns = 1'700'000'009'000'000'002;
  expect_round_trip(flow);
}

TEST(FlowDecoder, ReadsMarkHelperAndLabels) {
  FlowEvent flow = tcp_flow();
  flow.mark = 0x80000001;
  flow.has_helper = true;
  flow.has_labels = true;
  expect_round_trip(flow);
}

TEST(FlowDecoder, KeepsARequesterOfAnEvent) {
  FlowEvent flow = tcp_flow();
  flow.kind = EventKind::Destroy;
  flow.requester = 0xfffffff0;
  expect_round_trip(flow);
}

TEST(FlowDecoder, SkipsUnknownAttributesAtEveryLevel) {
  FlowEvent flow = tcp_flow();
  flow.original_counters = {.packets = 1, .bytes = 2};
  expect_round_trip(flow, {.unknown_attributes = true});
}

TEST(FlowDecoder, DoesNotTakeTheMastersTupleForTheFlowsOwn) {
  expect_round_trip(tcp_flow(), {.kernel_extras = true});
}

TEST(FlowDecoder, DoesNotNeedTheNestedFlag) {
  expect_round_trip(tcp_flow(), {.nested_flag = false});
}

TEST(FlowDecoder, DoesNotDependOnTheOrderOfAttributes) {
  FlowEvent flow = tcp_flow();
  flow.zone = 3;
  flow.original.zone = 3;
  flow.reply = reverse_of(flow.original);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    expect_round_trip(flow, {.shuffle = seed});
  }
}

TEST(FlowDecoder, LetsTheLastOfARepeatedAttributeWin) {
  support::Buffer message = flow_message(tcp_flow());
  support::NetlinkBuilder builder;
  builder.raw(message).number(CTA_MARK, std::uint32_t{1}).number(CTA_MARK, std::uint32_t{2});
  message = builder.take();
  message[0] = static_cast<std::byte>(message.size());
  EXPECT_EQ(decode(message).mark, 2U);
}

TEST(FlowDecoder, TakesTheFamilyFromTheAddressesWhenTheHeaderHasNone) {
  expect_round_trip(tcp_flow(), {.family = AF_UNSPEC});
  expect_round_trip(flow_between(tuple_of(IPPROTO_TCP, "2001:db8::1", 1, "2001:db8::2", 2)),
                    {.family = AF_UNSPEC});
}

}  // namespace
}  // namespace ctwarden::nlink
