// SPDX-License-Identifier: GPL-2.0-or-later
//
// What makes a message about a flow Malformed, and what does not.
#include "nlink/flow_decoder.h"
#include "tests/support/flows.h"
#include "tests/support/netlink_builder.h"

#include <gtest/gtest.h>

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <map>

namespace ctwarden::nlink {
namespace {

using model::FlowEvent;
using support::Buffer;
using support::flow_message;
using support::NetlinkBuilder;
using support::tcp_flow;
using support::tuple_of;

using Fill = std::function<void(NetlinkBuilder&)>;

Step decode(const Buffer& message) {
  FlowEvent event;
  return decode_message(message, event);
}

Buffer zeros(std::size_t size) { return Buffer(size); }

void good_addresses(NetlinkBuilder& builder) {
  builder.open(CTA_TUPLE_IP).number(CTA_IP_V4_SRC, 1U).number(CTA_IP_V4_DST, 2U).close();
}

void good_protocol(NetlinkBuilder& builder) {
  builder.open(CTA_TUPLE_PROTO).number(CTA_PROTO_NUM, std::uint8_t{IPPROTO_ESP}).close();
}

// A NEW over IPv4 with an original tuple of these parts, and `rest` behind it.
Decoded with_tuple(const Fill& tuple, const Fill& rest = [](NetlinkBuilder&) {}) {
  NetlinkBuilder builder;
  builder.ctnetlink(IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL, AF_INET).open(CTA_TUPLE_ORIG);
  tuple(builder);
  builder.close();
  rest(builder);
  return decode(builder.take()).what;
}

void good_tuple(NetlinkBuilder& builder) {
  good_addresses(builder);
  good_protocol(builder);
}

Decoded with_rest(const Fill& rest) { return with_tuple(good_tuple, rest); }

TEST(MalformedFlow, IsNotWhatTheOtherTestsStartFrom) {
  EXPECT_EQ(with_tuple(good_tuple), Decoded::Flow);
}

TEST(MalformedFlow, HasNoOriginalTuple) {
  NetlinkBuilder builder;
  builder.ctnetlink(IPCTNL_MSG_CT_DELETE, 0, AF_INET).number(CTA_ID, 1U);
  EXPECT_EQ(decode(builder.take()).what, Decoded::Malformed);
}

TEST(MalformedFlow, HasATupleWithoutAddresses) {
  EXPECT_EQ(with_tuple(good_protocol), Decoded::Malformed);
}

TEST(MalformedFlow, HasATupleWithoutAProtocol) {
  EXPECT_EQ(with_tuple(good_addresses), Decoded::Malformed);
  EXPECT_EQ(with_tuple([](NetlinkBuilder& builder) {
              good_addresses(builder);
              builder.open(CTA_TUPLE_PROTO).number(CTA_PROTO_SRC_PORT, std::uint16_t{1}).close();
            }),
            Decoded::Malformed);
}

TEST(MalformedFlow, HasOnlyOneAddress) {
  EXPECT_EQ(with_tuple([](NetlinkBuilder& builder) {
              builder.open(CTA_TUPLE_IP).number(CTA_IP_V4_SRC, 1U).close();
              good_protocol(builder);
            }),
            Decoded::Malformed);
}

TEST(MalformedFlow, MixesAddressesOfTwoFamilies) {
  EXPECT_EQ(with_tuple([](NetlinkBuilder& builder) {
              builder.open(CTA_TUPLE_IP).number(CTA_IP_V4_SRC, 1U);
              builder.attribute(CTA_IP_V6_DST, zeros(16)).close();
              good_protocol(builder);
            }),
            Decoded::Malformed);
  EXPECT_EQ(
      with_tuple([](NetlinkBuilder& builder) {
        builder.open(CTA_TUPLE_IP).number(CTA_IP_V4_SRC, 1U).number(CTA_IP_V4_DST, 2U);
        builder.attribute(CTA_IP_V6_SRC, zeros(16)).attribute(CTA_IP_V6_DST, zeros(16)).close();
        good_protocol(builder);
      }),
      Decoded::Malformed);
}

TEST(MalformedFlow, HasAFamilyThatIsNotItsAddresses) {
  EXPECT_EQ(decode(flow_message(tcp_flow(), {.family = AF_INET6})).what, Decoded::Malformed);
  EXPECT_EQ(decode(flow_message(tcp_flow(), {.family = AF_BRIDGE})).what, Decoded::Malformed);
  FlowEvent ipv6;
  ipv6.original = tuple_of(IPPROTO_UDP, "2001:db8::1", 1, "2001:db8::2", 2);
  EXPECT_EQ(decode(flow_message(ipv6, {.family = AF_INET})).what, Decoded::Malformed);
}

TEST(MalformedFlow, HasAReplyOfAnotherFamily) {
  FlowEvent flow = tcp_flow();
  flow.reply = tuple_of(IPPROTO_TCP, "2001:db8::1", 1, "2001:db8::2", 2);
  EXPECT_EQ(decode(flow_message(flow)).what, Decoded::Malformed);
  EXPECT_EQ(decode(flow_message(flow, {.family = AF_UNSPEC})).what, Decoded::Malformed);
}

TEST(MalformedFlow, HasAnIncompleteReply) {
  EXPECT_EQ(with_rest([](NetlinkBuilder& builder) {
              builder.open(CTA_TUPLE_REPLY);
              good_addresses(builder);
              builder.close();
            }),
            Decoded::Malformed);
}

TEST(MalformedFlow, HasAPayloadShorterThanItsType) {
  const std::map<std::uint16_t, std::size_t> known = {
      {CTA_STATUS, 4}, {CTA_TIMEOUT, 4}, {CTA_MARK, 4}, {CTA_ID, 4}, {CTA_ZONE, 2}};
  for (const auto& [type, size] : known) {
    SCOPED_TRACE(type);
    EXPECT_EQ(with_rest([=](NetlinkBuilder& builder) { builder.attribute(type, zeros(size)); }),
              Decoded::Flow);
    EXPECT_EQ(with_rest([=](NetlinkBuilder& builder) { builder.attribute(type, zeros(size - 1)); }),
              Decoded::Malformed);
  }
}

TEST(MalformedFlow, DoesNotComeFromALongerPayloadWhichIsReadByItsPrefix) {
  NetlinkBuilder builder;
  builder.ctnetlink(IPCTNL_MSG_CT_NEW, 0, AF_INET).open(CTA_TUPLE_ORIG);
  good_tuple(builder);
  builder.close();
  const Buffer eight = {std::byte{0}, std::byte{0}, std::byte{0},    std::byte{42},
                        std::byte{9}, std::byte{9}, std::byte{0xff}, std::byte{0xff}};
  builder.attribute(CTA_MARK, eight);
  FlowEvent event;
  ASSERT_EQ(decode_message(builder.take(), event).what, Decoded::Flow);
  EXPECT_EQ(event.mark, 42U);
}

TEST(MalformedFlow, HasAShortPayloadInsideANest) {
  const auto nested = [](std::uint16_t nest, std::uint16_t type, std::size_t size) {
    return with_rest(
        [=](NetlinkBuilder& builder) { builder.open(nest).attribute(type, zeros(size)).close(); });
  };
  EXPECT_EQ(nested(CTA_COUNTERS_ORIG, CTA_COUNTERS_PACKETS, 8), Decoded::Flow);
  EXPECT_EQ(nested(CTA_COUNTERS_ORIG, CTA_COUNTERS_PACKETS, 7), Decoded::Malformed);
  EXPECT_EQ(nested(CTA_COUNTERS_REPLY, CTA_COUNTERS32_BYTES, 3), Decoded::Malformed);
  EXPECT_EQ(nested(CTA_TIMESTAMP, CTA_TIMESTAMP_STOP, 4), Decoded::Malformed);
}

TEST(MalformedFlow, HasAStateWithoutItsByte) {
  const auto state = [](std::uint16_t protocol, std::uint16_t type, std::size_t size) {
    return with_rest([=](NetlinkBuilder& builder) {
      builder.open(CTA_PROTOINFO).open(protocol).attribute(type, zeros(size)).close().close();
    });
  };
  EXPECT_EQ(state(CTA_PROTOINFO_TCP, CTA_PROTOINFO_TCP_STATE, 1), Decoded::Flow);
  EXPECT_EQ(state(CTA_PROTOINFO_TCP, CTA_PROTOINFO_TCP_STATE, 0), Decoded::Malformed);
  EXPECT_EQ(state(CTA_PROTOINFO_SCTP, CTA_PROTOINFO_SCTP_STATE, 0), Decoded::Malformed);
  EXPECT_EQ(state(CTA_PROTOINFO_DCCP, CTA_PROTOINFO_DCCP_STATE, 0), Decoded::Malformed);
}

TEST(MalformedFlow, HasShortAddressesOrPorts) {
  const auto address = [](std::uint16_t type, std::size_t size) {
    return with_tuple([=](NetlinkBuilder& builder) {
      builder.open(CTA_TUPLE_IP).number(CTA_IP_V4_SRC, 1U).number(CTA_IP_V4_DST, 2U);
      builder.attribute(type, zeros(size)).close();
      good_protocol(builder);
    });
  };
  EXPECT_EQ(address(CTA_IP_V4_DST, 4), Decoded::Flow);
  EXPECT_EQ(address(CTA_IP_V4_DST, 3), Decoded::Malformed);
  EXPECT_EQ(with_tuple([](NetlinkBuilder& builder) {
              good_addresses(builder);
              builder.open(CTA_TUPLE_PROTO).number(CTA_PROTO_NUM, std::uint8_t{IPPROTO_TCP});
              builder.attribute(CTA_PROTO_DST_PORT, zeros(1)).close();
            }),
            Decoded::Malformed);
}

TEST(MalformedFlow, StillSaysWhereTheNextMessageStarts) {
  const Buffer bad = flow_message(tcp_flow(), {.family = AF_BRIDGE});
  const Step step = decode(support::datagram({bad, support::done_message()}));
  EXPECT_EQ(step.what, Decoded::Malformed);
  EXPECT_EQ(step.size, bad.size());
}

}  // namespace
}  // namespace ctwarden::nlink
