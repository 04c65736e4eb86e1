// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/count_gap.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

using namespace std::chrono_literals;
using Look = CountGap::Look;
using Time = CountGap::Time;

constexpr auto kInterval = 600s;

// After a resync that left this gap.
CountGap learned(std::int64_t gap) {
  CountGap counts;
  counts.learn({.gap = gap}, false, 0s);
  return counts;
}

void look_three_times(CountGap& counts, std::int64_t gap) {
  for (int i = 0; i < 3; ++i) {
    counts.observe({.gap = gap});
  }
}

bool wants_resync_after(CountGap counts, std::int64_t gap) {
  look_three_times(counts, gap);
  return counts.wants_resync(kInterval, 1000s);
}

TEST(CountGap, IsContentWithTheGapItLearned) {
  EXPECT_FALSE(wants_resync_after(learned(0), 0));
  EXPECT_FALSE(wants_resync_after(learned(500), 500));
}

TEST(CountGap, FindsASingleFlowThatEndedUnannounced) {
  EXPECT_TRUE(wants_resync_after(learned(0), -1));
}

TEST(CountGap, FindsFlowsBornUnannouncedBeyondAFewInFlight) {
  EXPECT_FALSE(wants_resync_after(learned(0), 16));
  EXPECT_TRUE(wants_resync_after(learned(0), 17));
}

TEST(CountGap, LearnedGapMayChangeByAnEighth) {
  EXPECT_FALSE(wants_resync_after(learned(800), 700));
  EXPECT_TRUE(wants_resync_after(learned(800), 699));
  EXPECT_FALSE(wants_resync_after(learned(800), 916));
  EXPECT_TRUE(wants_resync_after(learned(800), 917));
}

TEST(CountGap, TwoLooksAreNotEnough) {
  CountGap counts = learned(0);
  counts.observe({.gap = -100});
  counts.observe({.gap = -100});
  EXPECT_FALSE(counts.wants_resync(kInterval, 1000s));
}

TEST(CountGap, LookWithoutADeviationBeginsTheCountAnew) {
  CountGap counts = learned(0);
  for (const std::int64_t gap : {-100, -100, 0, -100, -100}) {
    counts.observe({.gap = gap});
    EXPECT_FALSE(counts.wants_resync(kInterval, 1000s));
  }
  counts.observe({.gap = -100});
  EXPECT_TRUE(counts.wants_resync(kInterval, 1000s));
}

TEST(CountGap, LookThatCannotCompareBeginsTheCountAnew) {
  CountGap counts = learned(0);
  for (const std::optional<std::int64_t> gap : {std::optional<std::int64_t>(-100), {-100}, {}}) {
    counts.observe({.gap = gap});
  }
  counts.observe({.gap = -100});
  EXPECT_FALSE(counts.wants_resync(kInterval, 1000s));
}

// 2,000 events between two looks explain a difference of 100: the counts were not read at once.
TEST(CountGap, ChurnBetweenTheLooksExcusesAGap) {
  CountGap counts = learned(0);
  std::uint64_t events = 0;
  for (int i = 0; i < 10; ++i) {
    counts.observe({.gap = -100, .events = events += 2000});
    ASSERT_FALSE(counts.wants_resync(kInterval, 1000s)) << i;
  }
  for (int i = 0; i < 3; ++i) {
    counts.observe({.gap = -100, .events = events += 1999});
  }
  EXPECT_TRUE(counts.wants_resync(kInterval, 1000s));
}

TEST(CountGap, AnyResyncTeachesTheGap) {
  CountGap counts = learned(0);
  look_three_times(counts, 300);
  counts.learn({.gap = 300}, false, 10s);
  EXPECT_FALSE(wants_resync_after(counts, 300));
}

// Flows that ended unannounced behind the cursor of the dump: the next one finds them.
TEST(CountGap, NeverLearnsThatWeHaveMoreThanTheKernel) {
  EXPECT_TRUE(wants_resync_after(learned(-50), -50));
}

// Flows that cannot announce their end go on to end: each comparison finds some.
TEST(CountGap, ComparisonThatHelpedIsRepeatedByWhatItCost) {
  struct Case {
    Time took;
    Time pause;
  };
  for (const auto& [took, pause] : {Case{10ms, 5s}, Case{2s, 18s}, Case{20s, 60s}}) {
    CountGap counts = learned(0);
    look_three_times(counts, -100);
    counts.learn({.gap = 0}, true, 1000s, took);
    look_three_times(counts, -100);
    EXPECT_FALSE(counts.wants_resync(kInterval, 1000s + pause - 1s)) << took.count();
    EXPECT_TRUE(counts.wants_resync(kInterval, 1000s + pause)) << took.count();
  }
}

TEST(CountGap, ComparisonThatHalvedTheGapHelped) {
  CountGap counts = learned(0);
  look_three_times(counts, -100);
  counts.learn({.gap = -50}, true, 1000s);
  look_three_times(counts, -50);
  EXPECT_TRUE(counts.wants_resync(kInterval, 1060s));
}

TEST(CountGap, GapThatAComparisonLeftIsLearned) {
  for (const std::int64_t gap : {-100, 100}) {
    CountGap counts = learned(0);
    look_three_times(counts, gap);
    counts.learn({.gap = gap}, true, 1000s);
    look_three_times(counts, gap);
    EXPECT_FALSE(counts.wants_resync(kInterval, 9000s)) << gap;
  }
}

// Ever another gap that no comparison explains.
TEST(CountGap, WaitsTwiceAsLongAfterEachComparisonInVain) {
  CountGap counts = learned(0);
  Time ended = 1000s;
  std::int64_t gap = 0;
  for (const auto pause : {120s, 240s, 480s, 600s, 600s}) {
    gap += 1000;
    look_three_times(counts, gap);
    counts.learn({.gap = gap}, true, ended);
    look_three_times(counts, gap + 1000);
    EXPECT_FALSE(counts.wants_resync(kInterval, ended + pause - 1s)) << pause.count();
    ASSERT_TRUE(counts.wants_resync(kInterval, ended + pause)) << pause.count();
    ended += pause;
  }
}

TEST(CountGap, ComparisonThatHelpsEndsTheLongWaits) {
  CountGap counts = learned(0);
  look_three_times(counts, 1000);
  counts.learn({.gap = 1000}, true, 1000s);
  look_three_times(counts, 3000);
  counts.learn({.gap = 1000}, true, 2000s);
  look_three_times(counts, 3000);
  EXPECT_FALSE(counts.wants_resync(kInterval, 2004s));
  EXPECT_TRUE(counts.wants_resync(kInterval, 2005s));
}

TEST(CountGap, LossDuringAResyncTeachesNothing) {
  CountGap counts = learned(300);
  counts.learn({.gap = std::nullopt}, false, 1000s);
  EXPECT_FALSE(wants_resync_after(counts, 300));
}

}  // namespace
}  // namespace ctwarden::model
