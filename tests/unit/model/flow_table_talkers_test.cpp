// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who fills the table, as the flow table tells it from events and dump rows.
#include "tests/unit/model/table_story.h"

#include <string_view>

namespace ctwarden::model {
namespace {

struct Ends {
  std::string_view source = "192.0.2.1";
  std::string_view destination = "198.51.100.7";
  std::uint16_t port = 443;
};

// Flow n of TableStory between other ends, answered by whom it was sent to.
FlowEvent between(const Ends& ends, FlowEvent event) {
  const std::uint16_t source_port = event.original.source_port;
  event.original = support::tuple_of(event.original.protocol, ends.source, source_port,
                                     ends.destination, ends.port);
  event.reply = support::reverse_of(event.original);
  return event;
}
FlowEvent replied(FlowEvent event) {
  event.status = kStatusConfirmed | kStatusSeenReply;
  return event;
}

class Talk : public ::testing::Test {
 protected:
  [[nodiscard]] TalkersView view(const TalkersQuery& query = {}) {
    return story.table.talkers().view(query, story.now);
  }
  [[nodiscard]] static Bounds flows(const std::vector<AddressTalker>& lines,
                                    std::string_view address) {
    for (const AddressTalker& line : lines) {
      if (line.address == support::address_of(address)) {
        return line.flows;
      }
    }
    return {};
  }
  TableStory story;
};
using TalkersOfTheTable = Talk;
using TalkersAfterADump = Talk;

TEST_F(TalkersOfTheTable, AreCountedBySourceMostFlowsFirst) {
  story.tell({between({.source = "192.0.2.1"}, created(1)),
              between({.source = "192.0.2.2"}, created(2)),
              between({.source = "192.0.2.2"}, created(3)),
              between({.source = "2001:db8::5", .destination = "2001:db8::1"}, created(4))});
  const auto sources = view().sources;
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].address, support::address_of("192.0.2.2"));
  EXPECT_EQ(sources[0].flows, (Bounds{2, 2}));
  EXPECT_EQ(flows(sources, "2001:db8::5"), (Bounds{1, 1}));
  EXPECT_TRUE(view().exact);
  EXPECT_EQ(view().flows, 4U);
}

TEST_F(TalkersOfTheTable, LeaveWithTheirLastFlow) {
  story.tell({between({}, created(1)), between({}, destroyed(1))});
  EXPECT_TRUE(view().sources.empty());
  EXPECT_TRUE(view().destinations.empty());
  EXPECT_EQ(view().flows, 0U);
}

TEST_F(TalkersOfTheTable, NameTheServiceAskedForAndTheOneThatAnswers) {
  FlowEvent event = between({.destination = "203.0.113.80", .port = 80}, created(1));
  event.reply->source = support::address_of("10.0.0.8");
  event.reply->source_port = 8080;
  event.status = kStatusConfirmed | kStatusDestinationNat;
  story.tell(event);
  const auto now = view();
  ASSERT_EQ(now.services_before.size(), 1U);
  EXPECT_EQ(now.services_before[0].service, (Service{.protocol = Protocol::Tcp, .port = 80}));
  ASSERT_EQ(now.services_after.size(), 1U);
  EXPECT_EQ(now.services_after[0].service, (Service{.protocol = Protocol::Tcp, .port = 8080}));
  EXPECT_EQ(flows(now.destinations, "10.0.0.8"), (Bounds{1, 1}));
}

TEST_F(TalkersOfTheTable, HaveNoServiceForOtherProtocols) {
  FlowEvent ping = between({}, created(1));
  ping.original.protocol = 1;
  ping.original.destination_port = 8 << 8;
  story.tell(ping);
  EXPECT_TRUE(view().services_before.empty());
  EXPECT_EQ(flows(view().sources, "192.0.2.1"), (Bounds{1, 1}));
}

TEST_F(TalkersOfTheTable, KnowWhichFlowsNobodyAnswered) {
  story.tell({between({}, created(1)), between({}, created(2)), between({}, replied(updated(1)))});
  EXPECT_EQ(view().sources[0].flows, (Bounds{2, 2}));
  EXPECT_EQ(view().sources[0].unreplied, (Bounds{1, 1}));
  story.tell({between({}, replied(destroyed(1))), between({}, destroyed(2))});
  EXPECT_EQ(view().flows, 0U);
}

TEST_F(TalkersOfTheTable, CountNewFlowsThatAreGoneAlready) {
  for (unsigned flow = 0; flow < 5; ++flow) {
    story.tell({between({.source = "192.0.2.9"}, created(flow)),
                between({.source = "192.0.2.9"}, destroyed(flow))});
  }
  const auto busiest = view({.by = Rank::NewMinute}).sources;
  ASSERT_EQ(busiest.size(), 1U);
  EXPECT_EQ(busiest[0].flows, (Bounds{0, 0}));
  EXPECT_EQ(busiest[0].created[static_cast<std::size_t>(Window::Minute)], (Bounds{5, 5}));
}

TEST_F(TalkersOfTheTable, AddUpToPrefixes) {
  story.tell({between({.source = "192.0.2.1"}, created(1)),
              between({.source = "192.0.2.200"}, created(2)),
              between({.source = "192.0.3.1"}, created(3)),
              between({.source = "2001:db8:0:1::1", .destination = "2001:db8::1"}, created(4)),
              between({.source = "2001:db8:0:1:2::1", .destination = "2001:db8::1"}, created(5)),
              between({.source = "2001:db8:0:1:3::1", .destination = "2001:db8::1"}, created(6))});
  const auto prefixes = view().source_prefixes;
  ASSERT_EQ(prefixes.size(), 3U);
  EXPECT_EQ(prefixes[0].network, support::address_of("2001:db8:0:1::"));
  EXPECT_EQ(prefixes[0].flows, (Bounds{3, 3}));
  EXPECT_EQ(prefixes[1].network, support::address_of("192.0.2.0"));
  EXPECT_EQ(prefixes[1].flows, (Bounds{2, 2}));
}

TEST_F(TalkersOfTheTable, LeaveAddressesOutWhenTold) {
  story.table.talkers().set_max_keys(0);
  story.tell(between({}, created(1)));
  EXPECT_TRUE(view().sources.empty());
  EXPECT_EQ(view().services_before.size(), 1U);
}

TEST_F(TalkersAfterADump, HaveTheFlowsItShowedAndNoOthers) {
  story.tell({between({.source = "192.0.2.1"}, created(1)),
              between({.source = "192.0.2.2"}, created(2))});  // 1 ends unheard
  story.resync(
      {between({.source = "192.0.2.2"}, row(2)), between({.source = "192.0.2.3"}, row(3))});
  EXPECT_EQ(flows(view().sources, "192.0.2.1"), (Bounds{0, 0}));
  EXPECT_EQ(flows(view().sources, "192.0.2.2"), (Bounds{1, 1}));
  EXPECT_EQ(flows(view().sources, "192.0.2.3"), (Bounds{1, 1}));
}

TEST_F(TalkersAfterADump, HaveWhatCameAndWentWhileItRan) {
  story.tell({between({.source = "192.0.2.1"}, created(1)),
              between({.source = "192.0.2.2"}, created(2)),
              between({.source = "192.0.2.4"}, created(4))});
  story.table.begin_resync();
  story.tell({between({.source = "192.0.2.1"}, row(1)),
              between({.source = "192.0.2.1"}, destroyed(1)),  // stamped
              between({.source = "192.0.2.2"}, destroyed(2)),  // not yet
              between({.source = "192.0.2.3"}, created(3)),
              between({.source = "192.0.2.4"}, replied(updated(4))),
              between({.source = "192.0.2.4"}, row(4))});
  EXPECT_EQ(view().flows, 2U);
  story.finish();
  EXPECT_EQ(view().flows, 2U);
  EXPECT_EQ(flows(view().sources, "192.0.2.3"), (Bounds{1, 1}));
  EXPECT_EQ(view({.by = Rank::Unreplied}).sources.size(), 1U);
}

TEST_F(TalkersAfterADump, AreRightWhileTheSweepGoesOn) {
  story.tell({between({.source = "192.0.2.1"}, created(1)),
              between({.source = "192.0.2.2"}, created(2)),
              between({.source = "192.0.2.1"}, created(3))});
  story.table.begin_resync();
  story.tell(between({.source = "192.0.2.1"}, row(3)));
  story.table.finish_rows();
  story.tell({between({.source = "192.0.2.1"}, destroyed(1)),           // no row showed it
              between({.source = "192.0.2.2"}, replied(updated(2)))});  // nor this, but it lives
  for (std::size_t table = 0; table < FlowIndex::kTables; ++table) {
    story.table.sweep(table, story.now);
  }
  EXPECT_EQ(flows(view().sources, "192.0.2.1"), (Bounds{1, 1}));
  EXPECT_EQ(flows(view().sources, "192.0.2.2"), (Bounds{1, 1}));
}

TEST_F(TalkersAfterADump, StayAsTheyWereWhenItIsGivenUp) {
  story.tell(
      {between({.source = "192.0.2.1"}, created(1)), between({.source = "192.0.2.2"}, created(2))});
  story.table.begin_resync();
  story.tell(between({.source = "192.0.2.2"}, row(2)));
  story.table.abort_resync();
  EXPECT_EQ(flows(view().sources, "192.0.2.1"), (Bounds{1, 1}));
  story.tell(between({.source = "192.0.2.1"}, destroyed(1)));
  EXPECT_EQ(view().flows, 1U);
  EXPECT_EQ(flows(view().sources, "192.0.2.2"), (Bounds{1, 1}));
}

TEST_F(TalkersAfterADump, AreNotCountedTwiceByTheFirst) {
  const std::size_t before = story.table.talkers().memory_bytes();
  story.table.begin_resync();
  EXPECT_EQ(story.table.talkers().memory_bytes(), before);
  story.tell({between({}, row(1)), between({}, created(2))});
  story.finish();
  EXPECT_EQ(view().flows, 2U);
  story.table.begin_resync();
  EXPECT_GT(story.table.talkers().memory_bytes(), before);
}

TEST_F(TalkersAfterADump, TakeOverANewBound) {
  story.tell(between({}, created(1)));
  story.table.talkers().set_max_keys(0);
  EXPECT_EQ(view().sources.size(), 1U);
  story.resync({between({}, row(1))});
  EXPECT_TRUE(view().sources.empty());
  story.table.talkers().set_max_keys(1024);
  story.resync({between({}, row(1))});
  EXPECT_EQ(view().sources.size(), 1U);
}

}  // namespace
}  // namespace ctwarden::model
