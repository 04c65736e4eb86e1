// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/table_story.h"

namespace ctwarden::model {
namespace {

constexpr auto kTcp = static_cast<std::size_t>(Protocol::Tcp);
constexpr auto kUdp = static_cast<std::size_t>(Protocol::Udp);

FlowEvent udp(EventKind kind) {
  FlowEvent event = about(kind, 1);
  event.original.protocol = 17;
  event.tcp_state.reset();
  return event;
}

TEST(FlowTable, IsEmptyAtFirst) {
  const TableStory story;
  EXPECT_EQ(story.table.size(), 0U);
  EXPECT_EQ(story.table.composition().flows, 0U);
  EXPECT_EQ(story.table.events(), EventCounts{});
  EXPECT_EQ(story.table.churn(), Churn{});
}

TEST(FlowTable, NewStoresTheFlow) {
  TableStory story;
  EXPECT_TRUE(story.tell(created(1, TcpState::SynSent)));
  EXPECT_EQ(story.table.size(), 1U);
  EXPECT_EQ(story.in_state(TcpState::SynSent), 1U);
  EXPECT_EQ(story.table.silent(), 0U);
}

TEST(FlowTable, NewCountsByProtocol) {
  TableStory story;
  story.tell({created(1), created(2), udp(EventKind::New)});
  EXPECT_EQ(story.table.events().created, 3U);
  EXPECT_EQ(story.table.churn().created[kTcp], 2U);
  EXPECT_EQ(story.table.churn().created[kUdp], 1U);
}

TEST(FlowTable, UpdateChangesTheState) {
  TableStory story;
  story.tell({created(1, TcpState::SynSent), updated(1, TcpState::Established)});
  EXPECT_EQ(story.table.size(), 1U);
  EXPECT_EQ(story.in_state(TcpState::SynSent), 0U);
  EXPECT_EQ(story.in_state(TcpState::Established), 1U);
  EXPECT_EQ(story.table.events().updated, 1U);
}

TEST(FlowTable, UpdateOfAnUnknownFlowIsRefused) {
  TableStory story;
  EXPECT_FALSE(story.tell(updated(1)));
  EXPECT_EQ(story.table.size(), 0U);
  EXPECT_EQ(story.table.events().updated, 0U);
}

TEST(FlowTable, DestroyRemovesTheFlow) {
  TableStory story;
  story.tell({created(1), created(2), destroyed(1)});
  EXPECT_EQ(story.table.size(), 1U);
  EXPECT_EQ(story.in_state(TcpState::SynSent), 1U);
}

TEST(FlowTable, DestroyCountsByProtocolEvenOfAnUnknownFlow) {
  TableStory story;
  story.tell({created(1), destroyed(1), udp(EventKind::Destroy)});
  EXPECT_EQ(story.table.events().destroyed, 2U);
  EXPECT_EQ(story.table.churn().destroyed[kTcp], 1U);
  EXPECT_EQ(story.table.churn().destroyed[kUdp], 1U);
}

TEST(FlowTable, SecondNewOfTheSameFlowReplacesThePredecessorWhoseEndWasLost) {
  TableStory story;
  story.tell({created(1), updated(1, TcpState::TimeWait), created(1, TcpState::SynSent)});
  EXPECT_EQ(story.table.size(), 1U);
  EXPECT_EQ(story.in_state(TcpState::TimeWait), 0U);
  EXPECT_EQ(story.in_state(TcpState::SynSent), 1U);
  EXPECT_EQ(story.table.churn().created[kTcp], 2U);
}

TEST(FlowTable, SameTupleWithAnotherIdIsAnotherFlow) {
  TableStory story;
  FlowEvent other = destroyed(1);
  other.id = 0x9999;
  story.tell({created(1), other});
  EXPECT_EQ(story.table.size(), 1U);
}

TEST(FlowTable, SameTupleInAnotherZoneIsAnotherFlow) {
  TableStory story;
  FlowEvent other = created(1);
  other.original.zone = 5;
  story.tell({created(1), other});
  EXPECT_EQ(story.table.size(), 2U);
}

// The kernel leaves CTA_PROTOINFO out for flows in the flowtable (ctnetlink_dump_protoinfo is
// skipped for IPS_OFFLOAD).
TEST(FlowTable, OffloadedFlowWithoutStateKeepsTheLastKnownOne) {
  TableStory story;
  FlowEvent offloaded = updated(1);
  offloaded.tcp_state.reset();
  offloaded.status = kStatusConfirmed | kStatusSeenReply | kStatusOffload;
  story.tell({created(1), updated(1, TcpState::Established), offloaded});
  EXPECT_EQ(story.in_state(TcpState::Established), 1U);
  EXPECT_EQ(story.with(FlowStatus::Offloaded), 1U);
}

TEST(FlowTable, OffloadedRowWithoutStateKeepsTheLastKnownOne) {
  TableStory story;
  FlowEvent offloaded = row(1);
  offloaded.tcp_state.reset();
  offloaded.status = kStatusConfirmed | kStatusSeenReply | kStatusHardwareOffload;
  story.tell({created(1), updated(1, TcpState::Established)});
  story.resync({offloaded});
  EXPECT_EQ(story.in_state(TcpState::Established), 1U);
  EXPECT_EQ(story.with(FlowStatus::Offloaded), 1U);
}

TEST(FlowTable, StateNumberBeyondTheKernelsIsNone) {
  TableStory story;
  FlowEvent event = created(1);
  event.tcp_state = 200;
  story.tell(event);
  EXPECT_EQ(story.in_state(TcpState::None), 1U);
}

TEST(FlowTable, StatusBitsBecomeOverlappingSets) {
  TableStory story;
  FlowEvent event = created(1);
  event.status = kStatusConfirmed | kStatusSeenReply | kStatusAssured | kStatusSourceNat |
                 kStatusDestinationNat;
  event.has_helper = true;
  story.tell({event, created(2)});
  EXPECT_EQ(story.with(FlowStatus::Unreplied), 1U);  // flow 2
  EXPECT_EQ(story.with(FlowStatus::Assured), 1U);
  EXPECT_EQ(story.with(FlowStatus::SourceNat), 1U);
  EXPECT_EQ(story.with(FlowStatus::DestinationNat), 1U);
  EXPECT_EQ(story.with(FlowStatus::Helper), 1U);
  EXPECT_EQ(story.with(FlowStatus::Offloaded), 0U);
}

TEST(FlowTable, ReplyEndsUnreplied) {
  TableStory story;
  FlowEvent replied = updated(1);
  replied.status = kStatusConfirmed | kStatusSeenReply;
  story.tell({created(1), replied});
  EXPECT_EQ(story.with(FlowStatus::Unreplied), 0U);
}

TEST(FlowTable, BeyondTheCapFlowsAreCountedNotStored) {
  TableStory story(2);
  story.tell({created(1), created(2), created(3), created(4)});
  EXPECT_EQ(story.table.size(), 2U);
  EXPECT_EQ(story.table.unstored(), 2U);
  EXPECT_EQ(story.table.events().created, 4U);
}

TEST(FlowTable, AtTheCapStoredFlowsAreStillUpdatedAndRemoved) {
  TableStory story(2);
  story.tell({created(1), created(2), created(1, TcpState::SynRecv), destroyed(2), created(3)});
  EXPECT_EQ(story.in_state(TcpState::SynRecv), 1U);
  EXPECT_EQ(story.table.size(), 2U);
  EXPECT_EQ(story.table.unstored(), 0U);
}

TEST(FlowTable, RaisedCapTakesEffectAtOnce) {
  TableStory story(1);
  story.tell(created(1));
  story.table.set_max_flows(2);
  story.tell(created(2));
  EXPECT_EQ(story.table.size(), 2U);
}

}  // namespace
}  // namespace ctwarden::model
