// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/log_limiter.h"

#include <gtest/gtest.h>

namespace ctwarden::daemon {
namespace {

using namespace std::chrono_literals;

int admitted(LogLimiter& limiter, std::string_view site, int messages, LogLimiter::Time now) {
  int passed = 0;
  for (int i = 0; i < messages; ++i) {
    passed += limiter.admit(site, now) ? 1 : 0;
  }
  return passed;
}

TEST(LogLimiter, PassesTheFirstMessagesOfASite) {
  LogLimiter limiter(3, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 3, 0ms), 3);
  EXPECT_EQ(admitted(limiter, "loss", 100, 1ms), 0);
}

TEST(LogLimiter, KeepsSitesApart) {
  LogLimiter limiter(1, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 5, 0ms), 1);
  EXPECT_EQ(admitted(limiter, "dump", 5, 0ms), 1);
}

TEST(LogLimiter, TellsWhatWasHeldBackOnceAnInterval) {
  LogLimiter limiter(1, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 4214, 0ms), 1);
  EXPECT_TRUE(limiter.take_repeats(59'999ms).empty());
  const std::vector<Repeats> expected = {{.site = "loss", .count = 4213, .span = 60s}};
  EXPECT_EQ(limiter.take_repeats(60'000ms), expected);
  EXPECT_TRUE(limiter.take_repeats(60'001ms).empty());
}

TEST(LogLimiter, StaysSilentButForSummariesWhileAFaultGoesOn) {
  LogLimiter limiter(2, 60s);
  int passed = 0;
  std::uint64_t told = 0;
  for (auto now = 0ms; now < 600'000ms; now += 100ms) {
    passed += limiter.admit("loss", now) ? 1 : 0;
    for (const Repeats& repeats : limiter.take_repeats(now)) {
      told += repeats.count;
    }
  }
  for (const Repeats& repeats : limiter.take_repeats(720'000ms)) {
    told += repeats.count;
  }
  EXPECT_EQ(passed, 2);
  EXPECT_EQ(told, 5998U);
}

TEST(LogLimiter, StartsAnewAfterASilentInterval) {
  LogLimiter limiter(1, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 10, 0ms), 1);
  EXPECT_EQ(admitted(limiter, "loss", 10, 60'000ms), 0);   // goes on
  EXPECT_EQ(admitted(limiter, "loss", 10, 180'000ms), 1);  // a whole interval later
}

TEST(LogLimiter, NeverHoldsBackASlowSite) {
  LogLimiter limiter(1, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 1, 0ms), 1);
  EXPECT_EQ(admitted(limiter, "loss", 1, 60'000ms), 1);
  EXPECT_EQ(admitted(limiter, "loss", 1, 120'000ms), 1);
  EXPECT_TRUE(limiter.take_repeats(500'000ms).empty());
}

TEST(LogLimiter, AddsUpIntervalsNobodyAskedFor) {
  LogLimiter limiter(1, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 11, 0ms), 1);
  EXPECT_EQ(admitted(limiter, "loss", 5, 60'000ms), 0);
  const std::vector<Repeats> expected = {{.site = "loss", .count = 15, .span = 120s}};
  EXPECT_EQ(limiter.take_repeats(120'000ms), expected);
}

TEST(LogLimiter, LosesNothingWithoutABurst) {
  LogLimiter limiter(0, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 2, 0ms), 0);
  EXPECT_TRUE(limiter.take_repeats(1'000ms).empty());
  EXPECT_EQ(limiter.take_repeats(60'000ms).size(), 1U);
}

TEST(LogLimiter, ForgetsSitesThatAreSilent) {
  LogLimiter limiter(1, 60s);
  EXPECT_EQ(admitted(limiter, "loss", 2, 0ms), 1);
  EXPECT_EQ(limiter.take_repeats(120'000ms).size(), 1U);
  EXPECT_EQ(limiter.sites(), 0U);
}

TEST(Repeats, ReadAsASentence) {
  EXPECT_EQ(to_string({.site = "events lost", .count = 4213, .span = 60s}),
            "events lost: repeated 4213 times in 60 s");
}

}  // namespace
}  // namespace ctwarden::daemon
