// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/pressure_trigger.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

using namespace std::chrono_literals;
using Reading = PressureTrigger::Reading;

Reading filled(double ratio) { return {.used_ratio = ratio, .dropped = {}, .seconds_to_full = {}}; }
Reading dropped(std::uint64_t total, double ratio = 0.5) {
  return {.used_ratio = ratio, .dropped = total, .seconds_to_full = {}};
}
Reading full_in(double seconds) {
  return {.used_ratio = 0.5, .dropped = {}, .seconds_to_full = seconds};
}

TEST(PressureTrigger, IsSilentOnACalmTable) {
  PressureTrigger trigger;
  for (int second = 0; second < 100; ++second) {
    EXPECT_EQ(trigger.due(filled(0.89), std::chrono::seconds(second)), std::nullopt);
  }
}

TEST(PressureTrigger, TellsOnceThatTheTableFills) {
  PressureTrigger trigger;
  EXPECT_EQ(trigger.due(filled(0.9), 1s), PressureCause::Filling);
  EXPECT_EQ(trigger.due(filled(0.95), 2s), std::nullopt);
  EXPECT_EQ(trigger.due(filled(0.95), 2h), std::nullopt);
}

TEST(PressureTrigger, TellsAgainAfterTheTableEmptied) {
  PressureTrigger trigger;
  EXPECT_EQ(trigger.due(filled(0.9), 1s), PressureCause::Filling);
  EXPECT_EQ(trigger.due(filled(0.85), 15min), std::nullopt);
  EXPECT_EQ(trigger.due(filled(0.9), 16min), std::nullopt);  // it never relaxed
  EXPECT_EQ(trigger.due(filled(0.79), 17min), std::nullopt);
  EXPECT_EQ(trigger.due(filled(0.9), 18min), PressureCause::Filling);
}

TEST(PressureTrigger, DoesNotFlickerAroundTheThreshold) {
  PressureTrigger trigger;
  EXPECT_EQ(trigger.due(filled(0.9), 1s), PressureCause::Filling);
  EXPECT_EQ(trigger.due(filled(0.7), 2s), std::nullopt);
  EXPECT_EQ(trigger.due(filled(0.9), 3s), std::nullopt);  // too soon
}

TEST(PressureTrigger, TellsADropOnceInTenMinutes) {
  PressureTrigger trigger;
  EXPECT_EQ(trigger.due(dropped(50), 0s), std::nullopt);  // before its time
  EXPECT_EQ(trigger.due(dropped(51), 1s), PressureCause::Dropping);
  EXPECT_EQ(trigger.due(dropped(60), 2s), std::nullopt);
  EXPECT_EQ(trigger.due(dropped(61), 602s), PressureCause::Dropping);
}

TEST(PressureTrigger, ACounterThatAppearsIsNoDrop) {
  PressureTrigger trigger;
  EXPECT_EQ(trigger.due(filled(0.5), 0s), std::nullopt);
  EXPECT_EQ(trigger.due(dropped(7'000), 1s), std::nullopt);
}

TEST(PressureTrigger, TellsADropThatFollowsAFullTable) {
  PressureTrigger trigger;
  EXPECT_EQ(trigger.due(dropped(0, 0.95), 1s), PressureCause::Filling);
  EXPECT_EQ(trigger.due(dropped(3, 1.0), 2s), PressureCause::Dropping);
}

TEST(PressureTrigger, TellsThatTheTableWillBeFullSoon) {
  PressureTrigger trigger;
  EXPECT_EQ(trigger.due(full_in(601), 1s), std::nullopt);
  EXPECT_EQ(trigger.due(full_in(600), 2s), PressureCause::WillFill);
  EXPECT_EQ(trigger.due(full_in(500), 3s), std::nullopt);
}

}  // namespace
}  // namespace ctwarden::model
