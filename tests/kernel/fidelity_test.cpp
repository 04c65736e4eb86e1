// SPDX-License-Identifier: GPL-2.0-or-later
//
// Listening to less under load, and a buffer that grows after a loss: what it costs in knowledge,
// and what stays exact.
#include "tests/kernel/watched_node.h"

#include <csignal>

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;

class Fidelity : public WatchedNode {
 protected:
  void SetUp() override { load_nft(kTrackForwarded); }
  static traffic::Load lives(std::uint64_t count, double per_second) {
    return {.space = flow_space(kTcp, Family::Ipv4), .count = count, .per_second = per_second};
  }
  [[nodiscard]] bool in_mode(const std::string& fidelity) const {
    return reaches("ctwarden_mode_info", {{"fidelity", fidelity}}, 1);
  }
  static Labels tcp() { return {{"protocol", "tcp"}}; }
};

TEST_F(Fidelity, LeavesUpdatesOnABusyNodeAndStaysExact) {
  start_daemon();
  EXPECT_TRUE(in_mode("full"));
  play(traffic::tcp_life(traffic::TcpEnd::Closed),
       lives(18'000, 3000));  // six seconds, half as many again as allowed
  EXPECT_TRUE(in_mode("lean"));
  const double updates = value("ctwarden_events_total", {{"event", "update"}});
  EXPECT_GT(updates, 0);

  play(traffic::tcp_life(traffic::TcpEnd::Established),
       {.space = flow_space(kTcp, Family::Ipv4, 81), .count = 5000});
  EXPECT_TRUE(reaches("ctwarden_flows_created_total", tcp(), 23'000));
  EXPECT_EQ(value("ctwarden_events_total", {{"event", "update"}}), updates);
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
  EXPECT_EQ(value("ctwarden_entries"), 23'000);
  flush();
  EXPECT_TRUE(reaches("ctwarden_flows_destroyed_total", tcp(), 23'000));
  EXPECT_EQ(value("ctwarden_events_lost_total"), 0);
}

TEST_F(Fidelity, NeverTakesUpUpdatesWhereTheyAreSwitchedOff) {
  start_daemon({"--config", config_file("[events]\nupdates = false\n")});
  EXPECT_TRUE(in_mode("lean"));
  play(traffic::tcp_life(traffic::TcpEnd::Closed), lives(100, 0));
  EXPECT_TRUE(reaches("ctwarden_flows_created_total", tcp(), 100));
  EXPECT_EQ(value("ctwarden_events_total", {{"event", "update"}}), 0);
}

TEST_F(Fidelity, StopsListeningWhenEvenThatIsTooMuchAndLivesFromDumps) {
  // A slow machine makes no complete dump before the first flows expire after 30 s.
  write_setting("net/netfilter/nf_conntrack_udp_timeout", "600");
  // The smallest budget there is; the flood takes several times as much.
  start_daemon({"--config",
                config_file("[events]\ncpu_budget = 0.01\n[table]\nresync_interval = \"10s\"\n")});
  play(traffic::udp_life(false),
       {.space = flow_space(kUdp, Family::Ipv4), .count = 240'000, .per_second = 20'000});
  EXPECT_TRUE(in_mode("dump_only"));
  EXPECT_EQ(value("ctwarden_up", {{"collector", "events"}}), 0);
  EXPECT_EQ(value("ctwarden_in_sync"), 0);
  EXPECT_TRUE(reaches("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}, 240'000, 60s));
  EXPECT_EQ(value("ctwarden_entries"), 240'000);
}

TEST_F(Fidelity, EnlargesTheBufferAfterALossAndHeals) {
  start_daemon({"--config",
                config_file("[events]\nbuffer_bytes = \"64KiB\"\nbuffer_max_bytes = \"1MiB\"\n")});
  const double before = value("ctwarden_event_buffer_bytes");
  daemon_->send_signal(SIGSTOP);
  play(traffic::udp_life(false), {.space = flow_space(kUdp, Family::Ipv4), .count = 5000});
  daemon_->send_signal(SIGCONT);
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 0, 1s) ||
              value("ctwarden_resyncs_total", {{"reason", "loss"}}) > 0);
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 1));

  // Counted to the message: what was not received is what was lost.
  const double created = value("ctwarden_flows_created_total", {{"protocol", "udp"}});
  EXPECT_EQ(created + value("ctwarden_events_lost_total"), 5000);
  EXPECT_GT(value("ctwarden_events_lost_total"), 0);
  EXPECT_EQ(value("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}), 5000);
  EXPECT_EQ(value("ctwarden_resync_missing_added_total"), 5000 - created);
  EXPECT_GT(value("ctwarden_event_buffer_bytes"), before);
}

}  // namespace
}  // namespace ctwarden::tests
