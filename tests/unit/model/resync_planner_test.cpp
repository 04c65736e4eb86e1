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
  planner.completed(0s);
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
  planner.completed(20s);
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
  planner.completed(0s);
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

TEST(ResyncPlanner, ComparesWhenTwoLooksInARowFoundTooManyFlows) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(kGap, 100s), std::nullopt);
  EXPECT_EQ(planner.due(kGap, 101s), ResyncReason::CountGap);
}

TEST(ResyncPlanner, LookWithoutAGapBeginsTheCountAnew) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(kGap, 100s), std::nullopt);
  EXPECT_EQ(planner.due(kQuiet, 101s), std::nullopt);
  EXPECT_EQ(planner.due(kGap, 102s), std::nullopt);
  EXPECT_EQ(planner.due(kGap, 103s), ResyncReason::CountGap);
}

// The kernel's count also holds what expired and was not collected.
TEST(ResyncPlanner, MoreEntriesThanFlowsAreNoGap) {
  ResyncPlanner planner = started();
  const Observation lingering{.flows = 900, .entries = 1000, .streaming = true};
  EXPECT_EQ(planner.due(lingering, 100s), std::nullopt);
  EXPECT_EQ(planner.due(lingering, 101s), std::nullopt);
}

TEST(ResyncPlanner, UnreadableCountIsNoGap) {
  ResyncPlanner planner = started();
  const Observation blind{.flows = 1000, .entries = std::nullopt, .streaming = true};
  EXPECT_EQ(planner.due(blind, 100s), std::nullopt);
  EXPECT_EQ(planner.due(blind, 101s), std::nullopt);
}

// 2,000 events between two looks explain a difference of 100: the counts were not read at once.
TEST(ResyncPlanner, ChurnBetweenTheLooksExcusesAGap) {
  ResyncPlanner planner = started();
  Observation busy = kGap;
  for (Time now = 100s; now < 110s; now += 1s) {
    busy.events += 2000;
    ASSERT_EQ(planner.due(busy, now), std::nullopt) << now.count();
  }
  busy.events += 1999;
  EXPECT_EQ(planner.due(busy, 110s), std::nullopt);
  busy.events += 1999;
  EXPECT_EQ(planner.due(busy, 111s), ResyncReason::CountGap);
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

TEST(ResyncPlanner, CompletedResyncEndsAGap) {
  ResyncPlanner planner = started();
  EXPECT_EQ(planner.due(kGap, 100s), std::nullopt);
  planner.completed(100s);
  EXPECT_EQ(planner.due(kGap, 110s), std::nullopt);
  EXPECT_EQ(planner.due(kGap, 111s), ResyncReason::CountGap);
}

TEST(ResyncPlanner, RestsTwoSecondsAfterAResync) {
  ResyncPlanner planner(kInterval, 0);
  planner.completed(100001ms);
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
  planner.completed(102s);
  EXPECT_EQ(planner.due(kQuiet, 110s), std::nullopt);
}

TEST(ResyncPlanner, RepairComesBeforeAGap) {
  ResyncPlanner planner = started();
  Observation both = kGap;
  both.needs_repair = true;
  both.losses = 1;
  EXPECT_EQ(planner.due(both, 100s), std::nullopt);
  EXPECT_EQ(planner.due(both, 102s), ResyncReason::Loss);
}

}  // namespace
}  // namespace ctwarden::model
