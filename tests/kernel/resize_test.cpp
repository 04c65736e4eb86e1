// SPDX-License-Identifier: GPL-2.0-or-later
//
// The hash table resized under the daemon's dumps: the kernel does not say so, and entries move
// behind the cursor.
#include "tests/kernel/global_setting.h"
#include "tests/kernel/watched_node.h"

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;

class ResizedHashTable : public WatchedNode {};

TEST_F(ResizedHashTable, LeavesNoGhost) {
  load_nft(kTrackForwarded);
  create(flow_space(kUdp, Family::Ipv4, 3001), 30'000);
  start_daemon({"--config", short_interval()});
  const GlobalSetting buckets(router_, "nf_conntrack_buckets");
  const auto all_there = [&](double flows) {
    return reaches("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}, flows, 30s);
  };
  ASSERT_TRUE(all_there(30'000));
  // Resized again and again, so that some dumps are hit in the middle; then flows end.
  for (int round = 0; round < 20; ++round) {
    buckets.write(buckets.original() / (round % 2 == 0 ? 2 : 1));
    create(flow_space(kUdp, Family::Ipv4, static_cast<std::uint16_t>(4000 + round)), 100);
  }
  ASSERT_TRUE(all_there(32'000));
  flush();
  EXPECT_TRUE(all_there(0));
  EXPECT_EQ(value("ctwarden_entries"), 0);
  EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 1, 30s));
}

}  // namespace
}  // namespace ctwarden::tests
