// SPDX-License-Identifier: GPL-2.0-or-later
//
// A daemon that does not run costs the host nothing: no packet waits for it or is lost. When it
// runs again it knows that it was blind, says so, and repairs its picture.
#include "tests/kernel/process_facts.h"
#include "tests/kernel/watched_node.h"

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::TcpEnd;
using namespace std::chrono_literals;

using FlowsByState = std::map<std::string, std::uint64_t>;

FlowsByState kernel_flows() {
  FlowsByState flows;
  for (const KernelFlow& flow : dump_kernel_flows()) {
    const std::string protocol(model::name(model::protocol_of(flow.original.protocol)));
    ++flows[protocol + " " +
            std::string(model::name(flow.tcp_state.value_or(model::TcpState::None)))];
  }
  return flows;
}

FlowsByState daemon_flows(const Metrics& metrics) {
  FlowsByState flows;
  if (const auto family = metrics.all().find("ctwarden_flows"); family != metrics.all().end()) {
    for (const auto& [labels, count] : family->second) {
      if (count != 0) {
        flows[labels.at("protocol") + " " + labels.at("state")] = static_cast<std::uint64_t>(count);
      }
    }
  }
  return flows;
}

class StoppedDaemon : public WatchedNode {
 protected:
  // The smallest buffer there is, some hundred events, so that loss is certain.
  void start_with_small_buffer() {
    load_nft(kTrackForwarded);
    write_setting("net/netfilter/nf_conntrack_udp_timeout", "600");
    start_daemon(
        {"--config",
         config_file("[events]\nbuffer_bytes = \"64KiB\"\nbuffer_max_bytes = \"64KiB\"\n")});
    front_.emplace(daemon_->pid());
    broker_.emplace(children_of(daemon_->pid()).at(0));
  }
  // Stopped, the broker would outlive the front.
  void TearDown() override {
    if (broker_ && !broker_->ends_within(0s)) {
      broker_->send_signal(SIGCONT);
    }
  }
  void stop_both() {
    for (const auto& process : {&front_, &broker_}) {
      (*process)->send_signal(SIGSTOP);
      ASSERT_TRUE(eventually(20s, [&] { return (*process)->stopped(); }));
    }
  }
  // 3,000 one-way datagrams and 500 connections: 4,000 packets to the servers, 500 to the clients.
  void play_burst() {
    play(traffic::udp_life(false), {.space = flow_space(kUdp, Family::Ipv4, 81), .count = 3000});
    play(traffic::tcp_life(TcpEnd::Established),
         {.space = flow_space(kTcp, Family::Ipv4, 82), .count = 500});
  }
  static std::uint64_t packets_sent(const std::string& device) {
    std::uint64_t packets = 0;
    std::ifstream("/sys/class/net/" + device + "/statistics/tx_packets") >> packets;
    return packets;
  }

  std::optional<ProcessHandle> front_;
  std::optional<ProcessHandle> broker_;
};

TEST_F(StoppedDaemon, CostsTheHostNoPacket) {
  start_with_small_buffer();
  auto stats = conntrack_stats();
  const auto to_servers = packets_sent("rs0");
  const auto to_clients = packets_sent("rc0");
  stop_both();

  play_burst();

  EXPECT_TRUE(eventually(20s, [&] { return packets_sent("rs0") == to_servers + 4000; }))
      << packets_sent("rs0");
  EXPECT_TRUE(eventually(20s, [&] { return packets_sent("rc0") == to_clients + 500; }))
      << packets_sent("rc0");
  EXPECT_EQ(conntrack_count(), 3500U);
  auto after = conntrack_stats();
  for (const char* counter : {"drop", "early_drop", "insert_failed", "invalid"}) {
    EXPECT_EQ(after.at(counter), stats.at(counter)) << counter;
  }
}

TEST_F(StoppedDaemon, RepairsItsPictureWhenItRunsAgain) {
  start_with_small_buffer();
  create(flow_space(kUdp, Family::Ipv4, 80), 2000);
  ASSERT_TRUE(eventually(20s, [&] {
    return daemon_flows(scrape_now()) == FlowsByState{{"udp none", 2000}};
  })) << daemon_->log();
  ASSERT_TRUE(reaches("ctwarden_in_sync", {}, 1));
  const double lost = value("ctwarden_events_lost_total");

  stop_both();
  flush();
  play_burst();
  front_->send_signal(SIGCONT);  // the broker not yet: without it nothing can be repaired
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 0));
  EXPECT_GT(value("ctwarden_events_lost_total"), lost);
  EXPECT_GT(value("ctwarden_error_bound_entries"), 0);

  broker_->send_signal(SIGCONT);
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 1)) << daemon_->log();
  EXPECT_EQ(daemon_flows(scrape_now()), kernel_flows());
  EXPECT_EQ(kernel_flows(), (FlowsByState{{"udp none", 3000}, {"tcp established", 500}}));
  EXPECT_GT(value("ctwarden_resyncs_total", {{"reason", "loss"}}), 0);
  EXPECT_GT(value("ctwarden_resync_ghosts_removed_total"), 0);
  EXPECT_GT(value("ctwarden_resync_missing_added_total"), 0);
  // Of a flow whose beginning nobody heard, nobody knows whether its end will be announced.
  EXPECT_EQ(value("ctwarden_error_bound_entries"), value("ctwarden_silent_flows"));
}

}  // namespace
}  // namespace ctwarden::tests
