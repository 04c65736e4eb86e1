// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace ctwarden::daemon {
namespace {

std::string example() {
  std::ifstream file(CTWARDEN_EXAMPLE, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A configuration in which nothing has its default.
Config strange_config() {
  return {.mode = Mode::Observe,
          .strict = true,
          .runtime_dir = "/run/with \"quotes\" and \\",
          .state_dir = "/srv/\xc3\xa9t\xc3\xa9",
          .metrics = {.listen = {"[::]:1", "unix:/run/a b.sock"},
                      .allowed_hosts = {"node1", "node2.example.org"},
                      .top_ports = 3,
                      .top_addresses = 100,
                      .per_cpu = true,
                      .node_exporter_compat = true},
          .events = {.updates = Updates::On,
                     .buffer_bytes = 65537,
                     .buffer_max_bytes = 1U << 30,
                     .cpu_budget = 0.5},
          .table = {.resync_interval = std::chrono::seconds{3601}, .max_flows = 1000},
          .talkers = {.max_keys = 0},
          .names = {.file = "/etc/names of \"all\""},
          .log = {.level = "trace", .format = LogFormat::Json}};
}

TEST(RenderConfig, IsReadBackAsTheSameConfiguration) {
  Config back;
  EXPECT_EQ(render_problems(merge_config(back, render_config(strange_config()), "f")), "");
  EXPECT_EQ(back, strange_config());
}

TEST(RenderConfig, IsReadBackWithMoreAddressesThanFitOnALine) {
  Config many;
  many.metrics.allowed_hosts.assign(200, std::string(200, 'a'));
  many.metrics.listen.clear();
  Config back;
  EXPECT_EQ(render_problems(merge_config(back, render_config(many), "f")), "");
  EXPECT_EQ(back, many);
}

TEST(RenderConfig, ShowsTheDefaults) {
  EXPECT_EQ(render_config(Config{}), R"(mode = "observe"
strict = false
runtime_dir = "/run/ctwarden"
state_dir = "/var/lib/ctwarden"

[metrics]
listen = ["127.0.0.1:10087"]
allowed_hosts = []
top_ports = 10
top_addresses = 0
per_cpu = false
node_exporter_compat = false

[events]
updates = "auto"
buffer_bytes = "8MiB"
buffer_max_bytes = "64MiB"
cpu_budget = 0.25

[table]
resync_interval = "10m"
max_flows = 4000000

[talkers]
max_keys = 16384

[names]
file = ""

[log]
level = "info"
format = "text"
)");
}

TEST(ExampleFile, SetsEveryKeyToItsDefault) {
  Config changed = strange_config();  // a key the example leaves out would stay strange
  EXPECT_EQ(render_problems(merge_config(changed, example(), "f")), "");
  EXPECT_EQ(changed, Config{});
}

TEST(ExampleFile, WritesValuesAsTheDaemonShowsThem) {
  const std::string text = '\n' + example();
  std::istringstream lines(render_config(Config{}));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_NE(text.find('\n' + line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace ctwarden::daemon
