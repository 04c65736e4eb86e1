// SPDX-License-Identifier: GPL-2.0-or-later
//
// The names file under the running daemon: what the log says, and how often.
#include "tests/kernel/watched_node.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace ctwarden::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kNames = "/run/ctwarden-test.names";
constexpr const char* kConfiguration = "[names]\nfile = \"/run/ctwarden-test.names\"\n";

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

class NamesOfAddresses : public WatchedNode {
 protected:
  static void write_names(const std::string& text) {
    const std::string fresh = std::string(kNames) + ".new";
    std::ofstream(fresh) << text;
    std::filesystem::rename(fresh, kNames);
  }
  void start() { start_daemon({"--config", config_file(kConfiguration)}); }
  bool logged(const std::string& text) { return daemon_->wait_until_logged(text, 20s); }
};

TEST_F(NamesOfAddresses, AreReadAtStartAndWhenTheyChange) {
  write_names("10.1.0.0/16 clients\n10.2.0.0/16 servers\n");
  start();
  EXPECT_TRUE(logged("ranges=2")) << daemon_->log();
  write_names("10.1.0.0/16 clients\n10.2.0.0/16 servers\nfd00:1::/48 clients\n");
  EXPECT_TRUE(logged("ranges=3")) << daemon_->log();
}

TEST_F(NamesOfAddresses, WithAMistakeAreRefusedOnceWithItsPlace) {
  write_names("10.1.0.0/16 clients\n");
  start();
  ASSERT_TRUE(logged("ranges=1")) << daemon_->log();
  write_names("10.1.0.0/16 clients\n10.2.0.0 /16 servers\n10.2.0.0 twice\n");
  EXPECT_TRUE(logged("ctwarden-test.names:3")) << daemon_->log();
  write_names("10.1.0.0/16 clients\n::/0 world\n");
  EXPECT_TRUE(logged("ranges=2")) << daemon_->log();
  EXPECT_EQ(occurrences(daemon_->log(), "the names file cannot be used"), 1U) << daemon_->log();
}

TEST_F(NamesOfAddresses, ThatVanishAreMissed) {
  write_names("10.1.0.0/16 clients\n");
  start();
  ASSERT_TRUE(logged("ranges=1")) << daemon_->log();
  std::filesystem::remove(kNames);
  EXPECT_TRUE(logged("No such file")) << daemon_->log();
  write_names("10.1.0.0/16 clients\n::/0 world\n");
  EXPECT_TRUE(logged("ranges=2")) << daemon_->log();
}

TEST_F(NamesOfAddresses, ComeWithAReload) {
  write_names("10.1.0.0/16 clients\n");
  start_daemon({"--config", config_file("")});
  config_file(kConfiguration);
  daemon_->send_signal(SIGHUP);
  EXPECT_TRUE(logged("ranges=1")) << daemon_->log();
}

TEST_F(NamesOfAddresses, WithAMistakeDoNotKeepTheDaemonFromStarting) {
  write_names("nonsense\n");
  start();
  EXPECT_TRUE(logged("ctwarden-test.names:1")) << daemon_->log();
  EXPECT_TRUE(http_get(kAddress, "/metrics").has_value());
}

TEST_F(NamesOfAddresses, AreCheckedWithTheConfiguration) {
  write_names("10.1.0.0/16 clients\nnonsense\n");
  const Output checked =
      run_command({daemon_path(), "--check-config", "--config", config_file(kConfiguration)});
  EXPECT_EQ(checked.code, 6);
  EXPECT_NE(checked.err.find("/run/ctwarden-test.names:2: "), std::string::npos) << checked.err;
}

}  // namespace
}  // namespace ctwarden::tests
