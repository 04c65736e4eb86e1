// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where messages start and end, and what they are before anyone looks at their attributes.
#include "nlink/flow_decoder.h"
#include "tests/support/flow_text.h"
#include "tests/support/flows.h"
#include "tests/support/netlink_builder.h"

#include <gtest/gtest.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <span>

namespace ctwarden::nlink {
namespace {

using model::EventKind;
using model::FlowEvent;
using support::flow_message;
using support::NetlinkBuilder;
using support::tcp_flow;

Step step_of(std::span<const std::byte> datagram) {
  FlowEvent event;
  return decode_message(datagram, event);
}

EventKind kind_of(std::uint8_t operation, std::uint16_t flags) {
  support::Buffer message = flow_message(tcp_flow());
  const std::uint16_t type = NFNL_SUBSYS_CTNETLINK << 8U | operation;
  std::memcpy(message.data() + offsetof(nlmsghdr, nlmsg_type), &type, sizeof type);
  std::memcpy(message.data() + offsetof(nlmsghdr, nlmsg_flags), &flags, sizeof flags);
  FlowEvent event;
  EXPECT_EQ(decode_message(message, event).what, Decoded::Flow);
  return event.kind;
}

TEST(MessageKind, IsNewWithCreateAndExclusive) {
  EXPECT_EQ(kind_of(IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL), EventKind::New);
}

TEST(MessageKind, IsUpdateWithoutThem) {
  EXPECT_EQ(kind_of(IPCTNL_MSG_CT_NEW, 0), EventKind::Update);
}

TEST(MessageKind, IsDestroyByItsType) {
  EXPECT_EQ(kind_of(IPCTNL_MSG_CT_DELETE, 0), EventKind::Destroy);
}

TEST(MessageKind, IsADumpRowWithMulti) {
  EXPECT_EQ(kind_of(IPCTNL_MSG_CT_NEW, NLM_F_MULTI), EventKind::DumpRow);
  EXPECT_EQ(kind_of(IPCTNL_MSG_CT_NEW, NLM_F_MULTI | NLM_F_DUMP_FILTERED), EventKind::DumpRow);
}

TEST(MessageKind, OfADumpRowIgnoresThePortBecauseItIsOurOwn) {
  FlowEvent row = tcp_flow();
  row.kind = EventKind::DumpRow;
  row.requester = 4711;
  FlowEvent event;
  ASSERT_EQ(decode_message(flow_message(row), event).what, Decoded::Flow);
  EXPECT_EQ(event.requester, 0U);
}

TEST(MessageFrame, LeadsThroughADatagramOfMany) {
  FlowEvent second = tcp_flow();
  second.id = 2;
  const support::Buffer all = support::datagram({flow_message(tcp_flow()), support::noop_message(),
                                                 flow_message(second), support::done_message()});
  std::span<const std::byte> left = all;
  FlowEvent event;
  Step step = decode_message(left, event);
  EXPECT_EQ(step.what, Decoded::Flow);
  step = decode_message(left = left.subspan(step.size), event);
  EXPECT_EQ(step.what, Decoded::Other);
  step = decode_message(left = left.subspan(step.size), event);
  EXPECT_EQ(step.what, Decoded::Flow);
  EXPECT_EQ(event.id, 2U);
  step = decode_message(left = left.subspan(step.size), event);
  EXPECT_EQ(step.what, Decoded::Done);
  EXPECT_EQ(step.size, left.size());
}

TEST(MessageFrame, StepsToTheNextAlignedMessage) {
  NetlinkBuilder builder;
  builder.message(NLMSG_NOOP).raw(std::as_bytes(std::span("x", 1)));  // 17 bytes
  builder.message(NLMSG_NOOP);
  const support::Buffer two = builder.take();
  ASSERT_EQ(two.size(), 36U);
  EXPECT_EQ(step_of(two).size, 20U);
}

TEST(MessageFrame, TakesALastMessageWithoutItsPadding) {
  NetlinkBuilder builder;
  builder.message(NLMSG_NOOP).raw(std::as_bytes(std::span("x", 1)));
  support::Buffer one = builder.take();
  one.resize(17);
  EXPECT_EQ(step_of(one).what, Decoded::Other);
  EXPECT_EQ(step_of(one).size, 17U);
}

TEST(MessageFrame, NeedsNoAlignment) {
  support::Buffer bytes = flow_message(tcp_flow());
  bytes.insert(bytes.begin(), std::byte{0});
  FlowEvent event;
  ASSERT_EQ(decode_message(std::span(bytes).subspan(1), event).what, Decoded::Flow);
  EXPECT_EQ(support::to_text(event), support::to_text(tcp_flow()));
}

TEST(MessageFrame, TakesEverythingLeftWhenTheHeaderIsCutOff) {
  const support::Buffer bytes(15, std::byte{1});
  EXPECT_EQ(step_of(bytes).what, Decoded::Malformed);
  EXPECT_EQ(step_of(bytes).size, 15U);
}

TEST(MessageFrame, TakesEverythingLeftWhenTheLengthIsImpossible) {
  for (const std::uint32_t length : {0U, 15U, 41U, 0xffffffffU}) {
    SCOPED_TRACE(length);
    support::Buffer bytes(40);
    std::memcpy(bytes.data(), &length, sizeof length);
    EXPECT_EQ(step_of(bytes).what, Decoded::Malformed);
    EXPECT_EQ(step_of(bytes).size, 40U);
  }
}

TEST(MessageFrame, PassesOverTheNeighbouringSubsystem) {
  EXPECT_EQ(step_of(support::expectation_message()).what, Decoded::Other);
}

TEST(MessageFrame, PassesOverStatistics) {
  EXPECT_EQ(step_of(support::cpu_stats_message({})).what, Decoded::Other);
}

TEST(MessageFrame, IsMalformedWithoutItsNfnetlinkHeader) {
  NetlinkBuilder builder;
  builder.message(NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_NEW);
  EXPECT_EQ(step_of(builder.take()).what, Decoded::Malformed);
}

TEST(DoneMessage, CarriesNoErrorWhenTheDumpIsComplete) {
  EXPECT_EQ(step_of(support::done_message()).what, Decoded::Done);
  EXPECT_EQ(step_of(support::done_message()).error, 0);
  EXPECT_EQ(step_of(NetlinkBuilder().message(NLMSG_DONE).take()).error, 0);
}

TEST(DoneMessage, CarriesTheErrorThatEndedTheDump) {
  const Step step = step_of(support::done_message(ENOMEM));
  EXPECT_EQ(step.what, Decoded::Done);
  EXPECT_EQ(step.error, ENOMEM);
}

TEST(ErrorMessage, CarriesAPositiveErrno) {
  const Step step = step_of(support::error_message(EPERM));
  EXPECT_EQ(step.what, Decoded::Error);
  EXPECT_EQ(step.error, EPERM);
}

TEST(ErrorMessage, AcknowledgesWithZero) {
  EXPECT_EQ(step_of(support::error_message(0)).what, Decoded::Error);
  EXPECT_EQ(step_of(support::error_message(0)).error, 0);
}

TEST(ErrorMessage, SurvivesTheSmallestInteger) {
  EXPECT_EQ(step_of(support::error_message(INT_MIN + 1)).error, INT_MAX);
  NetlinkBuilder builder;
  const int smallest = INT_MIN;
  builder.message(NLMSG_ERROR).raw(std::as_bytes(std::span(&smallest, 1)));
  EXPECT_EQ(step_of(builder.take()).error, INT_MAX);
}

TEST(ErrorMessage, IsMalformedWithoutItsErrno) {
  EXPECT_EQ(step_of(NetlinkBuilder().message(NLMSG_ERROR).take()).what, Decoded::Malformed);
}

}  // namespace
}  // namespace ctwarden::nlink
