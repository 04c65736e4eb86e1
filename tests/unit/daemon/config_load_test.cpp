// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_merge.h"
#include "tests/unit/daemon/scratch_folder.h"

#include <gtest/gtest.h>

namespace ctwarden::daemon {
namespace {

Options with_file(const std::string& file) {
  Options options;
  options.config_file = file;
  return options;
}

Config loaded(const Options& options, const std::vector<std::string>& environment = {}) {
  const auto config = load_config(options, environment);
  EXPECT_EQ(config ? "" : render_problems(config.error()), "");
  return config.value_or(Config{});
}

std::string refused(const Options& options, const std::vector<std::string>& environment = {}) {
  const auto config = load_config(options, environment);
  return config ? "no problem" : render_problems(config.error());
}

TEST(LoadConfig, LetsDropInsOverrideTheMainFileInTheirOrder) {
  ScratchFolder folder;
  const auto main = folder.write("c.toml", "log.level = \"error\"\nlog.format = \"json\"");
  folder.write("c.d/10.toml", "log.level = \"debug\"");
  folder.write("c.d/20.toml", "log.level = \"trace\"");
  EXPECT_EQ(loaded(with_file(main)).log, (LogConfig{.level = "trace", .format = LogFormat::Json}));
}

TEST(LoadConfig, LetsTheEnvironmentOverrideFiles) {
  ScratchFolder folder;
  const auto main = folder.write("c.toml", "log.level = \"error\"\nstate_dir = \"/srv/file\"");
  const Config config = loaded(with_file(main), {"CTWARDEN_LOG_LEVEL=debug"});
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_EQ(config.state_dir, "/srv/file");
}

TEST(LoadConfig, LetsFlagsOverrideTheEnvironment) {
  ScratchFolder folder;
  Options options = with_file(folder.write("c.toml", "metrics.listen = \"127.0.0.1:1\""));
  options.metrics_listen = {"127.0.0.1:3", "[::1]:3"};
  options.log_level = "trace";
  options.log_format = LogFormat::Json;
  options.runtime_dir = "/run/flag";
  options.state_dir = "/srv/flag";
  options.mode = Mode::Observe;
  options.strict = true;
  const Config config = loaded(
      options, {"CTWARDEN_METRICS_LISTEN=127.0.0.1:2", "CTWARDEN_LOG_LEVEL=error",
                "CTWARDEN_LOG_FORMAT=text", "CTWARDEN_RUNTIME_DIR=/run/env",
                "CTWARDEN_STATE_DIR=/srv/env", "CTWARDEN_STRICT=false", "CTWARDEN_MODE=observe"});
  Config expected;
  expected.metrics.listen = {"127.0.0.1:3", "[::1]:3"};
  expected.log = {.level = "trace", .format = LogFormat::Json};
  expected.runtime_dir = "/run/flag";
  expected.state_dir = "/srv/flag";
  expected.strict = true;
  EXPECT_EQ(config, expected);
}

TEST(LoadConfig, KeepsStrictFromAFileWithoutTheFlag) {
  ScratchFolder folder;
  EXPECT_TRUE(loaded(with_file(folder.write("c.toml", "strict = true"))).strict);
}

TEST(LoadConfig, TakesTheFileFromTheEnvironmentUnlessAFlagNamesOne) {
  ScratchFolder folder;
  const auto of_environment = folder.write("e.toml", "log.level = \"debug\"");
  const auto of_flag = folder.write("f.toml", "log.level = \"error\"");
  EXPECT_EQ(loaded({}, {"CTWARDEN_CONFIG=" + of_environment}).log.level, "debug");
  EXPECT_EQ(loaded(with_file(of_flag), {"CTWARDEN_CONFIG=" + of_environment}).log.level, "error");
}

TEST(LoadConfig, RefusesANamedFileThatIsMissing) {
  EXPECT_EQ(refused(with_file("/nonexistent/c.toml")),
            "/nonexistent/c.toml: cannot be read: No such file or directory\n");
  EXPECT_EQ(refused({}, {"CTWARDEN_CONFIG=/nonexistent/e.toml"}),
            "/nonexistent/e.toml: cannot be read: No such file or directory\n");
}

TEST(LoadConfig, TakesADirectoryOnTheCommandLineFromWhereItWasTyped) {
  ScratchFolder folder;
  Options options = with_file(folder.write("c.toml", ""));
  options.runtime_dir = "run";
  EXPECT_EQ(loaded(options).runtime_dir, std::filesystem::current_path() / "run");
}

TEST(LoadConfig, TellsTheProblemsOfAllSourcesTogether) {
  ScratchFolder folder;
  Options options = with_file(folder.write("c.toml", "strikt = true\nmode = \"tune\""));
  const auto drop_in = folder.write("c.d/a.toml", "\n[log]\nlevel = \"loud\"");
  options.log_level = "quiet";
  const std::string main = options.config_file->native();
  EXPECT_EQ(refused(options, {"CTWARDEN_LOG_FORMAT=xml"}),
            main + ":1:1: unknown key \"strikt\"; did you mean \"strict\"?\n" + drop_in +
                ":3:9: log.level: \"loud\" is not one of trace, debug, info, warning, error\n"
                "environment CTWARDEN_LOG_FORMAT: \"xml\" is not one of text, json\n"
                "--log-level: \"quiet\" is not one of trace, debug, info, warning, error\n" +
                main +
                ":2:8: mode \"tune\" is not available: this version observes and changes "
                "nothing; set mode to \"observe\" or leave it out\n");
}

TEST(LoadConfig, ReturnsProblemsThatAreSafeToPrint) {
  const auto config = load_config(with_file("/nonexistent/\x1b[2J"), {"CTWARDEN_\n=1"});
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 2U);
  EXPECT_EQ(config.error()[0].where, "/nonexistent/\\x1b[2J");
  EXPECT_EQ(config.error()[1].where, "environment CTWARDEN_\\n");
}

TEST(LoadConfig, RefusesTuneFromEverySource) {
  ScratchFolder folder;
  const auto empty = folder.write("c.toml", "");
  Options flag = with_file(empty);
  flag.mode = Mode::Tune;
  EXPECT_TRUE(refused(flag).starts_with("--mode: mode \"tune\" is not available"));
  EXPECT_TRUE(refused(with_file(empty), {"CTWARDEN_MODE=tune"})
                  .starts_with("environment CTWARDEN_MODE: mode \"tune\" is not available"));
}

TEST(LoadConfig, ComparesBufferSizesOfDifferentFiles) {
  ScratchFolder folder;
  const auto main = folder.write("c.toml", "events.buffer_bytes = \"128MiB\"");
  const auto drop_in = folder.write("c.d/a.toml", "events.buffer_max_bytes = \"256MiB\"");
  EXPECT_EQ(loaded(with_file(main)).events.buffer_bytes, 128U << 20);
  folder.write("c.d/b.toml", "events.buffer_max_bytes = \"1MiB\"");
  EXPECT_TRUE(refused(with_file(main))
                  .starts_with(folder.path().native() + "/c.d/b.toml:1:27: events.buffer_max_bytes "
                                                        "(1MiB) is less than"));
}

TEST(LoadConfig, ChecksAddressesOfFlags) {
  ScratchFolder folder;
  Options options = with_file(folder.write("c.toml", ""));
  options.metrics_listen = {"127.0.0.1:1", "nowhere"};
  EXPECT_TRUE(refused(options).starts_with("--metrics-listen: "));
  options.metrics_listen = {"127.0.0.1:1", "127.0.0.1:1"};
  EXPECT_EQ(refused(options),
            "--metrics-listen: \"127.0.0.1:1\" is listed twice in metrics.listen\n");
}

}  // namespace
}  // namespace ctwarden::daemon
