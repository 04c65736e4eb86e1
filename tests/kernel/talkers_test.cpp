// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who fills the table, against a dump of it: sources, services and SNAT pools.
#include "model/snat_pool.h"
#include "tests/kernel/watched_node.h"
#include "tests/support/shell.h"

#include <arpa/inet.h>

#include <array>
#include <map>

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::TcpEnd;

// "source 10.1.0.10" or "port tcp 80" to a number of flows.
using Counts = std::map<std::string, std::uint64_t>;

std::string text_of(Family family, const model::Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family == Family::Ipv4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(),
            text.size());
  return text.data();
}

Counts kernel_counts() {
  Counts counts;
  for (const KernelFlow& flow : dump_kernel_flows()) {
    ++counts["source " + text_of(flow.original.family, flow.original.source)];
    const auto protocol = model::protocol_of(flow.original.protocol);
    if (protocol == model::Protocol::Tcp || protocol == model::Protocol::Udp) {
      ++counts["port " + std::string(name(protocol)) + " " +
               std::to_string(flow.original.destination_port)];
    }
  }
  return counts;
}

Counts daemon_counts(const Metrics& metrics) {
  Counts counts;
  const auto take = [&](const std::string& family, auto&& word) {
    if (const auto found = metrics.all().find(family); found != metrics.all().end()) {
      for (const auto& [labels, flows] : found->second) {
        if (flows != 0) {
          counts[word(labels)] = static_cast<std::uint64_t>(flows);
        }
      }
    }
  };
  take("ctwarden_source_flows", [](const Labels& l) { return "source " + l.at("address"); });
  take("ctwarden_port_flows",
       [](const Labels& l) { return "port " + l.at("protocol") + " " + l.at("port"); });
  return counts;
}

// The most flows of one protocol that share an egress address, a service and a class of ports.
std::uint64_t fullest_pool(std::uint8_t protocol) {
  std::map<model::Tuple, std::uint64_t> pools;
  std::uint64_t most = 0;
  for (const KernelFlow& flow : dump_kernel_flows()) {
    if (flow.original.protocol == protocol && (flow.status & model::kStatusSourceNat) != 0) {
      model::Tuple pool = flow.reply;
      pool.destination_port = model::usable_range(flow.original.source_port).first;
      most = std::max(most, ++pools[pool]);
    }
  }
  return most;
}

class TalkersOfTheNode : public WatchedNode {
 protected:
  void start(const std::string& more = "") {
    load_nft(kTrackForwarded);
    start_daemon({"--log-level", "debug", "--config",
                  config_file("[metrics]\ntop_ports = 100\ntop_addresses = 100\n" + more)});
  }
  void expect_equal_counts() {
    Counts ours;
    Counts kernels;
    EXPECT_TRUE(eventually(std::chrono::seconds(20),
                           [&] {
                             ours = daemon_counts(scrape_now());
                             kernels = kernel_counts();
                             return ours == kernels;
                           }))
        << ::testing::PrintToString(ours) << "\n kernel: " << ::testing::PrintToString(kernels);
  }
  static traffic::Load load(std::uint8_t protocol, Family family, std::uint16_t port,
                            std::uint64_t count) {
    traffic::Load load{.space = flow_space(protocol, family, port), .count = count};
    load.space.sources = 20;
    return load;
  }
};

TEST_F(TalkersOfTheNode, EqualADumpForTrafficOfEveryKind) {
  start();
  load_nft(kMasquerade);
  load_nft(R"(
table ip scratch_dnat {
  chain prerouting { type nat hook prerouting priority dstnat; udp dport 5353 dnat to 10.2.0.77:53; }
  chain zones { type filter hook prerouting priority raw; udp dport 6001 ct zone set 11; }
}
)");
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    play(traffic::tcp_life(TcpEnd::SynOnly), load(kTcp, family, 1001, 31));
    play(traffic::udp_life(false), load(kUdp, family, 1002, 47));
    play(traffic::udp_life(false), load(kUdp, family, 53, 12));
  }
  play(traffic::udp_life(false), load(kUdp, Family::Ipv4, 5353, 20));
  play(traffic::udp_life(false), load(kUdp, Family::Ipv4, 6001, 21));
  play(traffic::echo_life(false), load(kIcmp, Family::Ipv4, 0, 22));
  play(traffic::echo_life(false), load(kIcmpv6, Family::Ipv6, 0, 23));
  expect_equal_counts();
  const Counts counts = daemon_counts(scrape_now());
  EXPECT_EQ(counts.at("port udp 5353"), 20U);  // as asked for, not as translated
  EXPECT_TRUE(counts.contains("source fd00:1::10"));
  EXPECT_EQ(value("ctwarden_snat_ports_used_max", {{"protocol", "udp"}}),
            static_cast<double>(fullest_pool(kUdp)));
  EXPECT_EQ(value("ctwarden_snat_ports_used_max", {{"protocol", "tcp"}}),
            static_cast<double>(fullest_pool(kTcp)));
}

TEST_F(TalkersOfTheNode, EqualADumpAfterFlowsEndedAndComparisonsCameBetween) {
  start("[table]\nresync_interval = \"10s\"\n");
  write_setting("net/netfilter/nf_conntrack_udp_timeout", "2");
  create(flow_space(kTcp, Family::Ipv4, 8080), 400);
  play(traffic::udp_life(false), load(kUdp, Family::Ipv4, 1002, 300));
  ASSERT_TRUE(eventually(std::chrono::seconds(30), [&] {
    return value("ctwarden_resyncs_total", {{"reason", "interval"}}) >= 1;
  })) << daemon_->log();
  play(traffic::udp_life(false), load(kUdp, Family::Ipv4, 1003, 100));
  flush();
  create(flow_space(kTcp, Family::Ipv4, 8081), 60);
  Counts ours;
  EXPECT_TRUE(eventually(std::chrono::seconds(20), [&] {
    ours = daemon_counts(scrape_now());
    return ours["port tcp 8081"] == 60 && !ours.contains("port udp 1003");
  })) << ::testing::PrintToString(ours);
  EXPECT_FALSE(ours.contains("port tcp 8080"));
}

TEST_F(TalkersOfTheNode, HaveNoAddressInAnyLabelUnlessAsked) {
  load_nft(kTrackForwarded);
  start_daemon();
  create(flow_space(kTcp, Family::Ipv4, 8080), 10);
  ASSERT_TRUE(reaches("ctwarden_port_flows", {{"protocol", "tcp"}, {"port", "8080"}}, 10));
  const auto text = http_get(kAddress, "/metrics");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->body.find("10.1.0."), std::string::npos);
  EXPECT_EQ(text->body.find("ctwarden_source_flows"), std::string::npos);
}

// One service behind one address: as the pool fills, our count is the kernel's, and the warning
// comes long before the first failure. Clients choose from few ports, so nearly every flow needs
// another one than it asked for.
TEST_F(TalkersOfTheNode, SeeASnatPoolRunDry) {
  start();
  load_nft(kMasquerade);
  write_setting("net/netfilter/nf_conntrack_udp_timeout", "600");
  ASSERT_GT(value("ctwarden_entries_limit"), 64512) << "the table fills before the pool";
  traffic::Load load{.space = flow_space(kUdp, Family::Ipv4, 53), .count = 8'000};
  load.space.sources = 200;
  load.space.source_ports = 400;
  double first_failure = 0;
  double ratio = 0;
  for (int step = 0; step < 10; ++step) {
    const auto failed_before = conntrack_stats().at("insert_failed");
    play(traffic::udp_life(false), load);
    load.first += load.count;
    const auto failed = conntrack_stats().at("insert_failed") - failed_before;
    const auto truth = static_cast<double>(fullest_pool(kUdp));
    const double used = value("ctwarden_snat_ports_used_max", {{"protocol", "udp"}});
    ratio = value("ctwarden_snat_ports_used_ratio_max", {{"protocol", "udp"}});
    RecordProperty("failed_towards_" + std::to_string(used), std::to_string(failed));
    EXPECT_NEAR(used, truth, truth / 100);
    EXPECT_DOUBLE_EQ(ratio, used / 64512);
    if (failed > 0 && first_failure == 0) {
      first_failure = ratio;
    }
  }
  EXPECT_GT(first_failure, 0.75);
  EXPECT_GT(ratio, 0.9);
  EXPECT_LE(ratio, 1.0);
}

}  // namespace
}  // namespace ctwarden::tests
