// SPDX-License-Identifier: GPL-2.0-or-later
//
// Findings about translated flows and tunnels, each provoked for real.
#include "tests/kernel/found.h"

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;

class NatFindings : public FoundNode {
 protected:
  void SetUp() override { load_nft(kTrackForwarded); }

  static traffic::FlowSpace udp(std::uint16_t port) { return flow_space(kUdp, Family::Ipv4, port); }
  [[nodiscard]] double stat(const std::string& name) const {
    return value("ctwarden_stat_" + name + "_total");
  }
  // Clients that are all translated to one port can have one flow each destination.
  static void translate_to_one_port() {
    load_nft(R"(
table ip scratch_nat {
  chain postrouting { type nat hook postrouting priority srcnat; ip protocol udp snat to 10.2.0.1:4000; }
}
)");
  }
};

TEST_F(NatFindings, NameAPoolBeforeItsPortsRunOut) {
  load_nft(kMasquerade);
  start_daemon({"--metrics-listen", kAddress, "--metrics-listen", "unix:/run/metrics.sock"});
  play(traffic::udp_life(false), {.space = udp(443), .count = 49'000});
  EXPECT_TRUE(finds("snat_pool", "warning"));
  EXPECT_EQ(stat("insert_failed"), 0);
  EXPECT_EQ(page().find("10.2.0.10:443"), std::string::npos);
  EXPECT_NE(page_over_unix("/run/metrics.sock").find("10.2.0.1 -&gt; 10.2.0.10:443"),
            std::string::npos);
  play(traffic::udp_life(false), {.space = udp(443), .first = 49'000, .count = 8'000});
  EXPECT_TRUE(finds("snat_pool", "critical"));
}

TEST_F(NatFindings, NameFailuresThatFitParallelDnsQueries) {
  start_daemon();
  play(traffic::dns_life(true), {.space = udp(53), .count = 300});
  translate_to_one_port();
  play(traffic::dns_life(false), {.space = udp(53), .first = 300, .count = 200});
  EXPECT_TRUE(finds("dns_race", "warning"));
}

TEST_F(NatFindings, SayThatFailuresDoNotFitDns) {
  translate_to_one_port();
  start_daemon();
  play(traffic::udp_life(false), {.space = udp(9'999), .count = 200});
  EXPECT_TRUE(finds("insert_failures", "warning"));
}

TEST_F(NatFindings, NameATunnelThatIsTracked) {
  start_daemon();
  play(traffic::udp_life(false), {.space = udp(4'789), .count = 150});
  EXPECT_TRUE(finds("tunnel_tracked", "info"));
}

TEST_F(NatFindings, NameTranslatedQueriesThatNobodyAnswers) {
  load_nft(R"(
table ip scratch_nat {
  chain prerouting { type nat hook prerouting priority dstnat; udp dport 5300 dnat to 10.2.0.99; }
}
)");
  write_setting("net/netfilter/nf_conntrack_udp_timeout", "3");
  start_daemon();
  // Kept alive by sending again before the timeout.
  EXPECT_TRUE(eventually(60s, [&] {
    play(traffic::udp_life(false), {.space = udp(5'300), .count = 3, .per_second = 3});
    return stands("stale_dnat", "warning");
  })) << daemon_->log();
}

}  // namespace
}  // namespace ctwarden::tests
