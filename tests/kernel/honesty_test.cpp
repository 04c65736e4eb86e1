// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the daemon says when there is less to see than it seems: no tracking, no events.
#include "tests/kernel/watched_node.h"

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;

class Honesty : public WatchedNode {
 protected:
  static traffic::Load udp(std::uint16_t port, std::uint64_t count) {
    return {.space = flow_space(kUdp, Family::Ipv4, port), .count = count};
  }
  [[nodiscard]] static std::string page() {
    const auto answer = http_get(kAddress, "/");
    return answer ? answer->body : answer.error().context;
  }
};

TEST_F(Honesty, SaysThatANamespaceWithoutRulesDoesNotTrack) {
  start_daemon();
  play(traffic::udp_life(false), udp(80, 200));
  EXPECT_TRUE(reaches("ctwarden_tracking", {}, 0));
  EXPECT_NE(page().find("not tracking"), std::string::npos) << page();

  load_nft(kTrackForwarded);
  play(traffic::udp_life(false), udp(80, 200));
  EXPECT_TRUE(reaches("ctwarden_tracking", {}, 1));
  EXPECT_EQ(page().find("not tracking"), std::string::npos);
}

TEST_F(Honesty, SaysThatEventsAreSwitchedOffAndLivesFromDumps) {
  load_nft(kTrackForwarded);
  write_setting("net/netfilter/nf_conntrack_events", "0");
  play(traffic::udp_life(false), udp(80, 50));
  start_daemon({"--config", short_interval()});
  EXPECT_EQ(value("ctwarden_up", {{"collector", "events"}}), 0);
  EXPECT_EQ(value("ctwarden_up", {{"collector", "dump"}}), 1);
  EXPECT_EQ(value("ctwarden_in_sync"), 0);
  EXPECT_EQ(scrape_now().value("ctwarden_error_bound_entries"), std::nullopt);
  EXPECT_EQ(value("ctwarden_mode_info", {{"fidelity", "dump_only"}}), 1);
  EXPECT_NE(page().find("nf_conntrack_events"), std::string::npos);
  EXPECT_EQ(value("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}), 50);

  play(traffic::udp_life(false), udp(81, 50));
  EXPECT_TRUE(reaches("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}, 100, 40s));
  // What is not heard of is not counted: absent, never a false zero.
  EXPECT_EQ(scrape_now().value("ctwarden_flows_created_total", {{"protocol", "udp"}}),
            std::nullopt);

  write_setting("net/netfilter/nf_conntrack_events", "2");
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 1, 30s));
  play(traffic::udp_life(false), udp(82, 50));
  EXPECT_TRUE(reaches("ctwarden_flows_created_total", {{"protocol", "udp"}}, 50));
}

}  // namespace
}  // namespace ctwarden::tests
