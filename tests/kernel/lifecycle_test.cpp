// SPDX-License-Identifier: GPL-2.0-or-later
//
// Start to end: every way the two processes can go, and one daemon for each runtime directory.
#include "tests/kernel/process_facts.h"
#include "tests/kernel/watched_node.h"

namespace ctwarden::tests {
namespace {

using namespace std::chrono_literals;

class Lifecycle : public WatchedNode {
 protected:
  void SetUp() override {
    start_daemon();
    const auto children = children_of(daemon_->pid());
    ASSERT_EQ(children.size(), 1U);
    broker_.emplace(children[0]);
  }
  std::optional<ProcessHandle> broker_;
};

class StopSignal : public Lifecycle, public ::testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Polite, StopSignal, ::testing::Values(SIGTERM, SIGINT),
                         [](const auto& signal) {
                           return signal.param == SIGTERM ? "SIGTERM" : "SIGINT";
                         });

TEST_P(StopSignal, EndsBothProcessesWithinASecond) {
  const Exit exit = daemon_->stop(GetParam()).value_or(Exit{});
  EXPECT_EQ(exit.code, 0) << daemon_->log();
  EXPECT_LT(exit.took, 1s);
  EXPECT_TRUE(broker_->ends_within(0s));
}

// As a shell does it for Ctrl-C: every process of the foreground group gets the signal, and the
// front still needs its broker. New statistics come through it.
TEST_F(Lifecycle, BrokerLeavesStopSignalsToTheFront) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    broker_->send_signal(signal);
  }
  load_nft(kTrackForwarded);
  write_setting("net/netfilter/nf_conntrack_tcp_loose", "0");
  traffic::Step stray;
  stray.tcp_flags = traffic::kAck;
  play({stray}, {.space = flow_space(kTcp, model::Family::Ipv4), .count = 5});
  EXPECT_TRUE(reaches("ctwarden_stat_invalid_total", {}, 5)) << daemon_->log();
  EXPECT_EQ(daemon_->stop(SIGINT).value_or(Exit{}).code, 0) << daemon_->log();
}

TEST_F(Lifecycle, FrontStopsAlsoWhileItsBrokerIsStopped) {
  broker_->send_signal(SIGSTOP);
  const Exit exit = daemon_->stop(SIGTERM).value_or(Exit{});
  EXPECT_EQ(exit.code, 0) << daemon_->log();
  EXPECT_LT(exit.took, 1s);
  EXPECT_TRUE(broker_->ends_within(0s));
}

TEST_F(Lifecycle, BrokerEndsWithAKilledFront) {
  ASSERT_EQ(daemon_->stop(SIGKILL).value_or(Exit{}).signal, SIGKILL);
  EXPECT_TRUE(broker_->ends_within(20s));
}

TEST_F(Lifecycle, FrontEndsWithAKilledBrokerAndSaysSo) {
  broker_->send_signal(SIGKILL);
  EXPECT_EQ(daemon_->wait(20s).value_or(Exit{}).code, 1);
  EXPECT_NE(daemon_->log().find("the broker process is gone"), std::string::npos) << daemon_->log();
}

TEST_F(Lifecycle, SecondInstanceNamesTheFirst) {
  const Output second = run_command({daemon_path(), "--metrics-listen", "127.0.0.1:10088"});
  EXPECT_EQ(second.code, 7);
  EXPECT_NE(second.err.find("/run/ctwarden (process " + std::to_string(daemon_->pid()) + ")"),
            std::string::npos)
      << second.err;
  EXPECT_EQ(value("ctwarden_in_sync"), 1);  // the first is none the worse
}

TEST_F(Lifecycle, SecondInstanceRunsInAnotherRuntimeDirectory) {
  DaemonProcess second({"--runtime-dir", "/run/second", "--metrics-listen", "127.0.0.1:10088"});
  EXPECT_TRUE(second.wait_until_answers("127.0.0.1:10088", "/readyz")) << second.log();
}

TEST_F(Lifecycle, StartsAgainAfterAKill) {
  ASSERT_EQ(daemon_->stop(SIGKILL).value_or(Exit{}).signal, SIGKILL);
  start_daemon();
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
}

}  // namespace
}  // namespace ctwarden::tests
