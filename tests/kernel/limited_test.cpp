// SPDX-License-Identifier: GPL-2.0-or-later
//
// Without CAP_NET_ADMIN: counts only, said everywhere, or refused where --strict asks for all.
#include "tests/kernel/started_as.h"
#include "tests/kernel/watched_node.h"

#include <filesystem>

namespace ctwarden::tests {
namespace {

class Limited : public WatchedNode {
 protected:
  void expect_counts_only(const Words& command) {
    load_nft(kTrackForwarded);
    create(flow_space(kUdp, model::Family::Ipv4), 123);
    daemon_.emplace(DaemonProcess::Command{command});
    ASSERT_TRUE(daemon_->wait_until_answers(kAddress, "/readyz")) << daemon_->log();
    EXPECT_NE(http_get(kAddress, "/readyz")->body.find("limited"), std::string::npos);
    EXPECT_NE(daemon_->log().find("CAP_NET_ADMIN is missing"), std::string::npos) << daemon_->log();

    const Metrics metrics = scrape_now();
    EXPECT_EQ(metrics.value("ctwarden_limited"), 1);
    EXPECT_EQ(metrics.value("ctwarden_entries"), 123);
    EXPECT_EQ(metrics.value("ctwarden_entries_limit"),
              std::stod(read_setting("net/netfilter/nf_conntrack_max")));
    EXPECT_EQ(metrics.value("ctwarden_up", {{"collector", "settings"}}), 1);
    EXPECT_EQ(metrics.value("ctwarden_up", {{"collector", "events"}}), 0);
    EXPECT_EQ(metrics.value("ctwarden_up", {{"collector", "dump"}}), 0);
    // Not every kernel has the file (CONFIG_NF_CONNTRACK_PROCFS).
    const bool has_file = std::filesystem::exists("/proc/net/stat/nf_conntrack");
    EXPECT_EQ(metrics.value("ctwarden_up", {{"collector", "stats"}}), has_file ? 1 : 0);
    EXPECT_EQ(metrics.value("ctwarden_stat_drop_total").has_value(), has_file);
    // What is not known is absent.
    for (const char* family :
         {"ctwarden_flows", "ctwarden_flows_by_status", "ctwarden_flows_created_total",
          "ctwarden_in_sync", "ctwarden_error_bound_entries", "ctwarden_mode_info"}) {
      EXPECT_FALSE(metrics.all().contains(family)) << family;
    }
    EXPECT_TRUE(daemon_->running());
  }
  static void expect_refused(const Words& command) {
    const Output refused = run_command(command);
    EXPECT_EQ(refused.code, 4) << refused.err;
    EXPECT_NE(refused.err.find("CAP_NET_ADMIN is missing, and --strict"), std::string::npos)
        << refused.err;
  }
};

TEST_F(Limited, RootWithoutTheCapabilityKnowsCounts) {
  expect_counts_only(as_root({"--bounding-set", "-net_admin"}));
}

TEST_F(Limited, NobodyKnowsCounts) { expect_counts_only(as_nobody({"--inh-caps", "-all"})); }

TEST_F(Limited, RootWithoutTheCapabilityIsRefusedIfStrict) {
  expect_refused(as_root({"--bounding-set", "-net_admin"}, {"--strict"}));
}

TEST_F(Limited, NobodyIsRefusedIfStrict) {
  expect_refused(as_nobody({"--inh-caps", "-all"}, {"--strict"}));
}

TEST_F(Limited, StrictRunsWithAllRights) {
  start_daemon({"--strict"});
  EXPECT_EQ(value("ctwarden_limited"), 0);
}

}  // namespace
}  // namespace ctwarden::tests
