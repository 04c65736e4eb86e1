// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/table_story.h"

#include <algorithm>
#include <random>

namespace ctwarden::model {
namespace {

FlowEvent in_zone(FlowEvent event, std::uint16_t zone) {
  event.original.zone = zone;
  return event;
}

// Flow `flow` in each of `count` zones from `first`.
void create_in_zones(TableStory& story, unsigned flow, std::uint16_t first, std::uint16_t count) {
  for (std::uint16_t i = 0; i < count; ++i) {
    story.tell(in_zone(created(flow), static_cast<std::uint16_t>(first + i)));
  }
}

TEST(Composition, CountsFamilies) {
  TableStory story;
  FlowEvent ipv6 = created(1);
  ipv6.original = support::tuple_of(6, "2001:db8::1", 1, "2001:db8::2", 443);
  story.tell({ipv6, created(1), created(2)});
  const auto by_family = story.table.composition().by_family;
  EXPECT_EQ(by_family[static_cast<std::size_t>(Family::Ipv4)], 2U);
  EXPECT_EQ(by_family[static_cast<std::size_t>(Family::Ipv6)], 1U);
}

TEST(Composition, CountsProtocolsWeDoNotNameAsOther) {
  TableStory story;
  FlowEvent esp = created(1);
  esp.original.protocol = 50;
  esp.tcp_state.reset();
  story.tell(esp);
  const auto other = story.table.composition().by_state[static_cast<std::size_t>(Protocol::Other)];
  EXPECT_EQ(other[static_cast<std::size_t>(TcpState::None)], 1U);
}

TEST(Composition, NamesZoneZeroEvenWithoutFlows) {
  const TableStory story;
  EXPECT_EQ(story.table.composition().by_zone, (std::vector<ZoneFlows>{{.zone = 0, .flows = 0}}));
}

TEST(Composition, NamesZonesInOrder) {
  TableStory story;
  story.tell({in_zone(created(1), 65535), in_zone(created(1), 7), in_zone(created(2), 7)});
  EXPECT_EQ(story.table.composition().by_zone,
            (std::vector<ZoneFlows>{
                {.zone = 0, .flows = 0}, {.zone = 7, .flows = 2}, {.zone = 65535, .flows = 1}}));
}

TEST(Composition, ForgetsAZoneThatBecameEmpty) {
  TableStory story;
  story.tell({in_zone(created(1), 7), in_zone(destroyed(1), 7)});
  EXPECT_EQ(story.table.composition().by_zone.size(), 1U);
}

TEST(Composition, NamesSixtyFourZonesWithoutAnOther) {
  TableStory story;
  create_in_zones(story, 1, 1, 63);
  const Composition composition = story.table.composition();
  EXPECT_EQ(composition.by_zone.size(), 64U);
  EXPECT_EQ(composition.other_zones, 0U);
}

TEST(Composition, PutsTheEmptiestZonesIntoOther) {
  TableStory story;
  create_in_zones(story, 1, 1, 1000);
  create_in_zones(story, 2, 1, 1000);
  create_in_zones(story, 3, 501, 63);
  const Composition composition = story.table.composition();
  ASSERT_EQ(composition.by_zone.size(), 64U);
  EXPECT_EQ(composition.by_zone[0], (ZoneFlows{.zone = 0, .flows = 0}));
  EXPECT_EQ(composition.by_zone[1], (ZoneFlows{.zone = 501, .flows = 3}));
  EXPECT_EQ(composition.by_zone[63], (ZoneFlows{.zone = 563, .flows = 3}));
  EXPECT_EQ(composition.other_zones, 2 * (1000U - 63U));
  expect_sums(composition);
}

TEST(Composition, SumsEqualTheSizeAfterAnyStory) {
  std::mt19937 random(7);
  const auto one_of = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  TableStory story(150);
  for (int step = 0; step < 50'000; ++step) {
    FlowEvent event = about(static_cast<EventKind>(one_of(4)), one_of(300),
                            static_cast<TcpState>(one_of(kTcpStateCount)));
    event.original.zone = static_cast<std::uint16_t>(*event.id % 100);
    event.original.protocol = *event.id % 3 == 0 ? 17 : 6;
    event.status = static_cast<std::uint32_t>(random()) & 0xFFFFU;
    story.tell(event);
    if (step % 97 == 0 && !story.table.resyncing()) {
      story.table.begin_resync();
    } else if (step % 131 == 0 && story.table.resyncing()) {
      one_of(2) == 0 ? story.table.abort_resync() : static_cast<void>(story.finish());
    }
    if (step % 100 == 0) {
      const Composition composition = story.table.composition();
      ASSERT_EQ(composition.flows, story.table.size());
      expect_sums(composition);
      ASSERT_FALSE(testing::Test::HasFailure()) << "step " << step;
    }
  }
}

TEST(Composition, OfAnEmptiedTableIsEmpty) {
  TableStory story;
  create_in_zones(story, 1, 1, 200);
  story.tell({created(1), updated(1), created(2)});
  story.resync({});
  EXPECT_EQ(story.table.composition(), TableStory().table.composition());
}

}  // namespace
}  // namespace ctwarden::model
