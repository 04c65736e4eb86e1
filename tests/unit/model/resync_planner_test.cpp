// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/resync_planner.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

using namespace std::chrono_literals;
using Observation = ResyncPlanner::Observation;
using Time = ResyncPlanner::Time;

constexpr auto kInterval = 600s;

const Observation kQuiet{.streaming = true};
const Observation kLossy{.needs_repair = true, .losses = 5, .streaming = true};
// 1,000 of ours, 900 of the kernel's, no churn that could explain it.
const Observation kGap{.flows = 1000, .entries = 900, .streaming = true};

// After a first resync that took no time, at time 0.
ResyncPlanner started(double jitter = 0) {
  ResyncPlanner planner(kInterval, jitter);
  planner.completed(ResyncReason::Interval, kQuiet, 0s);
  return planner;
}

TEST(ResyncPlanner, BeginsAtOnce) {
  ResyncPlanner planner(kInterval, 0.5);
  EXPECT_EQ(planner.due(kQuiet, 0s), ResyncReason::Start);
}

TEST(ResyncPlanner, IsContentWhenNothingHappens) {
  ResyncPlanner planner = started();
  for (Time now = 1s; now < kInterval; now += 1s) {
    ASSERT_EQ(planner.due(kQuiet, now), std::nullopt) << now.count();
  }
}

TEST(ResyncPlanner, ComparesOnceAnInterval) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(kQuiet, kInterval - 1s), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, kInterval), ResyncReason::Interval);
}

TEST(ResyncPlanner, MeasuresTheIntervalFromTheEndOfTheLastResync) {
  ResyncPlanner planner(kInterval, 0);
  planner.completed(ResyncReason::Interval, kQuiet, 20s);
  EXPECT_EQ(planner.due(kQuiet, kInterval + 19s), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, kInterval + 20s), ResyncReason::Interval);
}

TEST(ResyncPlanner, JitterStretchesTheIntervalByATenthAtMost) {
  ResyncPlanner planner = started(1.0);
  EXPECT_EQ(planner.due(kQuiet, kInterval + 59s), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, kInterval + 60s), ResyncReason::Interval);
}

TEST(ResyncPlanner, NewIntervalCountsAtOnce) {
  ResyncPlanner planner = started();
  planner.set_interval(60s);
  EXPECT_EQ(planner.due(kQuiet, 60s), ResyncReason::Interval);
}

TEST(ResyncPlanner, WithoutEventsDumpsEveryHalfMinute) {
  ResyncPlanner planner = started();
  const Observation deaf{.streaming = false};
  EXPECT_EQ(planner.due(deaf, 29s), std::nullopt);
  EXPECT_EQ(planner.due(deaf, 30s), ResyncReason::Interval);
}

TEST(ResyncPlanner, WithoutEventsAShorterIntervalHolds) {
  ResyncPlanner planner(10s, 0);
  planner.completed(ResyncReason::Interval, kQuiet, 0s);
  EXPECT_EQ(planner.due({.streaming = false}, 10s), ResyncReason::Interval);
}

TEST(ResyncPlanner, RepairsALossTwoSecondsAfterTheLastOne) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(kLossy, 100s), std::nullopt);
  EXPECT_EQ(planner.due(kLossy, 101s), std::nullopt);
  EXPECT_EQ(planner.due(kLossy, 102s), ResyncReason::Loss);
}

TEST(ResyncPlanner, JitterDelaysARepairByASecondAtMost) {
  ResyncPlanner planner = started(1.0);
  EXPECT_EQ(planner.due(kLossy, 100s), std::nullopt);
  EXPECT_EQ(planner.due(kLossy, 102999ms), std::nullopt);
  EXPECT_EQ(planner.due(kLossy, 103s), ResyncReason::Loss);
}

TEST(ResyncPlanner, RepairsEventsThatWereMissingWithoutACountedLoss) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due({.needs_repair = true, .streaming = true}, 100s), ResyncReason::Loss);
}

TEST(ResyncPlanner, DoesNotRepairInTheMiddleOfAStorm) {
  ResyncPlanner planner = started();
  Observation storm = kLossy;
  for (Time now = 100s; now < 160s; now += 1s) {
    ++storm.losses;
    ASSERT_EQ(planner.due(storm, now), std::nullopt) << now.count();
  }
  EXPECT_EQ(planner.due(storm, 160s), std::nullopt);
  EXPECT_EQ(planner.due(storm, 161s), ResyncReason::Loss);
}

TEST(ResyncPlanner, StormDoesNotPutOffTheBackgroundCycle) {
  ResyncPlanner planner = started();
  Observation storm = kLossy;
  for (Time now = 1s; now < kInterval; now += 1s) {
    ++storm.losses;
    ASSERT_EQ(planner.due(storm, now), std::nullopt) << now.count();
  }
  ++storm.losses;
  EXPECT_EQ(planner.due(storm, kInterval), ResyncReason::Interval);
}

TEST(ResyncPlanner, ComparesWhenLooksInARowFoundTooManyFlows) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(kGap, 100s), std::nullopt);
  EXPECT_EQ(planner.due(kGap, 101s), std::nullopt);
  EXPECT_EQ(planner.due(kGap, 102s), ResyncReason::CountGap);
}

// 600 s of interval allow one a minute.
TEST(ResyncPlanner, ComparesForAGapOnceInATenthOfTheInterval) {
  ResyncPlanner planner = started();
  planner.completed(ResyncReason::CountGap, kQuiet, 100s);
  for (Time now = 101s; now < 160s; now += 1s) {
    ASSERT_EQ(planner.due(kGap, now), std::nullopt) << now.count();
  }
  EXPECT_EQ(planner.due(kGap, 160s), ResyncReason::CountGap);
}

TEST(ResyncPlanner, UnreadableCountIsNoGap) {
  ResyncPlanner planner = started();
  const Observation blind{.flows = 1000, .entries = std::nullopt, .streaming = true};
  for (Time now = 100s; now < 110s; now += 1s) {
    ASSERT_EQ(planner.due(blind, now), std::nullopt) << now.count();
  }
}

TEST(ResyncPlanner, GapDuringALossIsTheLosss) {
  ResyncPlanner planner = started();
  Observation storm = kGap;
  storm.needs_repair = true;
  for (Time now = 100s; now < 110s; now += 1s) {
    ++storm.losses;
    ASSERT_EQ(planner.due(storm, now), std::nullopt) << now.count();
  }
}

// Ours are then as many as at the last dump, whatever the kernel's are.
TEST(ResyncPlanner, WithoutEventsAGapIsNoReason) {
  ResyncPlanner planner = started();
  Observation deaf = kGap;
  deaf.streaming = false;
  for (Time now = 3s; now < 30s; now += 1s) {
    ASSERT_EQ(planner.due(deaf, now), std::nullopt) << now.count();
  }
  EXPECT_EQ(planner.due(deaf, 30s), ResyncReason::Interval);
}

TEST(ResyncPlanner, RestsTwoSecondsAfterAResync) {
  ResyncPlanner planner(kInterval, 0);
  planner.completed(ResyncReason::Interval, kQuiet, 100001ms);
  const Observation missing{.needs_repair = true, .streaming = true};
  EXPECT_EQ(planner.due(missing, 102s), std::nullopt);
  EXPECT_EQ(planner.due(missing, 102001ms), ResyncReason::Loss);
}

TEST(ResyncPlanner, TriesAgainSoonWhenTheFirstDumpWasAborted) {
  ResyncPlanner planner(kInterval, 0);
  planner.aborted(0s, 100ms, false, false);
  EXPECT_EQ(planner.due(kQuiet, 2s), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, 2100ms), ResyncReason::Start);
}

TEST(ResyncPlanner, RestsAsLongAsADumpInVainTook) {
  ResyncPlanner planner(kInterval, 0);
  planner.aborted(0s, 5s, false, false);
  EXPECT_EQ(planner.due(kQuiet, 9999ms), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, 10s), ResyncReason::Start);
}

TEST(ResyncPlanner, IsInNoHurryToAskAKernelThatRefused) {
  ResyncPlanner planner(kInterval, 0);
  planner.aborted(0s, 0s, false, true);
  EXPECT_EQ(planner.due(kQuiet, 29s), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, 30s), ResyncReason::Start);
}

TEST(ResyncPlanner, RepeatsADumpThatAResizeSpoiled) {
  ResyncPlanner planner = started();
  planner.aborted(100s, 100s, true, false);
  EXPECT_EQ(planner.due(kQuiet, 101s), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, 102s), ResyncReason::Resize);
}

TEST(ResyncPlanner, ResizeUnderTheFirstDumpIsStillTheStart) {
  ResyncPlanner planner(kInterval, 0);
  planner.aborted(0s, 0s, true, false);
  EXPECT_EQ(planner.due(kQuiet, 2s), ResyncReason::Start);
}

TEST(ResyncPlanner, ResizeIsSettledByACompletedResync) {
  ResyncPlanner planner = started();
  planner.aborted(100s, 100s, true, false);
  planner.completed(ResyncReason::Interval, kQuiet, 102s);
  EXPECT_EQ(planner.due(kQuiet, 110s), std::nullopt);
}

Observation during(ResyncReason running, const Observation& seen) {
  Observation busy = seen;
  busy.running = running;
  return busy;
}

TEST(ResyncPlanner, BackgroundResyncGivesWayToARepair) {
  for (const auto background : {ResyncReason::Interval, ResyncReason::CountGap}) {
    ResyncPlanner planner = started();
    EXPECT_EQ(planner.due(during(background, kLossy), 100s), std::nullopt);
    EXPECT_EQ(planner.due(during(background, kLossy), 101s), std::nullopt);
    EXPECT_EQ(planner.due(during(background, kLossy), 102s), ResyncReason::Loss);
  }
}

TEST(ResyncPlanner, BackgroundResyncGivesWayAtOnceThoughOneJustEnded) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(during(ResyncReason::Interval, kLossy), 100s), std::nullopt);
  planner.completed(ResyncReason::CountGap, kQuiet, 101s);
  EXPECT_EQ(planner.due(during(ResyncReason::Interval, kLossy), 102s), ResyncReason::Loss);
}

// What it may lack is repaired by the next one.
TEST(ResyncPlanner, RepairUnderWayIsFinished) {
  for (const auto urgent : {ResyncReason::Start, ResyncReason::Loss, ResyncReason::Resize}) {
    ResyncPlanner planner = started();
    for (Time now = 100s; now < 110s; now += 1s) {
      ASSERT_EQ(planner.due(during(urgent, kLossy), now), std::nullopt) << name(urgent);
    }
  }
}

TEST(ResyncPlanner, LossDuringARepairIsRepairedByAnotherAfterIt) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(during(ResyncReason::Loss, kLossy), 100s), std::nullopt);
  planner.completed(ResyncReason::Loss, kLossy, 105s);
  EXPECT_EQ(planner.due(kLossy, 106s), std::nullopt);
  EXPECT_EQ(planner.due(kLossy, 107s), ResyncReason::Loss);
}

TEST(ResyncPlanner, BackgroundResyncThatNothingDisturbsIsFinished) {
  ResyncPlanner planner = started();
  Observation quiet = during(ResyncReason::Interval, kGap);
  for (Time now = 600s; now < 1300s; now += 1s) {
    ASSERT_EQ(planner.due(quiet, now), std::nullopt) << now.count();
  }
}

TEST(ResyncPlanner, RepairComesBeforeAGap) {
  ResyncPlanner planner = started();
  Observation both = kGap;
  both.needs_repair = true;
  both.losses = 1;
  EXPECT_EQ(planner.due(both, 100s), std::nullopt);
  EXPECT_EQ(planner.due(both, 101s), std::nullopt);
  EXPECT_EQ(planner.due(both, 102s), ResyncReason::Loss);
}

}  // namespace
}  // namespace ctwarden::model
