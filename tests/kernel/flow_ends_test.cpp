// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every way a flow ends, provoked on the real kernel: docs/ends.md, row by row. Expired entries
// stay until somebody looks at them, so these tests look: a dump collects what it passes.
#include "tests/kernel/watched_node.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::Side;
using traffic::TcpEnd;
using namespace std::chrono_literals;

constexpr const char* kEnded = "ctwarden_flows_ended_total";
constexpr const char* kNeverAssured = "ctwarden_flows_ended_never_assured_total";

class FlowEnds : public WatchedNode {
 protected:
  FlowEnds() { load_nft(kTrackForwarded); }

  // Of this namespace alone.
  static void set_timeout(const std::string& of, const char* seconds) {
    write_setting("net/netfilter/nf_conntrack_" + of, seconds);
  }
  static traffic::Load flows(std::uint8_t protocol, std::uint64_t count,
                             Family family = Family::Ipv4) {
    return {.space = flow_space(protocol, family), .count = count};
  }
  void play_tcp(TcpEnd end, std::uint64_t count) {
    play(traffic::tcp_life(end), flows(kTcp, count));
  }
  // Ten times a second: a dump walks the whole hash table.
  void collect_expired() {
    const auto now = std::chrono::steady_clock::now();
    if (now - collected_ >= 100ms) {
      collected_ = now;
      (void)dump_kernel_flows();
    }
  }
  // So many flows ended, all of them for this reason.
  void expect_all_ended(const std::string& protocol, const std::string& reason, double count) {
    const Labels labels = {{"protocol", protocol}, {"reason", reason}};
    EXPECT_TRUE(eventually(20s,
                           [&] {
                             collect_expired();
                             return scrape_now().value(kEnded, labels) == count;
                           }))
        << reason << ": " << value(kEnded, labels);
    const Metrics metrics = scrape_now();
    EXPECT_EQ(metrics.sum(kEnded), count);
    EXPECT_EQ(metrics.sum("ctwarden_flows_destroyed_total"), count);
  }

 private:
  std::chrono::steady_clock::time_point collected_;
};

TEST_F(FlowEnds, ConnectionsThatBothSidesFinishedAreClosed) {
  set_timeout("tcp_timeout_time_wait", "1");
  start_daemon();
  play_tcp(TcpEnd::Closed, 20);
  expect_all_ended("tcp", "closed", 20);
  EXPECT_EQ(value(kNeverAssured, {{"protocol", "tcp"}}), 0);
}

TEST_F(FlowEnds, ConnectionsWhoseLastAcknowledgementIsMissingAreClosed) {
  set_timeout("tcp_timeout_last_ack", "1");
  start_daemon();
  traffic::Life life = traffic::tcp_life(TcpEnd::Closed);
  life.pop_back();
  play(life, flows(kTcp, 20));
  expect_all_ended("tcp", "closed", 20);
}

TEST_F(FlowEnds, ConnectionsReplacedInTimeWaitAreClosed) {
  start_daemon();
  play_tcp(TcpEnd::Closed, 20);
  play_tcp(TcpEnd::SynOnly, 20);
  expect_all_ended("tcp", "closed", 20);
  EXPECT_TRUE(reaches("ctwarden_flows", {{"protocol", "tcp"}, {"state", "syn_sent"}}, 20));
}

TEST_F(FlowEnds, RequestsAnsweredByAResetAreRefused) {
  start_daemon();
  traffic::Life life = traffic::tcp_life(TcpEnd::SynOnly);
  life.push_back({.from = Side::Server,
                  .tcp_flags = traffic::kRst | traffic::kAck,
                  .sequence = 0,
                  .acknowledgement = life.front().sequence + 1,
                  .payload = {}});
  play(life, flows(kTcp, 20));
  expect_all_ended("tcp", "refused", 20);
  EXPECT_EQ(value(kNeverAssured, {{"protocol", "tcp"}}), 20);
}

TEST_F(FlowEnds, ResetConnectionsAreCountedAsSuch) {
  set_timeout("tcp_timeout_close", "1");
  start_daemon();
  play_tcp(TcpEnd::Reset, 20);
  expect_all_ended("tcp", "reset_seen", 20);
}

TEST_F(FlowEnds, UnansweredRequestsAreUnreplied) {
  set_timeout("tcp_timeout_syn_sent", "1");
  start_daemon();
  play_tcp(TcpEnd::SynOnly, 20);
  expect_all_ended("tcp", "unreplied", 20);
  EXPECT_EQ(value(kNeverAssured, {{"protocol", "tcp"}}), 20);
}

TEST_F(FlowEnds, UnansweredDatagramsAreUnreplied) {
  set_timeout("udp_timeout", "1");
  start_daemon();
  play(traffic::udp_life(false), flows(kUdp, 20, Family::Ipv6));
  expect_all_ended("udp", "unreplied", 20);
}

TEST_F(FlowEnds, AnsweredDatagramsTimeOut) {
  set_timeout("udp_timeout", "1");
  start_daemon();
  play(traffic::udp_life(true), flows(kUdp, 20));
  expect_all_ended("udp", "timeout", 20);
  EXPECT_EQ(value(kNeverAssured, {{"protocol", "udp"}}), 20);
}

TEST_F(FlowEnds, AnsweredPingsTimeOut) {
  set_timeout("icmp_timeout", "1");
  start_daemon();
  play(traffic::echo_life(true), flows(kIcmp, 20));
  expect_all_ended("icmp", "timeout", 20);
}

TEST_F(FlowEnds, SilentConnectionsTimeOut) {
  set_timeout("tcp_timeout_established", "1");
  start_daemon();
  play_tcp(TcpEnd::Established, 20);
  expect_all_ended("tcp", "timeout", 20);
  EXPECT_EQ(value(kNeverAssured, {{"protocol", "tcp"}}), 0);
}

TEST_F(FlowEnds, HandshakesThatAreNotCompletedTimeOut) {
  set_timeout("tcp_timeout_syn_recv", "1");
  start_daemon();
  play_tcp(TcpEnd::SynAckOnly, 20);
  expect_all_ended("tcp", "timeout", 20);
  EXPECT_EQ(value(kNeverAssured, {{"protocol", "tcp"}}), 20);
}

TEST_F(FlowEnds, ConnectionsThatOneSideClosedTimeOut) {
  set_timeout("tcp_timeout_fin_wait", "1");
  start_daemon();
  traffic::Life life = traffic::tcp_life(TcpEnd::Closed);
  life.resize(life.size() - 2);  // the client's FIN is the last word
  play(life, flows(kTcp, 20));
  expect_all_ended("tcp", "timeout", 20);
}

TEST_F(FlowEnds, ClosedSctpAssociationsAreClosed) {
  start_daemon();
  checked_command({"conntrack", "-I",         "-p",          "sctp", "-s",           "10.1.0.9",
                   "-d",        "10.2.0.9",   "--sport",     "5000", "--dport",      "5001",
                   "--state",   "CLOSED",     "--orig-vtag", "1",    "--reply-vtag", "2",
                   "-u",        "SEEN_REPLY", "-t",          "1"});
  expect_all_ended("sctp", "closed", 1);
}

TEST_F(FlowEnds, FlowsDeletedOneByOneAreDeleted) {
  start_daemon();
  play(traffic::udp_life(true), flows(kUdp, 20));
  checked_command({"conntrack", "-D", "-p", "udp"});
  expect_all_ended("udp", "deleted", 20);
}

TEST_F(FlowEnds, FlushedFlowsAreDeleted) {
  start_daemon();
  play_tcp(TcpEnd::Closed, 20);
  flush();
  expect_all_ended("tcp", "deleted", 20);
}

TEST_F(FlowEnds, FlowsOfAMasqueradingDeviceThatGoesDownAreRemovedEarly) {
  load_nft(kMasquerade);
  start_daemon();
  play(traffic::udp_life(false), flows(kUdp, 20));
  checked_command({"ip", "link", "set", "rs0", "down"});
  expect_all_ended("udp", "removed_early", 20);
}

TEST_F(FlowEnds, EntriesThatNeverHadAStateAreUnknown) {
  start_daemon();
  create(flow_space(kTcp, Family::Ipv4), 20, {.timeout_seconds = 1});
  expect_all_ended("tcp", "unknown", 20);
}

TEST_F(FlowEnds, AreTheSameWithoutUpdates) {
  for (const char* timeout : {"time_wait", "close", "syn_sent", "established"}) {
    set_timeout(std::string("tcp_timeout_") + timeout, "1");
  }
  start_daemon({"--config", config_file("[events]\nupdates = false\n")});
  ASSERT_TRUE(reaches("ctwarden_mode_info", {{"fidelity", "lean"}}, 1));
  const std::vector<std::pair<TcpEnd, std::string>> ends = {{TcpEnd::Closed, "closed"},
                                                            {TcpEnd::Reset, "reset_seen"},
                                                            {TcpEnd::SynOnly, "unreplied"},
                                                            {TcpEnd::Established, "timeout"}};
  for (std::uint16_t i = 0; i < ends.size(); ++i) {
    const auto port = static_cast<std::uint16_t>(1000 + i);
    play(traffic::tcp_life(ends[i].first),
         {.space = flow_space(kTcp, Family::Ipv4, port), .count = 10U + i});
  }
  for (std::size_t i = 0; i < ends.size(); ++i) {
    EXPECT_TRUE(eventually(20s, [&] {
      collect_expired();
      return value(kEnded, {{"protocol", "tcp"}, {"reason", ends[i].second}}) ==
             static_cast<double>(10 + i);
    })) << ends[i].second;
  }
}

// The limit is one global setting: it stays, and the table is filled up to it. Nothing else may
// change it meanwhile.
class FullTable : public FlowEnds {};

// More and more flows, because the kernel's collector makes room above 95 % once any table of the
// machine has overflowed.
TEST_F(FullTable, RemovesFlowsEarly) {
  write_setting("net/netfilter/nf_conntrack_events", "1");  // those made before the daemon, too
  create(flow_space(kUdp, Family::Ipv4, 9),
         std::stoull(read_setting("net/netfilter/nf_conntrack_max")), {.status = 0});
  start_daemon();
  traffic::Load more = {.space = flow_space(kUdp, Family::Ipv4, 10), .count = 1000};
  Metrics metrics;
  const auto removed_early = [&] {
    return metrics.value(kEnded, {{"protocol", "udp"}, {"reason", "removed_early"}}).value_or(0);
  };
  const auto evicted = [&] { return metrics.value("ctwarden_stat_early_drop_total").value_or(0); };
  EXPECT_TRUE(eventually(30s,
                         [&] {
                           play(traffic::udp_life(false), more);
                           more.first += more.count;
                           metrics = scrape_now();
                           return evicted() > 0 && removed_early() >= evicted();
                         }))
      << evicted() << " evicted, " << removed_early() << " removed early";
  EXPECT_EQ(metrics.sum(kEnded), removed_early());
}

}  // namespace
}  // namespace ctwarden::tests
