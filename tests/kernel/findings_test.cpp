// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every finding is provoked for real, and a healthy node has none.
#include "tests/kernel/found.h"

#include <cmath>

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::TcpEnd;
using namespace std::chrono_literals;

constexpr std::uint8_t kTimeWaitNumber = 7;  // enum tcp_conntrack
constexpr std::uint8_t kCloseWaitNumber = 5;

class Findings : public FoundNode {
 protected:
  void SetUp() override { load_nft(kTrackForwarded); }

  static double limit() { return std::stod(read_setting("net/netfilter/nf_conntrack_max")); }
  static std::uint64_t part_of_limit(double part) {
    return static_cast<std::uint64_t>(std::ceil(part * limit()));
  }
  static traffic::FlowSpace space(std::uint8_t protocol, std::uint16_t port = 80) {
    return flow_space(protocol, Family::Ipv4, port);
  }
};

TEST_F(Findings, AreNoneOnAHealthyNode) {
  start_daemon();
  play(traffic::tcp_life(TcpEnd::Established, 100), {.space = space(kTcp, 443), .count = 1'500});
  play(traffic::tcp_life(TcpEnd::Closed), {.space = space(kTcp, 444), .count = 1'500});
  play(traffic::dns_life(true), {.space = space(kUdp, 53), .count = 2'000});
  play(traffic::echo_life(true), {.space = space(kIcmp), .count = 100});
  // A setting shows that the rules have looked since.
  write_setting("net/netfilter/nf_conntrack_timestamp", "1");
  EXPECT_TRUE(finds("costly_settings", "info"));
  EXPECT_EQ(scrape_now().sum("ctwarden_findings"), 1) << daemon_->log();
}

TEST_F(Findings, NameATableThatFills) {
  start_daemon();
  create(space(kUdp), part_of_limit(0.76));
  EXPECT_TRUE(finds("table_pressure", "warning"));
  EXPECT_NE(page().find("nf_conntrack_max="), std::string::npos) << page();
}

TEST_F(Findings, NameEvictionsAndDropsOfAFullTable) {
  start_daemon();
  // Never answered: the kernel evicts these first.
  create(space(kUdp), part_of_limit(1), {.status = 0});
  play(traffic::udp_life(false), {.space = space(kUdp, 81), .count = 500});
  EXPECT_TRUE(finds("early_drops", "warning"));
  EXPECT_TRUE(finds("table_pressure", "critical"));
  // One report of what it was like, who did it included.
  EXPECT_TRUE(daemon_->wait_until_logged("table pressure cause=filling")) << daemon_->log();
  EXPECT_NE(daemon_->log().find("services=\"udp/80 "), std::string::npos) << daemon_->log();

  // Assured flows are not evicted: what is new finds no room.
  flush();
  create(space(kUdp), part_of_limit(1));
  play(traffic::udp_life(false), {.space = space(kUdp, 82), .count = 500});
  EXPECT_TRUE(finds("packets_dropped", "critical"));
}

TEST_F(Findings, NameAFloodOfHandshakesThatAreNotCompleted) {
  start_daemon();
  play(traffic::tcp_life(TcpEnd::SynAckOnly), {.space = space(kTcp), .count = 1'500});
  EXPECT_TRUE(finds("syn_flood", "warning"));
}

TEST_F(Findings, NameClosedConnectionsThatFillTheTable) {
  start_daemon();
  create(space(kTcp), part_of_limit(0.11), {.tcp_state = kTimeWaitNumber});
  EXPECT_TRUE(finds("time_wait_share", "info"));
}

TEST_F(Findings, NameConnectionsThatOneSideDoesNotClose) {
  start_daemon();
  create(space(kTcp), part_of_limit(0.06), {.tcp_state = kCloseWaitNumber});
  EXPECT_TRUE(finds("close_wait_share", "info"));
}

TEST_F(Findings, NameInvalidPacketsWhereAddressesAreTranslated) {
  load_nft(kMasquerade);
  start_daemon();
  play(traffic::udp_life(true),
       {.space = space(kUdp), .count = 1, .nat_source = traffic::address("10.2.0.1")});
  // A reset of a connection that does not exist.
  play({{.from = traffic::Side::Client, .tcp_flags = traffic::kRst, .payload = {}}},
       {.space = space(kTcp), .count = 150});
  EXPECT_TRUE(finds("strict_tcp", "warning"));
}

TEST_F(Findings, NameConnectionsThatAreNotPickedUp) {
  write_setting("net/netfilter/nf_conntrack_tcp_loose", "0");
  start_daemon();
  play({{.from = traffic::Side::Client, .tcp_flags = traffic::kAck, .payload = {}}},
       {.space = space(kTcp), .count = 150});
  EXPECT_TRUE(finds("no_pickup", "info"));
}

TEST_F(Findings, NameEventsThatAreSwitchedOff) {
  start_daemon();
  play(traffic::udp_life(true), {.space = space(kUdp), .count = 1});
  write_setting("net/netfilter/nf_conntrack_events", "0");
  EXPECT_TRUE(finds("events_off", "warning"));
}

TEST_F(Findings, NameEventsThatWereLost) {
  start_daemon({"--config",
                config_file("[events]\nbuffer_bytes = \"64KiB\"\nbuffer_max_bytes = \"64KiB\"\n")});
  daemon_->send_signal(SIGSTOP);
  play(traffic::udp_life(false), {.space = space(kUdp), .count = 5'000});
  daemon_->send_signal(SIGCONT);
  EXPECT_TRUE(eventually(20s, [&] {
    return scrape_now().sum("ctwarden_finding") > 0 &&
           page().find("events were lost") != std::string::npos;
  })) << page();
}

using FindingsWithoutRules = FoundNode;

TEST_F(FindingsWithoutRules, SayThatNothingIsTracked) {
  start_daemon();
  play(traffic::udp_life(false), {.space = flow_space(kUdp, Family::Ipv4), .count = 100});
  EXPECT_TRUE(finds("not_tracking", "info"));
}

}  // namespace
}  // namespace ctwarden::tests
