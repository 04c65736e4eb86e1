// SPDX-License-Identifier: GPL-2.0-or-later
//
// SIGHUP: all of a good configuration is taken over, nothing of a bad one.
#include "tests/kernel/watched_node.h"

namespace ctwarden::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOther = "127.0.0.1:10088";

class Reload : public WatchedNode {
 protected:
  void start(const std::string& configuration) {
    start_daemon({"--config", config_file(configuration)});
  }
  void reload(const std::string& configuration) {
    config_file(configuration);
    daemon_->send_signal(SIGHUP);
  }
  static bool answers(const char* address) { return http_get(address, "/livez").has_value(); }
};

TEST_F(Reload, MovesToOtherAddresses) {
  start("[metrics]\nlisten = [\"127.0.0.1:10087\", \"[::1]:10087\"]\n");
  reload("[metrics]\nlisten = [\"127.0.0.1:10088\", \"[::1]:10087\"]\n");
  EXPECT_TRUE(eventually(20s, [] { return answers(kOther) && !answers(kAddress); }))
      << daemon_->log();
  EXPECT_TRUE(answers("[::1]:10087"));
}

TEST_F(Reload, ChangesTheLogLevel) {
  start("[log]\nlevel = \"warning\"\n");
  EXPECT_EQ(daemon_->log(), "");
  reload("[log]\nlevel = \"info\"\n");
  EXPECT_TRUE(daemon_->wait_until_logged("configuration reloaded")) << daemon_->log();
}

TEST_F(Reload, KeepsThePictureAndTheCounters) {
  load_nft(kTrackForwarded);
  start("");
  create(flow_space(kUdp, model::Family::Ipv4), 100);
  ASSERT_TRUE(reaches("ctwarden_flows_created_total", {{"protocol", "udp"}}, 100));
  reload("[table]\nresync_interval = \"1h\"\n");
  ASSERT_TRUE(daemon_->wait_until_logged("configuration reloaded")) << daemon_->log();
  EXPECT_EQ(value("ctwarden_flows_created_total", {{"protocol", "udp"}}), 100);
  EXPECT_EQ(value("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}), 100);
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
}

TEST_F(Reload, LeavesUpdatesAtOnce) {
  start("");
  ASSERT_TRUE(reaches("ctwarden_mode_info", {{"fidelity", "full"}}, 1));
  reload("[events]\nupdates = false\n");
  EXPECT_TRUE(reaches("ctwarden_mode_info", {{"fidelity", "lean"}}, 1)) << daemon_->log();
  EXPECT_EQ(daemon_->log().find("until a restart"), std::string::npos) << daemon_->log();
}

TEST_F(Reload, SaysWhatWaitsForARestart) {
  for (const char* setting :
       {"runtime_dir = \"/run/elsewhere\"", "[events]\nbuffer_bytes = \"1MiB\"",
        "[metrics]\nallowed_hosts = [\"node1.example.org\"]"}) {
    start("");
    reload(setting);
    EXPECT_TRUE(daemon_->wait_until_logged("configuration reloaded")) << daemon_->log();
    EXPECT_NE(daemon_->log().find("until a restart"), std::string::npos) << setting;
  }
}

TEST_F(Reload, OfABadFileKeepsTheOldConfigurationAndSaysWhere) {
  start("");
  reload("[metrics]\nlisten = [\"127.0.0.1:10088\"]\n  per_cpus = true\n");
  EXPECT_TRUE(daemon_->wait_until_logged("the running one stays")) << daemon_->log();
  EXPECT_NE(daemon_->log().find("/run/ctwarden-test.toml:3:3"), std::string::npos)
      << daemon_->log();
  EXPECT_TRUE(answers(kAddress));
  EXPECT_FALSE(answers(kOther));
}

TEST_F(Reload, OfAnAddressThatIsTakenKeepsAllOldOnes) {
  start("");
  DaemonProcess other({"--runtime-dir", "/run/other", "--metrics-listen", kOther});
  ASSERT_TRUE(other.wait_until_answers(kOther, "/livez"));
  reload("[metrics]\nlisten = [\"127.0.0.1:10089\", \"127.0.0.1:10088\"]\n");
  EXPECT_TRUE(daemon_->wait_until_logged("cannot listen")) << daemon_->log();
  EXPECT_NE(daemon_->log().find(kOther), std::string::npos);
  EXPECT_TRUE(answers(kAddress));
  EXPECT_FALSE(answers("127.0.0.1:10089"));
}

TEST_F(Reload, AfterABadOneTakesAGoodOne) {
  start("");
  reload("nonsense");
  ASSERT_TRUE(daemon_->wait_until_logged("the running one stays")) << daemon_->log();
  reload("[metrics]\nlisten = [\"127.0.0.1:10088\"]\n");
  EXPECT_TRUE(eventually(20s, [] { return answers(kOther) && !answers(kAddress); }))
      << daemon_->log();
}

}  // namespace
}  // namespace ctwarden::tests
