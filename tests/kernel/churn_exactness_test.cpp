// SPDX-License-Identifier: GPL-2.0-or-later
//
// Created and destroyed flows are counted exactly, whatever the family and with or without NAT.
#include "tests/kernel/watched_node.h"

#include <tuple>

namespace ctwarden::tests {
namespace {

using model::Family;

enum class Nat : std::uint8_t { None, Masquerade };

class ChurnExactness : public WatchedNode,
                       public ::testing::WithParamInterface<std::tuple<Family, Nat>> {
 protected:
  void SetUp() override {
    load_nft(kTrackForwarded);
    if (nat() == Nat::Masquerade) {
      load_nft(kMasquerade);
    }
    // Room for every event even if the machine stalls: this test is about counting, not about loss.
    start_daemon({"--config", config_file("[events]\nbuffer_bytes = \"64MiB\"\n")});
  }
  [[nodiscard]] Family family() const { return std::get<0>(GetParam()); }
  [[nodiscard]] Nat nat() const { return std::get<1>(GetParam()); }
  [[nodiscard]] bool v4() const { return family() == Family::Ipv4; }

  [[nodiscard]] traffic::Load load(std::uint8_t protocol, std::uint64_t count) const {
    traffic::Load load{.space = flow_space(protocol, family()), .count = count};
    load.space.destinations =
        4;  // distinct without their source address, so that NAT keeps every port
    if (nat() == Nat::Masquerade) {
      load.nat_source = traffic::address(v4() ? "10.2.0.1" : "fd00:2::1");
    }
    return load;
  }
  void expect_counts(const std::string& protocol, double created, double destroyed) {
    EXPECT_TRUE(reaches("ctwarden_flows_created_total", {{"protocol", protocol}}, created))
        << value("ctwarden_flows_created_total", {{"protocol", protocol}});
    EXPECT_TRUE(reaches("ctwarden_flows_destroyed_total", {{"protocol", protocol}}, destroyed))
        << value("ctwarden_flows_destroyed_total", {{"protocol", protocol}});
    EXPECT_EQ(value("ctwarden_events_lost_total"), 0);
  }
  void expect_everything_is(const Labels& cell, double flows) {
    const Metrics metrics = scrape_now();
    EXPECT_EQ(metrics.value("ctwarden_entries"), flows);
    EXPECT_EQ(metrics.value("ctwarden_flows", cell), flows);
    EXPECT_EQ(metrics.sum("ctwarden_flows"), flows);
    EXPECT_EQ(metrics.value("ctwarden_flows_family", {{"family", v4() ? "ipv4" : "ipv6"}}), flows);
    EXPECT_EQ(metrics.value("ctwarden_flows_by_status", {{"status", "snat"}}),
              nat() == Nat::None ? 0 : flows);
  }
};

TEST_P(ChurnExactness, OfUdpFlows) {
  constexpr double kFlows = 100'000;
  play(traffic::udp_life(false), load(kUdp, 100'000));
  expect_counts("udp", kFlows, 0);
  expect_everything_is({{"protocol", "udp"}, {"state", "none"}}, kFlows);
  flush();
  expect_counts("udp", kFlows, kFlows);
  EXPECT_EQ(scrape_now().sum("ctwarden_flows"), 0);
}

TEST_P(ChurnExactness, OfFullTcpLives) {
  constexpr double kLives = 10'000;
  play(traffic::tcp_life(traffic::TcpEnd::Closed), load(kTcp, 10'000));
  expect_counts("tcp", kLives, 0);
  expect_everything_is({{"protocol", "tcp"}, {"state", "time_wait"}}, kLives);
  flush();
  expect_counts("tcp", kLives, kLives);
  EXPECT_EQ(value("ctwarden_flow_lifetime_seconds_count", {{"protocol", "tcp"}}), kLives);
  EXPECT_EQ(scrape_now().sum("ctwarden_flows"), 0);
}

INSTANTIATE_TEST_SUITE_P(FamiliesAndNat, ChurnExactness,
                         ::testing::Combine(::testing::Values(Family::Ipv4, Family::Ipv6),
                                            ::testing::Values(Nat::None, Nat::Masquerade)),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param) == Family::Ipv4 ? "Ipv4"
                                                                                      : "Ipv6") +
                                  (std::get<1>(test.param) == Nat::None ? "" : "Masqueraded");
                         });

}  // namespace
}  // namespace ctwarden::tests
