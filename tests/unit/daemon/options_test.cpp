// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/options.h"

#include <gtest/gtest.h>

#include <sstream>

namespace ctwarden::daemon {
namespace {

struct Parsed {
  std::expected<Options, int> options;
  std::string out;
  std::string err;
};

Parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "ctwardend");
  std::ostringstream out;
  std::ostringstream err;
  auto options = parse_options(static_cast<int>(arguments.size()), arguments.data(), out, err);
  return {.options = std::move(options), .out = out.str(), .err = err.str()};
}

TEST(ParseOptions, SetsNothingThatWasNotGiven) {
  const auto parsed = parse({});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->config_file, std::nullopt);
  EXPECT_EQ(parsed.options->log_level, std::nullopt);
  EXPECT_EQ(parsed.options->log_format, std::nullopt);
  EXPECT_EQ(parsed.options->runtime_dir, std::nullopt);
  EXPECT_EQ(parsed.options->state_dir, std::nullopt);
  EXPECT_EQ(parsed.options->mode, std::nullopt);
  EXPECT_TRUE(parsed.options->metrics_listen.empty());
  EXPECT_FALSE(parsed.options->check_config || parsed.options->version || parsed.options->strict);
}

TEST(ParseOptions, ReadsEveryFlag) {
  const auto parsed =
      parse({"--config", "/etc/c.toml", "--check-config", "--version", "--log-level", "debug",
             "--log-format=json", "--metrics-listen", "127.0.0.1:1", "--metrics-listen=[::1]:1",
             "--runtime-dir", "/run/a", "--state-dir", "/srv/a", "--mode", "tune", "--strict"});
  ASSERT_TRUE(parsed.options) << parsed.err;
  EXPECT_EQ(parsed.options->config_file, "/etc/c.toml");
  EXPECT_TRUE(parsed.options->check_config);
  EXPECT_TRUE(parsed.options->version);
  EXPECT_EQ(parsed.options->log_level, "debug");
  EXPECT_EQ(parsed.options->log_format, LogFormat::Json);
  EXPECT_EQ(parsed.options->metrics_listen, (std::vector<std::string>{"127.0.0.1:1", "[::1]:1"}));
  EXPECT_EQ(parsed.options->runtime_dir, "/run/a");
  EXPECT_EQ(parsed.options->state_dir, "/srv/a");
  EXPECT_EQ(parsed.options->mode, Mode::Tune);
  EXPECT_TRUE(parsed.options->strict);
}

TEST(ParseOptions, PrintsHelpAndEndsWithZero) {
  const auto parsed = parse({"--help"});
  ASSERT_FALSE(parsed.options);
  EXPECT_EQ(parsed.options.error(), 0);
  EXPECT_EQ(parsed.err, "");
  for (const char* part :
       {"--config FILE", "--check-config", "--version", "--log-level LEVEL", "--log-format FORMAT",
        "--metrics-listen ADDR:PORT", "--runtime-dir DIR", "--state-dir DIR", "--mode MODE",
        "--strict", "/etc/ctwarden/ctwarden.toml", "ctwardend --config", "0  clean stop",
        "1  runtime failure", "2  usage", "4  missing privilege", "6  invalid configuration",
        "7  another instance holds the runtime directory"}) {
    EXPECT_NE(parsed.out.find(part), std::string::npos) << part << "\n" << parsed.out;
  }
}

struct Mistake {
  const char* name;
  std::vector<const char*> arguments;
  const char* message;
};

class UsageMistake : public testing::TestWithParam<Mistake> {};

TEST_P(UsageMistake, EndsWithTwoAndSaysWhy) {
  const auto parsed = parse(GetParam().arguments);
  ASSERT_FALSE(parsed.options);
  EXPECT_EQ(parsed.options.error(), 2);
  EXPECT_EQ(parsed.out, "");
  EXPECT_EQ(parsed.err, std::string("ctwardend: ") + GetParam().message +
                            "\nRun \"ctwardend --help\" for the flags.\n");
}

const auto kMistakes = testing::Values(
    Mistake{"UnknownFlag",
            {"--conifg", "/etc/c.toml"},
            "unknown argument \"--conifg\"; did you mean \"--config\"?"},
    Mistake{"UnknownFlagWithValue",
            {"--log-levl=debug"},
            "unknown argument \"--log-levl=debug\"; did you mean \"--log-level\"?"},
    Mistake{"StrayWord", {"start"}, "unknown argument \"start\""},
    Mistake{"SecondWordAfterAnAddress",
            {"--metrics-listen", "127.0.0.1:1", "127.0.0.1:2"},
            "unknown argument \"127.0.0.1:2\""},
    Mistake{"ControlCharacters", {"--\x1b[2J"}, "unknown argument \"--\\x1b[2J\""},
    Mistake{"NoValue", {"--config"}, "--config: 1 required FILE missing"},
    Mistake{"EmptyFile", {"--config", ""}, "--config: must not be empty"},
    Mistake{"EmptyDirectory", {"--runtime-dir", ""}, "--runtime-dir: must not be empty"},
    Mistake{"LogLevel",
            {"--log-level", "warn"},
            "--log-level: \"warn\" is not one of trace, debug, info, warning, error; did you mean "
            "\"warning\"?"},
    Mistake{"LogFormat", {"--log-format", "xml"}, "--log-format: \"xml\" is not one of text, json"},
    Mistake{"ModeWord", {"--mode", "watch"}, "--mode: \"watch\" is not one of observe, tune"});

INSTANTIATE_TEST_SUITE_P(ParseOptions, UsageMistake, kMistakes,
                         [](const auto& tested) { return tested.param.name; });

TEST(ParseOptions, RefusesAFlagTwiceThatMeansOneThing) {
  const auto parsed = parse({"--log-level", "info", "--log-level", "debug"});
  ASSERT_FALSE(parsed.options);
  EXPECT_EQ(parsed.options.error(), 2);
  EXPECT_TRUE(parsed.err.starts_with("ctwardend: --log-level")) << parsed.err;
}

TEST(ParseOptions, RefusesAnAddressThatCannotBeRight) {
  const auto parsed = parse({"--metrics-listen", "127.0.0.1"});
  ASSERT_FALSE(parsed.options);
  EXPECT_EQ(parsed.options.error(), 2);
  EXPECT_TRUE(parsed.err.starts_with("ctwardend: --metrics-listen: ")) << parsed.err;
}

}  // namespace
}  // namespace ctwarden::daemon
