// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config.h"
#include "daemon/toml_text.h"

#include <gtest/gtest.h>

#include <ostream>

namespace ctwarden::daemon {
namespace {

std::string problems_of(std::string_view text) {
  Config config;
  return render_problems(merge_config(config, text, "f"));
}

Config read(std::string_view text) {
  Config config;
  EXPECT_EQ(render_problems(merge_config(config, text, "f")), "");
  return config;
}

TEST(MergeConfig, TakesTheEmptyFile) { EXPECT_EQ(read(""), Config{}); }

TEST(MergeConfig, ReadsEveryKey) {
  const Config config = read(R"(
mode = "observe"
strict = true
runtime_dir = "/run/other"
state_dir = "/srv/state"
[metrics]
listen = ["[::]:10087", "unix:/run/m.sock"]
allowed_hosts = ["node1"]
top_ports = 0
top_addresses = 5
per_cpu = true
node_exporter_compat = true
[events]
updates = false
buffer_bytes = 1048576
buffer_max_bytes = "32MiB"
cpu_budget = 0.5
[table]
resync_interval = "1h"
max_flows = 50_000
[talkers]
max_keys = 65_536
[names]
file = "/srv/names"
[log]
level = "debug"
format = "json"
)");
  const Config expected{.mode = Mode::Observe,
                        .strict = true,
                        .runtime_dir = "/run/other",
                        .state_dir = "/srv/state",
                        .metrics = {.listen = {"[::]:10087", "unix:/run/m.sock"},
                                    .allowed_hosts = {"node1"},
                                    .top_ports = 0,
                                    .top_addresses = 5,
                                    .per_cpu = true,
                                    .node_exporter_compat = true},
                        .events = {.updates = Updates::Off,
                                   .buffer_bytes = 1U << 20,
                                   .buffer_max_bytes = 32U << 20,
                                   .cpu_budget = 0.5},
                        .table = {.resync_interval = std::chrono::hours{1}, .max_flows = 50'000},
                        .talkers = {.max_keys = 65'536},
                        .names = {.file = "/srv/names"},
                        .log = {.level = "debug", .format = LogFormat::Json}};
  EXPECT_EQ(config, expected);
}

TEST(MergeConfig, TakesOneAddressWithoutAnArray) {
  EXPECT_EQ(read("metrics.listen = \"[::1]:10087\"").metrics.listen,
            std::vector<std::string>{"[::1]:10087"});
}

TEST(MergeConfig, TakesNoAddressAtAll) {
  EXPECT_TRUE(read("metrics.listen = []").metrics.listen.empty());
}

TEST(MergeConfig, ReadsUpdatesAsWordOrTruthValue) {
  EXPECT_EQ(read("events.updates = true").events.updates, Updates::On);
  EXPECT_EQ(read("events.updates = \"off\"").events.updates, Updates::Off);
  EXPECT_EQ(read("events.updates = \"auto\"").events.updates, Updates::Auto);
}

TEST(MergeConfig, KeepsWhatAFileDoesNotName) {
  Config config;
  config.log.level = "debug";
  EXPECT_TRUE(merge_config(config, "[log]\nformat = \"json\"", "f").empty());
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_EQ(config.log.format, LogFormat::Json);
}

TEST(MergeConfig, ReplacesArraysInsteadOfAppending) {
  Config config;
  EXPECT_TRUE(merge_config(config, "metrics.listen = [\"[::1]:1\"]", "f").empty());
  EXPECT_EQ(config.metrics.listen, std::vector<std::string>{"[::1]:1"});
}

TEST(MergeConfig, LeavesTheConfigurationAloneOnAnyProblem) {
  Config config;
  EXPECT_FALSE(merge_config(config, "strict = true\nunknown_key = 1", "f").empty());
  EXPECT_EQ(config, Config{});
}

TEST(MergeConfig, TellsAllProblemsInTheOrderOfTheFile) {
  EXPECT_EQ(
      problems_of("[table]\nmax_flows = 1\n[log]\nlevel = 3\n[events]\nbuffr_bytes = 1\n"),
      "f:2:13: table.max_flows: 1 is out of range: it must be from 1000 to 100000000\n"
      "f:4:9: log.level: must be a string in quotes, for example \"info\", not a whole number\n"
      "f:6:1: unknown key \"buffr_bytes\" in [events]; did you mean \"buffer_bytes\"?\n");
}

TEST(MergeConfig, CountsProblemsBeyondAHundred) {
  std::string text;
  for (int i = 0; i < 103; ++i) {
    text += "nonsense" + std::to_string(i) + " = 1\n";
  }
  Config config;
  const auto problems = merge_config(config, text, "f");
  ASSERT_EQ(problems.size(), 101U);
  EXPECT_EQ(problems.back().where, "f");
  EXPECT_EQ(problems.back().text, "3 more problems");
}

TEST(MergeConfig, ShowsNoControlCharacterOfAFile) {
  EXPECT_EQ(problems_of("\"\\u001b[31m\" = 1"),
            "f:1:1: unknown key \"\\x1b[31m\"; known here: mode, strict, runtime_dir, state_dir, "
            "metrics, events, table, talkers, names, log\n");
}

TEST(MergeConfig, SurvivesKeysAsDeepAsALineAllows) {
  std::string deep = "a";
  while (deep.size() + 10 < kMaxLineBytes) {
    deep += ".a";
  }
  EXPECT_NE(problems_of("[" + deep + "]\n" + deep + " = [{" + "\n"), "");
  EXPECT_NE(
      problems_of("[" + deep + "]\n" + deep + " = [\n{" + deep + " = [\n{" + deep + " = 1}]}]\n"),
      "");
}

struct Case {
  const char* name;
  const char* text;
  const char* problem;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class ConfigProblemAt : public testing::TestWithParam<Case> {};

TEST_P(ConfigProblemAt, IsNamedWithItsPlaceAndWhatIsRight) {
  EXPECT_EQ(problems_of(GetParam().text), std::string("f:") + GetParam().problem + "\n");
}

const auto kCases = testing::Values(
    Case{"UnknownKey", "\nstric = true", "2:1: unknown key \"stric\"; did you mean \"strict\"?"},
    Case{"UnknownTable", "[metrcs]\nper_cpu = true",
         "1:2: unknown table \"metrcs\"; did you mean \"metrics\"?"},
    Case{"UnknownDottedKey", "metrics.lisen = 5",
         "1:9: unknown key \"lisen\" in [metrics]; did you mean \"listen\"?"},
    Case{"KeyOfAnotherTable", "[log]\nmax_flows = 5000",
         "2:1: unknown key \"max_flows\" in [log]; did you mean \"max_flows\" in [table]?"},
    Case{"KeyWithoutItsTable", "resync_interval = \"10m\"",
         "1:1: unknown key \"resync_interval\"; did you mean \"resync_interval\" in [table]?"},
    Case{"TopLevelKeyInATable", "[metrics]\n  runtime_dir = \"/run\"",
         "2:3: unknown key \"runtime_dir\" in [metrics]; \"runtime_dir\" belongs to the top of the "
         "file, before the first [table]"},
    Case{"KeyThatIsNothing", "[log]\ncolour = true",
         "2:1: unknown key \"colour\" in [log]; known here: level, format"},
    Case{"TableAsValue", "metrics = 5",
         "1:1: metrics must be a table: write [metrics] on a line of its own and its keys below"},
    Case{"ArrayOfTables", "[[log]]\nlevel = \"info\"",
         "1:3: log must be a table: write [log] on a line of its own and its keys below"},
    Case{"TuneMode", "mode = \"tune\"",
         "1:8: mode \"tune\" is not available: this version observes and changes nothing; set "
         "mode to \"observe\" or leave it out"},
    Case{"UnknownMode", "mode = \"obsrve\"",
         "1:8: mode: \"obsrve\" is not one of observe, tune; did you mean \"observe\"?"},
    Case{"StringForBool", "strict = \"true\"",
         "1:10: strict: must be true or false without quotes, not a string"},
    Case{"BoolForString", "[log]\nformat = true",
         "2:10: log.format: must be a string in quotes, for example \"text\", not true or false"},
    Case{"RelativePath", "runtime_dir = \"run\"",
         "1:15: runtime_dir: \"run\" is not an absolute path: write the whole path from /, for "
         "example \"/run/ctwarden\""},
    Case{"SizeUnit", "events.buffer_bytes = \"8MB\"",
         "1:23: events.buffer_bytes: \"8MB\" is not a size: write bytes, or a whole number with "
         "KiB, MiB or GiB, for example \"8MiB\"; did you mean \"8MiB\"?"},
    Case{"SizeType", "events.buffer_bytes = 8.5",
         "1:23: events.buffer_bytes: must be a size, for example \"8MiB\", not a number with a "
         "fraction or exponent"},
    Case{"SizeRange", "events.buffer_bytes = \"32KiB\"",
         "1:23: events.buffer_bytes: 32KiB is out of range: it must be from 64KiB to 1GiB"},
    Case{"SizeNegative", "events.buffer_bytes = -1",
         "1:23: events.buffer_bytes: -1 is out of range: it must not be negative"},
    Case{"SizeOrder", "[events]\nbuffer_bytes = \"16MiB\"\nbuffer_max_bytes = \"8MiB\"",
         "3:20: events.buffer_max_bytes (8MiB) is less than events.buffer_bytes (16MiB): set it to "
         "\"16MiB\" or more"},
    Case{"SizeAboveTheDefaultMaximum", "[events]\nbuffer_bytes = \"128MiB\"",
         "2:16: events.buffer_max_bytes (64MiB) is less than events.buffer_bytes (128MiB): set it "
         "to \"128MiB\" or more"},
    Case{"DurationWithoutUnit", "table.resync_interval = 600",
         "1:25: table.resync_interval: must be a string with a unit: \"600s\" if seconds are "
         "meant"},
    Case{"DurationRange", "table.resync_interval = \"5s\"",
         "1:25: table.resync_interval: 5s is out of range: it must be from 10s to 1d"},
    Case{"FlowsAsFloat", "table.max_flows = 4e6",
         "1:19: table.max_flows: must be a whole number without quotes, for example 4000000, not a "
         "number with a fraction or exponent"},
    Case{"DateForNumber", "table.max_flows = 2026-01-01",
         "1:19: table.max_flows: must be a whole number without quotes, for example 4000000, not a "
         "date or time"},
    Case{"UpdatesWord", "events.updates = \"atuo\"",
         "1:18: events.updates: \"atuo\" is not one of auto, true, false, on, off; did you mean "
         "\"auto\"?"},
    Case{"UpdatesType", "events.updates = 1",
         "1:18: events.updates: must be \"auto\", true or false, not a whole number"},
    Case{"ElementType", "metrics.allowed_hosts = [\"a\",\n  7]",
         "2:3: metrics.allowed_hosts: must be a string in quotes, for example "
         "\"node1.example.org\", not a whole number"},
    Case{"ElementValue", "metrics.allowed_hosts = [\"a\", \"b:1\"]",
         "1:31: metrics.allowed_hosts: \"b:1\" is not a host name: write the name alone, without "
         "scheme, port or wildcard, for example \"node1.example.org\""},
    Case{"AddressTwice", "metrics.listen = [\"[::]:1\", \"[::]:1\"]",
         "1:18: \"[::]:1\" is listed twice in metrics.listen"},
    Case{"KeyTwice", "strict = true\nstrict = false",
         "2:10: not valid TOML: Error while parsing key-value pair: cannot redefine existing "
         "boolean 'strict'"},
    Case{"TableTwice", "[log]\n[metrics]\n[log]",
         "3:1: not valid TOML: Error while parsing table header: cannot redefine existing table "
         "'log'"},
    Case{"BrokenTable", "\n[log\n",
         "2:5: not valid TOML: Error while parsing table header: expected ']', saw '\\n'"},
    Case{"KeyWithoutStart", "[=",
         "1:2: not valid TOML: Error while parsing key: expected bare key starting character or "
         "string delimiter, saw '='"},
    Case{"NoValue", "mode = \n",
         "1:8: not valid TOML: Error while parsing key-value pair: expected value, saw '\\n'"},
    Case{"NestedTooDeep", "x = [[[[[1]]]]]",
         "1:9: not valid TOML: Error while parsing value: exceeded maximum nested value depth of 4 "
         "(TOML_MAX_NESTED_VALUES)"},
    Case{
        "LetterOutsideQuotes", "\xc3\xa9 = 1",
        "1:1: not valid TOML: Error while parsing root table: expected keys, tables, whitespace or "
        "comments, saw '\xc3\xa9'"},
    Case{"NotUtf8", "# a\n# \xc3\xa9 \xff", "2:5: not UTF-8: byte 0xff"});

INSTANTIATE_TEST_SUITE_P(MergeConfig, ConfigProblemAt, kCases,
                         [](const auto& tested) { return tested.param.name; });

TEST(MergeConfig, RefusesMoreThanAMebibyte) {
  EXPECT_EQ(problems_of(std::string(kMaxConfigBytes, '\n')), "");
  EXPECT_EQ(problems_of(std::string(kMaxConfigBytes + 1, '\n')),
            "f: is larger than 1048576 bytes: this cannot be a configuration\n");
}

}  // namespace
}  // namespace ctwarden::daemon
