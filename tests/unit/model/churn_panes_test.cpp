// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/churn_panes.h"

#include "model/mixing_hash.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace ctwarden::model {
namespace {

using enum Window;
const MixingHash kHash(HashSecret{.k0 = 3, .k1 = 4});

struct Churned {
  void add(std::uint32_t key, std::uint32_t now, unsigned times = 1) {
    for (unsigned i = 0; i < times; ++i) {
      panes.add(key, kHash(0, key), now);
    }
  }
  Bounds of(std::uint32_t key, Window window, std::uint32_t now) {
    return panes.over(window, now).tally.of(key);
  }
  ChurnPanes<std::uint32_t> panes{100};
};

TEST(ChurnPanes, CountAFlowAtOnceInEveryWindow) {
  Churned churned;
  churned.add(7, 100, 3);
  for (const Window window : {TenSeconds, Minute, TenMinutes}) {
    EXPECT_EQ(churned.of(7, window, 100), (Bounds{3, 3}));
  }
}

TEST(ChurnPanes, ForgetAFlowWhenItsWindowHasPassed) {
  Churned churned;
  churned.add(7, 100, 3);
  EXPECT_EQ(churned.of(7, TenSeconds, 109).lower, 3U);
  EXPECT_EQ(churned.of(7, TenSeconds, 112).lower, 0U);
  EXPECT_EQ(churned.of(7, Minute, 159).lower, 3U);
  EXPECT_EQ(churned.of(7, Minute, 170).lower, 0U);
  EXPECT_EQ(churned.of(7, TenMinutes, 699).lower, 3U);
  EXPECT_EQ(churned.of(7, TenMinutes, 760).lower, 0U);
}

TEST(ChurnPanes, SayWhatTheyReallyCover) {
  Churned churned;
  EXPECT_EQ(churned.panes.over(TenSeconds, 103).seconds, 3U);
  EXPECT_EQ(churned.panes.over(TenSeconds, 160).seconds, 10U);
  EXPECT_EQ(churned.panes.over(TenSeconds, 161).seconds, 11U);
  EXPECT_EQ(churned.panes.over(Minute, 169).seconds, 69U);
  EXPECT_EQ(churned.panes.over(TenMinutes, 759).seconds, 659U);
  EXPECT_EQ(churned.panes.over(TenMinutes, 761).seconds, 601U);
}

TEST(ChurnPanes, AddUpASteadyStream) {
  Churned churned;
  for (std::uint32_t now = 100; now < 1400; ++now) {
    churned.add(7, now, 2);
  }
  for (const Window window : {TenSeconds, Minute, TenMinutes}) {
    const auto answer = churned.panes.over(window, 1399);
    EXPECT_EQ(answer.tally.of(7).lower, 2 * (answer.seconds + 1));
    EXPECT_EQ(answer.tally.total, 2 * (answer.seconds + 1));
  }
}

TEST(ChurnPanes, AreEmptyAfterALongSilence) {
  Churned churned;
  churned.add(7, 100, 9);
  const auto answer = churned.panes.over(TenMinutes, 1'000'000);
  EXPECT_EQ(answer.tally.total, 0U);
  EXPECT_GE(answer.seconds, 600U);
}

// Every true count is within the bounds, and they are as narrow as promised.
TEST(ChurnPanes, HoldTheirBoundsForMoreKeysThanTheyKeep) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    std::mt19937_64 random(seed);
    Churned churned;
    constexpr std::uint32_t kKeys = 50'000;
    std::vector<std::uint32_t> truth(kKeys);
    for (std::uint32_t now = 100; now < 160; ++now) {
      for (int i = 0; i < 5000; ++i) {
        const double u = std::uniform_real_distribution<>(0, 1)(random);
        const auto key = static_cast<std::uint32_t>(std::exp(u * std::log(kKeys + 0.0))) % kKeys;
        churned.add(key, now);
        ++truth[key];
      }
    }
    const auto answer = churned.panes.over(Minute, 159);
    EXPECT_EQ(answer.tally.total, 300'000U);
    EXPECT_LE(answer.tally.error, 300'000U * 2 / 1024);
    for (std::uint32_t key = 0; key < kKeys; ++key) {
      ASSERT_TRUE(answer.tally.of(key).hold(truth[key])) << key;
    }
  }
}

}  // namespace
}  // namespace ctwarden::model
