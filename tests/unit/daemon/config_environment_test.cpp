// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_merge.h"

#include <gtest/gtest.h>

namespace ctwarden::daemon {
namespace {

Merged merge(const std::vector<std::string>& environment) {
  Merged merged;
  merge_environment(merged, environment);
  return merged;
}

std::string problems_of(const std::vector<std::string>& environment) {
  return render_problems(merge(environment).problems);
}

TEST(MergeEnvironment, ReadsEveryVariable) {
  const Merged merged = merge(
      {"CTWARDEN_MODE=observe", "CTWARDEN_STRICT=true", "CTWARDEN_RUNTIME_DIR=/run/a",
       "CTWARDEN_STATE_DIR=/srv/a", "CTWARDEN_METRICS_LISTEN=[::]:1, 127.0.0.1:2",
       "CTWARDEN_LOG_LEVEL=error", "CTWARDEN_LOG_FORMAT=json", "CTWARDEN_CONFIG=/etc/x.toml"});
  EXPECT_EQ(render_problems(merged.problems), "");
  Config expected;
  expected.strict = true;
  expected.runtime_dir = "/run/a";
  expected.state_dir = "/srv/a";
  expected.metrics.listen = {"[::]:1", "127.0.0.1:2"};
  expected.log = {.level = "error", .format = LogFormat::Json};
  EXPECT_EQ(merged.config, expected);
}

TEST(MergeEnvironment, IgnoresVariablesOfOthers) {
  EXPECT_EQ(problems_of({"PATH=/bin", "CTWARDEN=1", "MY_CTWARDEN_MODE=x", "CTWARDEN_MODE", ""}),
            "");
}

TEST(MergeEnvironment, TakesAnEmptyValueAsNotSet) {
  const Merged merged = merge({"CTWARDEN_LOG_LEVEL=", "CTWARDEN_METRICS_LISTEN="});
  EXPECT_EQ(render_problems(merged.problems), "");
  EXPECT_EQ(merged.config, Config{});
}

TEST(MergeEnvironment, NamesTheVariableAndWhatIsRight) {
  EXPECT_EQ(problems_of({"CTWARDEN_LOG_LEVEL=warn", "CTWARDEN_STRICT=yes"}),
            "environment CTWARDEN_LOG_LEVEL: \"warn\" is not one of trace, debug, info, warning, "
            "error; did you mean \"warning\"?\n"
            "environment CTWARDEN_STRICT: \"yes\" is not one of true, false, 1, 0\n");
}

TEST(MergeEnvironment, RefusesAnEmptyAddressInAList) {
  EXPECT_NE(problems_of({"CTWARDEN_METRICS_LISTEN=127.0.0.1:1,"}), "");
}

TEST(MergeEnvironment, RefusesUnknownNamesWithASuggestion) {
  EXPECT_EQ(problems_of({"CTWARDEN_LOGLEVEL=info", "CTWARDEN_\x1b=1"}),
            "environment CTWARDEN_LOGLEVEL: unknown variable; did you mean "
            "\"CTWARDEN_LOG_LEVEL\"?\n"
            "environment CTWARDEN_\\x1b: unknown variable; known: CTWARDEN_CONFIG, "
            "CTWARDEN_LOG_FORMAT, CTWARDEN_LOG_LEVEL, CTWARDEN_METRICS_LISTEN, CTWARDEN_MODE, "
            "CTWARDEN_RUNTIME_DIR, CTWARDEN_STATE_DIR, CTWARDEN_STRICT\n");
}

TEST(MergeEnvironment, IgnoresWhatKubernetesSetsForAServiceOfOurName) {
  EXPECT_EQ(
      problems_of(
          {"CTWARDEN_SERVICE_HOST=10.96.0.17", "CTWARDEN_SERVICE_PORT=10087",
           "CTWARDEN_SERVICE_PORT_METRICS=10087", "CTWARDEN_PORT=tcp://10.96.0.17:10087",
           "CTWARDEN_PORT_10087_TCP=tcp://10.96.0.17:10087", "CTWARDEN_PORT_10087_TCP_PROTO=tcp",
           "CTWARDEN_PORT_10087_TCP_PORT=10087", "CTWARDEN_PORT_10087_TCP_ADDR=10.96.0.17",
           "CTWARDEN_PORT_53_UDP=udp://10.96.0.17:53", "CTWARDEN_METRICS_SERVICE_HOST=10.96.0.18",
           "CTWARDEN_METRICS_PORT=tcp://10.96.0.18:10087",
           "CTWARDEN_METRICS_PORT_10087_TCP_ADDR=10.96.0.18"}),
      "");
}

TEST(MergeEnvironment, RefusesAPortThatIsNoServiceOfKubernetes) {
  EXPECT_NE(problems_of({"CTWARDEN_PORT=9100"}), "");
  EXPECT_NE(problems_of({"CTWARDEN_PORT_X_TCP=1"}), "");
  EXPECT_NE(problems_of({"CTWARDEN_PORT_10087_TCP_MODE=1"}), "");
}

}  // namespace
}  // namespace ctwarden::daemon
