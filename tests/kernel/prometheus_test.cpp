// SPDX-License-Identifier: GPL-2.0-or-later
//
// Debian's Prometheus scrapes a real daemon: every family arrives, and promtool finds nothing to
// criticise.
#include "tests/kernel/watched_node.h"

#include <filesystem>
#include <set>

namespace ctwarden::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPrometheus = "127.0.0.1:9090";

constexpr const char* kScrapeConfig = R"(
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: ctwarden
    static_configs: [{targets: ["127.0.0.1:10087"]}]
)";

class Prometheus : public WatchedNode {
 protected:
  // A daemon with every family to show.
  void SetUp() override {
    load_nft(kTrackForwarded);
    start_daemon();
    const auto load = [](std::uint8_t protocol) {
      return traffic::Load{.space = flow_space(protocol, model::Family::Ipv4), .count = 10};
    };
    play(traffic::tcp_life(traffic::TcpEnd::Closed), load(kTcp));
    play(traffic::udp_life(true), load(kUdp));
    create(flow_space(kUdp, model::Family::Ipv4, 81), 10);
    flush();
    ASSERT_TRUE(eventually(20s, [&] {
      return scrape_now().sum("ctwarden_flows_destroyed_total") == 30;
    })) << daemon_->log();
  }
  void start_prometheus() {
    std::ofstream("/run/prometheus.yml") << kScrapeConfig;
    prometheus_.emplace(DaemonProcess::Command{
        {"prometheus", "--config.file=/run/prometheus.yml", "--storage.tsdb.path=/run/prometheus",
         std::string("--web.listen-address=") + kPrometheus}});
    ASSERT_TRUE(prometheus_->wait_until_answers(kPrometheus, "/-/ready", 200, 60s))
        << prometheus_->log();
  }
  // The answer to an instant query, as JSON text.
  static std::string query(const std::string& expression) {
    const auto answer = http_get(kPrometheus, "/api/v1/query?query=" + expression);
    return answer ? answer->body : answer.error().context;
  }

  std::optional<DaemonProcess> prometheus_;
};

TEST_F(Prometheus, KnowsEveryFamilyAfterAScrape) {
  ASSERT_NO_FATAL_FAILURE(start_prometheus());
  ASSERT_TRUE(eventually(60s, [] { return query("up").find(",\"1\"]") != std::string::npos; }))
      << query("up");
  std::set<std::string> names;
  const Metrics metrics = scrape_now();
  for (const auto& [name, samples] : metrics.all()) {
    names.insert(name);
  }
  EXPECT_GT(names.size(), 40U);
  for (const std::string& name : names) {
    EXPECT_TRUE(name.starts_with("ctwarden_") || name.starts_with("process_")) << name;
    // Some are known a moment after the start only, and Prometheus scrapes once a second.
    std::string answer;
    EXPECT_TRUE(eventually(10s,
                           [&] {
                             answer = query(name);
                             return answer.find("\"result\":[{\"metric\":") != std::string::npos;
                           }))
        << name << ": " << answer;
  }
  const std::string limit = ",\"" + read_setting("net/netfilter/nf_conntrack_max") + "\"]";
  EXPECT_NE(query("ctwarden_entries_limit").find(limit), std::string::npos)
      << query("ctwarden_entries_limit");
  EXPECT_NE(query("sum(ctwarden_flows_created_total)").find(",\"30\"]"), std::string::npos)
      << query("sum(ctwarden_flows_created_total)");
}

TEST_F(Prometheus, ToolFindsNothingToCriticise) {
  const auto answer = http_get(kAddress, "/metrics");
  ASSERT_TRUE(answer);
  const Output lint = run_command({"promtool", "check", "metrics"}, answer->body);
  EXPECT_EQ(lint.code, 0);
  EXPECT_EQ(lint.out + lint.err, "");
}

}  // namespace
}  // namespace ctwarden::tests
