// SPDX-License-Identifier: GPL-2.0-or-later
//
// Findings about settings that are one for the whole machine.
#include "tests/kernel/found.h"
#include "tests/kernel/global_setting.h"

namespace ctwarden::tests {
namespace {

using model::Family;

class GlobalFindings : public FoundNode {
 protected:
  void SetUp() override { load_nft(kTrackForwarded); }
  static traffic::FlowSpace space() { return flow_space(kUdp, Family::Ipv4); }
};

TEST_F(GlobalFindings, NameAHashTableThatIsTooSmall) {
  const GlobalSetting buckets(router_, "nf_conntrack_buckets");
  buckets.write(1'024);
  start_daemon();
  create(space(), 3'000);
  EXPECT_TRUE(finds("hash_too_small", "warning"));
  // Chains are refused from a random length between 50 and 80 on.
  play(traffic::udp_life(false), {.space = space(), .first = 3'000, .count = 60'000});
  EXPECT_TRUE(finds("chain_too_long", "critical"));
  flush();
}

TEST_F(GlobalFindings, NameALimitThatSomebodyElseChanged) {
  const GlobalSetting limit(router_, "nf_conntrack_max");
  start_daemon();
  play(traffic::udp_life(false), {.space = space(), .count = 1});
  // The first look at the settings is what changes are told against.
  EXPECT_TRUE(daemon_->wait_until_answers(kAddress, "/readyz"));
  write_setting("net/netfilter/nf_conntrack_timestamp", "1");
  EXPECT_TRUE(finds("costly_settings", "info"));
  limit.write(limit.original() - 1);
  EXPECT_TRUE(finds("limit_changed", "warning"));
}

}  // namespace
}  // namespace ctwarden::tests
