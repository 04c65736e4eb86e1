// SPDX-License-Identifier: GPL-2.0-or-later
//
// How soon the picture is known to be wrong, and how soon it is right again: after losses, during
// other comparisons, and where nothing was announced at all.
#include "tests/kernel/process_facts.h"
#include "tests/kernel/table_picture.h"
#include "tests/kernel/watched_node.h"

#include <algorithm>
#include <csignal>
#include <iostream>

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr const char* kSmallBuffer =
    "[events]\nbuffer_bytes = \"64KiB\"\nbuffer_max_bytes = \"64KiB\"\n";  // some hundred events

class SelfHealing : public WatchedNode {
 protected:
  void SetUp() override {
    load_nft(kTrackForwarded);
    write_setting("net/netfilter/nf_conntrack_udp_timeout", "600");
  }
  // Stopped, the broker would outlive the front.
  void TearDown() override {
    if (broker_ && !broker_->ends_within(0s)) {
      broker_->send_signal(SIGCONT);
    }
  }
  void start(const std::string& config) {
    start_daemon({"--log-level", "debug", "--config", config_file(config)});
    front_.emplace(daemon_->pid());
    broker_.emplace(children_of(daemon_->pid()).at(0));
  }
  static void stop(const ProcessHandle& process) {
    process.send_signal(SIGSTOP);
    ASSERT_TRUE(eventually(20s, [&] { return process.stopped(); }));
  }
  static traffic::Load udp(std::uint16_t port, std::uint64_t count) {
    return {.space = flow_space(kUdp, Family::Ipv4, port), .count = count};
  }
  // More births than the buffer holds, and every end before them.
  void lose_events() {
    stop(*front_);
    flush();
    play(traffic::udp_life(false), udp(81, 3000));
    front_->send_signal(SIGCONT);
  }
  [[nodiscard]] double resyncs(const char* reason) const {
    return value("ctwarden_resyncs_total", {{"reason", reason}});
  }
  [[nodiscard]] std::size_t logged(std::string_view text) const {
    const std::string log = daemon_->log();
    std::size_t times = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) {
      ++times;
    }
    return times;
  }

  std::optional<ProcessHandle> front_;
  std::optional<ProcessHandle> broker_;
};

TEST_F(SelfHealing, LossIsShownWithinASecond) {
  start(kSmallBuffer);
  ASSERT_TRUE(reaches("ctwarden_in_sync", {}, 1));
  stop(*broker_);  // nothing can be repaired meanwhile
  lose_events();
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 0, 1s)) << daemon_->log();
  EXPECT_GT(value("ctwarden_events_lost_total"), 0);
}

TEST_F(SelfHealing, IsExactAgainWithinTheDelayAndTwoPacedDumps) {
  create(flow_space(kUdp, Family::Ipv6, 80), 60'000);
  start(kSmallBuffer);
  ASSERT_TRUE(reaches("ctwarden_in_sync", {}, 1));
  for (int round = 0; round < 3; ++round) {
    lose_events();
    create(flow_space(kUdp, Family::Ipv6, 80), 60'000);
  }
  const auto over = steady_clock::now();
  Picture ours;
  ASSERT_TRUE(eventually(60s, [&] {
    const Metrics metrics = scrape_now();
    ours = daemon_picture(metrics);
    return metrics.value("ctwarden_resyncs_total", {{"reason", "loss"}}).value_or(0) > 0 &&
           metrics.value("ctwarden_in_sync") == 1;
  })) << daemon_->log();
  const std::chrono::duration<double> took = steady_clock::now() - over;
  const double dump = value("ctwarden_dump_duration_seconds");
  std::cout << "exact after " << took.count() << " s, a paced dump takes " << dump << " s\n";
  EXPECT_EQ(ours, kernel_picture());
  EXPECT_EQ(value("ctwarden_entries"), 63'000);
  // Two seconds of calm, up to one of jitter, one until somebody looks; three for a machine that
  // others use.
  EXPECT_LT(took.count(), 4 + 2 * dump + 3);
}

// The broker sleeps, so that the background comparison waits for its dump as long as need be.
TEST_F(SelfHealing, BackgroundComparisonGivesWayToARepair) {
  create(flow_space(kUdp, Family::Ipv4, 80), 2000);
  start(std::string(kSmallBuffer) + "[table]\nresync_interval = \"10s\"\n");
  ASSERT_TRUE(reaches("ctwarden_in_sync", {}, 1));
  stop(*broker_);
  ASSERT_TRUE(daemon_->wait_until_logged("kernel's table reason=interval", 30s)) << daemon_->log();
  lose_events();
  EXPECT_TRUE(daemon_->wait_until_logged("kernel's table reason=loss", 10s)) << daemon_->log();
  EXPECT_EQ(value("ctwarden_resyncs_aborted_total"), 1);
  EXPECT_EQ(value("ctwarden_in_sync"), 0);

  broker_->send_signal(SIGCONT);
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 1)) << daemon_->log();
  EXPECT_EQ(resyncs("loss"), 1);
  EXPECT_EQ(resyncs("interval"), 0);
  EXPECT_EQ(daemon_picture(scrape_now()), kernel_picture());
  EXPECT_EQ(value("ctwarden_entries"), 3000);
  EXPECT_EQ(logged("given up"), 1U) << daemon_->log();
}

TEST_F(SelfHealing, FlowsBornUnannouncedAreFoundByTheCount) {
  load_nft(R"(
table inet scratch_masked {
  chain forward { type filter hook forward priority filter; udp dport 9001 ct event set destroy; }
}
)");
  start("");
  play(traffic::udp_life(false), udp(80, 200));
  ASSERT_TRUE(reaches("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}, 200));
  play(traffic::udp_life(false), udp(9001, 300));
  EXPECT_TRUE(reaches("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}, 500))
      << daemon_->log();
  EXPECT_EQ(value("ctwarden_entries"), 500);
  EXPECT_EQ(value("ctwarden_flows_created_total", {{"protocol", "udp"}}), 200);
  EXPECT_EQ(value("ctwarden_resync_missing_added_total"), 300);
  EXPECT_EQ(resyncs("count_gap"), 1);
  EXPECT_EQ(value("ctwarden_events_lost_total"), 0);
}

}  // namespace
}  // namespace ctwarden::tests
