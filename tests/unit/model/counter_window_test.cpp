// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/counter_window.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

using namespace std::chrono_literals;

Totals created(std::uint64_t flows) { return {.created = flows}; }

TEST(CounterWindow, KnowsNoGrowthWithoutAnEarlierReading) {
  CounterWindow window;
  EXPECT_EQ(window.over(1min).created, 0U);
  window.sample(0s, created(500));
  EXPECT_EQ(window.over(1min).created, 0U);
}

TEST(CounterWindow, TellsGrowthSinceTheFirstReadingUntilTheSpanIsFull) {
  CounterWindow window;
  window.sample(0s, created(500));
  window.sample(1s, created(530));
  EXPECT_EQ(window.over(1min).created, 30U);
  EXPECT_EQ(window.over(1min).seconds, 1);
}

TEST(CounterWindow, ForgetsWhatIsOlderThanTheSpan) {
  CounterWindow window;
  for (unsigned second = 0; second <= 1200; ++second) {
    window.sample(std::chrono::seconds(second), created(10 * second));
  }
  EXPECT_EQ(window.over(1min).created, 600U);
  EXPECT_EQ(window.over(1min).seconds, 60);
  EXPECT_EQ(window.over(10min).created, 6000U);
}

TEST(CounterWindow, ACounterThatAppearsLateHasNotGrown) {
  CounterWindow window;
  window.sample(0s, {});
  Totals later;
  later.stats[static_cast<std::size_t>(Stat::Drop)] = 7'000;
  window.sample(1s, later);
  EXPECT_EQ(window.over(1min).of(Stat::Drop), 0U);
}

TEST(CounterWindow, ACounterThatAppearsLateGrowsFromThere) {
  CounterWindow window;
  window.sample(0s, {});
  Totals later;
  auto& drops = later.stats[static_cast<std::size_t>(Stat::Drop)];
  drops = 7'000;
  window.sample(1s, later);
  drops = 7'020;
  window.sample(2s, later);
  EXPECT_EQ(window.over(1min).of(Stat::Drop), 20U);
}

}  // namespace
}  // namespace ctwarden::model
