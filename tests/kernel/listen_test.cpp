// SPDX-License-Identifier: GPL-2.0-or-later
//
// The same numbers at every address the daemon listens on.
#include "tests/kernel/watched_node.h"

#include <sys/stat.h>

#include <set>

namespace ctwarden::tests {
namespace {

class ListenAddresses : public WatchedNode {
 protected:
  // Every sample's name and labels.
  static std::set<std::pair<std::string, Labels>> series(const Metrics& metrics) {
    std::set<std::pair<std::string, Labels>> all;
    for (const auto& [name, samples] : metrics.all()) {
      for (const auto& [labels, value] : samples) {
        all.emplace(name, labels);
      }
    }
    return all;
  }
};

TEST_F(ListenAddresses, AllServeTheSame) {
  load_nft(kTrackForwarded);
  const std::vector<std::string> addresses = {kAddress, "127.0.0.2:10087", "[::1]:10087",
                                              "[fd00:1::1]:10088", "unix:/run/metrics.sock"};
  std::vector<std::string> arguments;
  for (const std::string& address : addresses) {
    arguments.insert(arguments.end(), {"--metrics-listen", address});
  }
  start_daemon(arguments);
  create(flow_space(kUdp, model::Family::Ipv4), 10);
  ASSERT_TRUE(reaches("ctwarden_flows_created_total", {{"protocol", "udp"}}, 10));

  const auto expected = series(scrape_now());
  EXPECT_GT(expected.size(), 60U);
  for (const std::string& address : addresses) {
    const auto metrics = scrape(address);
    ASSERT_TRUE(metrics) << address << ": " << metrics.error().context;
    EXPECT_EQ(series(*metrics), expected) << address;
    EXPECT_EQ(metrics->value("ctwarden_flows_created_total", {{"protocol", "udp"}}), 10) << address;
  }
}

TEST_F(ListenAddresses, SocketFileOfAKilledDaemonIsReplaced) {
  const std::vector<std::string> arguments = {"--metrics-listen", kAddress, "--metrics-listen",
                                              "unix:/run/metrics.sock"};
  start_daemon(arguments);
  ASSERT_EQ(daemon_->stop(SIGKILL).value_or(Exit{}).signal, SIGKILL);
  start_daemon(arguments);
  EXPECT_TRUE(scrape("unix:/run/metrics.sock"));
}

// Made while the daemon is still root, it must be open to whom the daemon runs as, and removable by
// it.
TEST_F(ListenAddresses, SocketFileBelongsToTheAccountOfTheDaemon) {
  start_daemon({"--metrics-listen", kAddress, "--metrics-listen", "unix:/run/metrics.sock"});
  struct stat daemon_directory{};
  struct stat socket{};
  ASSERT_EQ(::stat("/run/ctwarden", &daemon_directory), 0);
  ASSERT_EQ(::stat("/run/metrics.sock", &socket), 0);
  EXPECT_NE(socket.st_uid, 0U);
  EXPECT_EQ(socket.st_uid, daemon_directory.st_uid);
  EXPECT_EQ(socket.st_mode & 0777U, 0660U);
}

TEST_F(ListenAddresses, WildcardTakesBothFamilies) {
  start_daemon({"--metrics-listen", "[::]:10087"});
  EXPECT_TRUE(scrape("127.0.0.1:10087"));
  EXPECT_TRUE(scrape("[::1]:10087"));
}

}  // namespace
}  // namespace ctwarden::tests
