// SPDX-License-Identifier: GPL-2.0-or-later
//
// The picture equals the kernel's table: composition, flows older than the daemon, flush, resize.
#include "tests/kernel/table_picture.h"
#include "tests/kernel/watched_node.h"

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::TcpEnd;

class PictureOfTheTable : public WatchedNode {
 protected:
  void expect_equal_pictures() {
    Picture ours;
    Picture kernels;
    EXPECT_TRUE(eventually(std::chrono::seconds(20),
                           [&] {
                             ours = daemon_picture(scrape_now());
                             kernels = kernel_picture();
                             return ours == kernels;
                           }))
        << ::testing::PrintToString(ours) << "\n kernel: " << ::testing::PrintToString(kernels);
    EXPECT_EQ(value("ctwarden_entries"), static_cast<double>(conntrack_count()));
  }

  // TCP in every state that packets reach here, UDP with and without replies, both pings, both
  // families, SNAT.
  void play_mixture() {
    const auto load = [](std::uint8_t protocol, Family family, std::uint64_t count,
                         std::uint16_t port) {
      return traffic::Load{.space = flow_space(protocol, family, port), .count = count};
    };
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      play(traffic::tcp_life(TcpEnd::SynOnly), load(kTcp, family, 31, 1001));
      play(traffic::tcp_life(TcpEnd::SynAckOnly), load(kTcp, family, 32, 1002));
      play(traffic::tcp_life(TcpEnd::Established), load(kTcp, family, 33, 1003));
      play(traffic::tcp_life(TcpEnd::Closed), load(kTcp, family, 34, 1004));
      play(traffic::tcp_life(TcpEnd::Reset), load(kTcp, family, 35, 1005));
      play(traffic::udp_life(false), load(kUdp, family, 36, 1006));
      play(traffic::udp_life(true), load(kUdp, family, 37, 1007));
    }
    play(traffic::echo_life(true), load(kIcmp, Family::Ipv4, 38, 0));
    play(traffic::echo_life(false), load(kIcmpv6, Family::Ipv6, 39, 0));
  }
  // Flows that will never announce their end, as those older than the first listener. Any listener
  // in any namespace counts, and tests run side by side, so the event extension is switched off
  // meanwhile.
  void play_silent_mixture() {
    write_setting("net/netfilter/nf_conntrack_events", "0");
    play_mixture();
    write_setting("net/netfilter/nf_conntrack_events", "2");
  }
};

TEST_F(PictureOfTheTable, EqualsTheKernelsAfterAMixtureOfTraffic) {
  load_nft(kTrackForwarded);
  start_daemon({"--log-level", "debug"});
  play_mixture();
  expect_equal_pictures();
  const Picture picture = daemon_picture(scrape_now());
  for (const char* state : {"syn_sent", "syn_recv", "established", "time_wait", "close"}) {
    EXPECT_TRUE(picture.contains(std::string("flows tcp ") + state)) << state;
  }
}

TEST_F(PictureOfTheTable, KnowsSourceNatDestinationNatAndTwoZones) {
  load_nft(kTrackForwarded);
  load_nft(kMasquerade);
  load_nft(R"(
table ip scratch_dnat {
  chain prerouting { type nat hook prerouting priority dstnat; udp dport 5353 dnat to 10.2.0.77:53; }
  chain zones { type filter hook prerouting priority raw; udp dport 6001 ct zone set 11; udp dport 6002 ct zone set 12; }
}
)");
  start_daemon({"--log-level", "debug"});
  const auto udp = [](std::uint16_t port, std::uint64_t count) {
    return traffic::Load{.space = flow_space(kUdp, Family::Ipv4, port), .count = count};
  };
  play(traffic::udp_life(false), udp(5353, 20));
  play(traffic::udp_life(false), udp(6001, 21));
  play(traffic::udp_life(false), udp(6002, 22));
  play(traffic::udp_life(false), udp(80, 23));
  expect_equal_pictures();
  const Picture picture = daemon_picture(scrape_now());
  EXPECT_EQ(picture.at("zone 11"), 21U);
  EXPECT_EQ(picture.at("zone 12"), 22U);
  EXPECT_EQ(picture.at("status dnat"), 20U);
  EXPECT_GE(picture.at("status snat"), 20U);
}

TEST_F(PictureOfTheTable, HoldsFlowsOlderThanTheDaemonAndLosesThemWhenTheKernelDoes) {
  load_nft(kTrackForwarded);
  write_setting("net/netfilter/nf_conntrack_udp_timeout", "3");
  play_silent_mixture();
  start_daemon({"--log-level", "debug"});
  expect_equal_pictures();
  EXPECT_GT(value("ctwarden_silent_flows"), 0);
  // The one-way UDP flows expire without a DESTROY.
  EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] {
    const Picture kernels = kernel_picture();
    return !kernels.contains("flows udp none") && daemon_picture(scrape_now()) == kernels;
  })) << daemon_->log();
  EXPECT_GT(value("ctwarden_resync_silent_removed_total"), 0);
  EXPECT_EQ(value("ctwarden_resync_ghosts_removed_total"), 0);
}

TEST_F(PictureOfTheTable, GoesToZeroOnFlush) {
  load_nft(kTrackForwarded);
  play_silent_mixture();
  start_daemon({"--log-level", "debug"});
  play_mixture();  // the same tuples again, and anew where they had ended
  create(flow_space(kUdp, Family::Ipv4, 2001), 1000);  // announced
  expect_equal_pictures();
  checked_command({"conntrack", "-F"});
  EXPECT_TRUE(
      eventually(std::chrono::seconds(20), [&] { return scrape_now().sum("ctwarden_flows") == 0; }))
      << scrape_now().sum("ctwarden_flows") << daemon_->log();
  EXPECT_EQ(value("ctwarden_entries"), static_cast<double>(conntrack_count()));
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 1));
  EXPECT_TRUE(reaches("ctwarden_error_bound_entries", {}, 0));
}

}  // namespace
}  // namespace ctwarden::tests
