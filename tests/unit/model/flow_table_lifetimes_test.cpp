// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/table_story.h"

namespace ctwarden::model {
namespace {

constexpr std::uint32_t kDay = 86400;

const LifetimeHistogram& tcp_lifetimes(const TableStory& story) {
  return story.table.churn().lifetimes[static_cast<std::size_t>(Protocol::Tcp)];
}

std::uint64_t observed(const TableStory& story) {
  const auto& counts = tcp_lifetimes(story).counts;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// The number of flows in the bucket up to `bound` seconds.
std::uint64_t up_to(const TableStory& story, std::uint32_t bound) {
  for (std::size_t i = 0; i < kLifetimeBounds.size(); ++i) {
    if (kLifetimeBounds[i] == bound) {
      return tcp_lifetimes(story).counts[i];
    }
  }
  ADD_FAILURE() << bound << " is not a bound";
  return 0;
}

FlowEvent with_timestamps(FlowEvent event, std::uint64_t start_ns, std::uint64_t stop_ns) {
  event.start_ns = start_ns;
  event.stop_ns = stop_ns;
  return event;
}

TEST(FlowLifetimes, AreTheTimeFromNewToDestroy) {
  TableStory story;
  story.tell(created(1));
  story.now += 45;
  story.tell(destroyed(1));
  EXPECT_EQ(up_to(story, 60), 1U);
  EXPECT_EQ(tcp_lifetimes(story).sum_seconds, 45);
}

TEST(FlowLifetimes, OnABoundBelongToItsBucket) {
  TableStory story;
  story.tell(created(1));
  story.now += 60;
  story.tell(destroyed(1));
  EXPECT_EQ(up_to(story, 60), 1U);
}

TEST(FlowLifetimes, BeyondEveryBoundGoToTheLastBucket) {
  TableStory story;
  story.tell(created(1));
  story.now += 6 * kDay;
  story.tell(destroyed(1));
  EXPECT_EQ(tcp_lifetimes(story).counts.back(), 1U);
}

TEST(FlowLifetimes, AreCountedByProtocol) {
  TableStory story;
  FlowEvent udp = created(1);
  udp.original.protocol = 17;
  story.tell(udp);
  udp.kind = EventKind::Destroy;
  story.tell(udp);
  EXPECT_EQ(observed(story), 0U);
  EXPECT_EQ(story.table.churn().lifetimes[static_cast<std::size_t>(Protocol::Udp)].counts[0], 1U);
}

TEST(FlowLifetimes, OfAFlowKnownFromADumpAreNotInvented) {
  TableStory story;
  story.resync({row(1)});
  story.now += 5;
  story.tell(destroyed(1));
  EXPECT_EQ(observed(story), 0U);
}

TEST(FlowLifetimes, OfAFlowWhoseNewCameAfterItsRowAreKnown) {
  TableStory story;
  story.table.begin_resync();
  story.tell({row(1), created(1)});
  story.finish();
  story.now += 5;
  story.tell(destroyed(1));
  EXPECT_EQ(up_to(story, 5), 1U);
}

TEST(FlowLifetimes, SurviveAResync) {
  TableStory story;
  story.tell(created(1));
  story.now += 100;
  story.resync({row(1)});
  story.now += 100;
  story.tell(destroyed(1));
  EXPECT_EQ(tcp_lifetimes(story).sum_seconds, 200);
}

TEST(FlowLifetimes, StartAnewWithARecreation) {
  TableStory story;
  story.tell(created(1));
  story.now += 1000;
  story.tell(created(1));  // the DESTROY between was lost
  story.now += 7;
  story.tell(destroyed(1));
  EXPECT_EQ(tcp_lifetimes(story).sum_seconds, 7);
}

TEST(FlowLifetimes, FollowTheKernelsTimestampsWhereItSendsThem) {
  TableStory story;
  story.resync({row(1)});  // birth not seen
  story.tell(with_timestamps(destroyed(1), 1'000'000'000, 3'500'000'000));
  EXPECT_EQ(up_to(story, 5), 1U);
  EXPECT_EQ(tcp_lifetimes(story).sum_seconds, 2.5);
}

// The timestamps are wall clock.
TEST(FlowLifetimes, DistrustTimestampsThatGoBack) {
  TableStory story;
  story.tell(created(1));
  story.now += 20;
  story.tell(with_timestamps(destroyed(1), 3'500'000'000, 1'000'000'000));
  EXPECT_EQ(tcp_lifetimes(story).sum_seconds, 20);
}

// Births are kept modulo 2^22 seconds, 48.5 days.
TEST(FlowLifetimes, OfAnOldFlowDoNotWrapWhileItIsSwept) {
  TableStory story;
  story.tell(created(1));
  for (int day = 0; day < 100; ++day) {
    story.now += kDay;
    story.resync({row(1)});
  }
  story.tell(destroyed(1));
  EXPECT_EQ(tcp_lifetimes(story).counts.back(), 1U);
  EXPECT_GE(tcp_lifetimes(story).sum_seconds, 24 * kDay);
}

TEST(FlowLifetimes, AreRightForAFlowBornWhenTheCountOfSecondsWraps) {
  TableStory story;
  story.now = (1U << 22) - 10;
  story.tell(created(1));
  story.now += 25;
  story.tell(destroyed(1));
  EXPECT_EQ(tcp_lifetimes(story).sum_seconds, 25);
}

}  // namespace
}  // namespace ctwarden::model
