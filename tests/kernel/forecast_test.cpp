// SPDX-License-Identifier: GPL-2.0-or-later
//
// The forecast against the kernel: where the table really comes to, and when it is really full.
#include "tests/kernel/global_setting.h"
#include "tests/kernel/watched_node.h"

#include <chrono>
#include <cmath>

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class ForecastNode : public WatchedNode {
 protected:
  void SetUp() override { load_nft(kTrackForwarded); }

  // Unanswered datagrams at a rate, each a flow of its own; `between` runs every now and then. What
  // a busy machine did not let us send in time is sent later.
  template <typename Between>
  void send(double per_second, std::chrono::seconds time, Between&& between) {
    const auto began = Clock::now();
    const std::uint64_t first = sent_;
    for (auto next = began; Clock::now() < began + time; next += kSlice) {
      ASSERT_TRUE(eventually(time, [&] { return Clock::now() >= next; }));
      const auto due = static_cast<std::uint64_t>(per_second * seconds_since(began));
      if (first + due > sent_) {
        play(traffic::udp_life(false), {.space = flow_space(kUdp, Family::Ipv4),
                                        .first = sent_,
                                        .count = first + due - sent_});
        sent_ = first + due;
      }
      if (!between()) {
        return;
      }
    }
  }
  [[nodiscard]] static double seconds_since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  }

  static constexpr auto kSlice = 200ms;
  std::uint64_t sent_ = 0;
};

class StepInRate : public ForecastNode {
 protected:
  // A dump collects what has expired. Where the collector's rounds would decide how late that is
  // (they last 1 to 60 s, by what every namespace holds), lives now last as long as the timeout.
  void send_and_collect(double per_second, std::chrono::seconds time) {
    send(per_second, time, [] {
      static_cast<void>(dump_kernel_flows());
      return true;
    });
  }
};

TEST_F(StepInRate, PlateauIsKnownAfterAFifthOfTheResidence) {
  constexpr auto kResidence = 15s;
  write_setting("net/netfilter/nf_conntrack_udp_timeout", "15");
  start_daemon();
  ASSERT_NO_FATAL_FAILURE(send_and_collect(300, kResidence + 5s));
  ASSERT_NO_FATAL_FAILURE(send_and_collect(1500, kResidence / 5));
  const double foretold = value("ctwarden_plateau_entries");
  EXPECT_TRUE(std::isinf(value("ctwarden_time_to_full_seconds")));  // a tenth of the limit
  send_and_collect(1500, kResidence);
  const double came = value("ctwarden_entries");
  EXPECT_GT(came, 15'000);
  EXPECT_NEAR(foretold, came, 0.15 * came);
  EXPECT_NEAR(value("ctwarden_plateau_entries"), came, 0.15 * came);
}

// The limit is global: this test runs alone.
class SmallTable : public ForecastNode {};

TEST_F(SmallTable, IsFullWhenForetold) {
  constexpr unsigned long kLimit = 8'000;
  const GlobalSetting limit(router_, "nf_conntrack_max");
  limit.write(kLimit);
  start_daemon();
  ASSERT_NO_FATAL_FAILURE(send(500, 6s, [] { return true; }));
  const double foretold = value("ctwarden_time_to_full_seconds");
  const auto then = Clock::now();
  send(500, 30s, [] { return conntrack_count() < kLimit; });
  const double came = seconds_since(then);
  EXPECT_NEAR(foretold, came, 0.2 * came + 1);  // forecasts are made once a second
  send(500, 1s, [] { return true; });
  EXPECT_GT(conntrack_stats().at("drop") + conntrack_stats().at("early_drop"), 0U);
  EXPECT_LT(value("ctwarden_time_to_full_seconds"), 1);
}

}  // namespace
}  // namespace ctwarden::tests
