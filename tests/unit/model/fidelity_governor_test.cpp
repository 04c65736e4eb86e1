// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/fidelity_governor.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

using namespace std::chrono_literals;
using Second = FidelityGovernor::Second;
using Updates = FidelityPolicy::Updates;

constexpr Second kIdle{};
constexpr Second kOverBudget{.cpu_share = 0.3};
constexpr Second kBusy{.created_per_second = 2500};
constexpr Second kLosingUpdates{.updates_lost = 1};
constexpr Second kLosing{.lifecycle_lost = 1};

// Feeds the same second `times` times, a second apart, from `from` on.
Fidelity feed(FidelityGovernor& governor, const Second& second, int times,
              std::chrono::seconds from = 0s) {
  for (int i = 0; i < times; ++i) {
    governor.observe(second, from + std::chrono::seconds(i));
  }
  return governor.mode();
}

TEST(FidelityGovernor, BeginsWithEverything) {
  FidelityGovernor governor({});
  EXPECT_EQ(governor.mode(), Fidelity::Full);
  EXPECT_EQ(feed(governor, kIdle, 100), Fidelity::Full);
}

TEST(FidelityGovernor, BeginsWithoutUpdatesWhereTheyAreForbidden) {
  FidelityGovernor governor({.updates = Updates::Never});
  EXPECT_EQ(governor.mode(), Fidelity::Lean);
  EXPECT_EQ(feed(governor, kIdle, 100), Fidelity::Lean);
}

TEST(FidelityGovernor, LeavesUpdatesAfterThreeStrainedSeconds) {
  for (const Second& second : {kOverBudget, kBusy, kLosingUpdates, kLosing}) {
    FidelityGovernor governor({});
    EXPECT_EQ(feed(governor, second, 2), Fidelity::Full);
    EXPECT_EQ(governor.observe(second, 2s), Fidelity::Lean);
  }
}

TEST(FidelityGovernor, ForgivesABurst) {
  FidelityGovernor governor({});
  for (int i = 0; i < 20; ++i) {
    feed(governor, kBusy, 2, std::chrono::seconds(3 * i));
    EXPECT_EQ(governor.observe(kIdle, std::chrono::seconds(3 * i + 2)), Fidelity::Full);
  }
}

TEST(FidelityGovernor, ManyNewFlowsAreNoReasonWhereUpdatesAreWanted) {
  FidelityGovernor governor({.updates = Updates::Always});
  EXPECT_EQ(feed(governor, kBusy, 10), Fidelity::Full);
  EXPECT_EQ(feed(governor, kOverBudget, 3, 10s), Fidelity::Lean);
}

TEST(FidelityGovernor, LeavesEverythingWhenLeanIsStillTooMuch) {
  FidelityGovernor governor({});
  feed(governor, kOverBudget, 3);
  EXPECT_EQ(feed(governor, kOverBudget, 2, 3s), Fidelity::Lean);
  EXPECT_EQ(governor.observe(kOverBudget, 5s), Fidelity::DumpOnly);
  EXPECT_EQ(feed(governor, kOverBudget, 10, 6s), Fidelity::DumpOnly);
}

TEST(FidelityGovernor, LostUpdatesAndManyNewFlowsDoNotDriveItBelowLean) {
  FidelityGovernor governor({});
  feed(governor, kBusy, 3);
  EXPECT_EQ(feed(governor, kBusy, 60, 3s), Fidelity::Lean);
  EXPECT_EQ(feed(governor, kLosingUpdates, 60, 63s), Fidelity::Lean);
}

TEST(FidelityGovernor, ReturnsOneStepForEachHalfMinuteOfCalm) {
  FidelityGovernor governor({});
  feed(governor, kOverBudget, 6);
  ASSERT_EQ(governor.mode(), Fidelity::DumpOnly);
  EXPECT_EQ(feed(governor, kIdle, 30, 10s), Fidelity::DumpOnly);
  EXPECT_EQ(governor.observe(kIdle, 40s), Fidelity::Lean);
  EXPECT_EQ(feed(governor, kIdle, 29, 41s), Fidelity::Lean);
  EXPECT_EQ(governor.observe(kIdle, 70s), Fidelity::Full);
}

TEST(FidelityGovernor, DoesNotReturnWhileTheHigherModeWouldNotFit) {
  FidelityGovernor governor({});
  feed(governor, kBusy, 3);
  const Second between{.cpu_share = 0.1,
                       .created_per_second = 500};  // times three is over the budget
  EXPECT_EQ(feed(governor, between, 100, 3s), Fidelity::Lean);
  const Second many{.cpu_share = 0.01,
                    .created_per_second = 1500};  // above the lower of the two rates
  EXPECT_EQ(feed(governor, many, 100, 103s), Fidelity::Lean);
  const Second few{.cpu_share = 0.01, .created_per_second = 900};
  EXPECT_EQ(feed(governor, few, 31, 203s), Fidelity::Full);
}

TEST(FidelityGovernor, OneRestlessSecondBeginsTheCalmAnew) {
  FidelityGovernor governor({});
  feed(governor, kBusy, 3);
  feed(governor, kIdle, 29, 3s);
  governor.observe(kLosing, 32s);
  EXPECT_EQ(feed(governor, kIdle, 30, 33s), Fidelity::Lean);
  EXPECT_EQ(governor.observe(kIdle, 63s), Fidelity::Full);
}

TEST(FidelityGovernor, AForbiddenModeIsLeftAtOnce) {
  FidelityGovernor governor({});
  governor.set_policy({.updates = Updates::Never});
  EXPECT_EQ(governor.mode(), Fidelity::Lean);
}

}  // namespace
}  // namespace ctwarden::model
