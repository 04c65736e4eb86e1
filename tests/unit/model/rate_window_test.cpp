// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/rate_window.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

using namespace std::chrono_literals;

TEST(RateWindow, HasNoRateWithoutTwoSamples) {
  RateWindow window;
  EXPECT_FALSE(window.rates().has_value());
  window.sample(0s, 100, 100);
  EXPECT_FALSE(window.rates().has_value());
}

TEST(RateWindow, HasNoRateBeforeAFullSecond) {
  RateWindow window;
  window.sample(0s, 0, 0);
  window.sample(999ms, 50, 50);
  EXPECT_FALSE(window.rates().has_value());
  window.sample(1000ms, 50, 50);
  EXPECT_TRUE(window.rates().has_value());
}

TEST(RateWindow, DividesTheGrowthByTheTime) {
  RateWindow window;
  window.sample(5s, 1000, 500);
  window.sample(7s, 1300, 510);
  ASSERT_TRUE(window.rates().has_value());
  EXPECT_DOUBLE_EQ(window.rates()->created, 150);
  EXPECT_DOUBLE_EQ(window.rates()->destroyed, 5);
}

TEST(RateWindow, ForgetsWhatIsOlderThanTenSeconds) {
  RateWindow window;
  for (unsigned second = 0; second <= 60; ++second) {
    const std::uint64_t created = second <= 30 ? 1'000'000 : 1'000'000 + 20 * (second - 30);
    window.sample(std::chrono::seconds(second), created, 0);
  }
  EXPECT_DOUBLE_EQ(window.rates()->created, 20);
}

TEST(RateWindow, BurstWeighsOnTheRateForTenSeconds) {
  RateWindow window;
  window.sample(0s, 0, 0);
  window.sample(1s, 1000, 0);
  for (int second = 2; second <= 10; ++second) {
    window.sample(std::chrono::seconds(second), 1000, 0);
  }
  EXPECT_DOUBLE_EQ(window.rates()->created, 100);
  window.sample(11s, 1000, 0);
  EXPECT_DOUBLE_EQ(window.rates()->created, 0);
}

TEST(RateWindow, KeepsARateAfterALongPause) {
  RateWindow window;
  window.sample(0s, 0, 0);
  window.sample(100s, 500, 0);
  EXPECT_DOUBLE_EQ(window.rates()->created, 5);
}

}  // namespace
}  // namespace ctwarden::model
