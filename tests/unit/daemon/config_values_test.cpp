// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_values.h"

#include <gtest/gtest.h>

namespace ctwarden::daemon {
namespace {

using std::chrono::seconds;

TEST(ParseSize, ReadsBytesAndBinaryUnits) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("4000000"), 4'000'000U);
  EXPECT_EQ(parse_size("512KiB"), 524'288U);
  EXPECT_EQ(parse_size("8MiB"), 8'388'608U);
  EXPECT_EQ(parse_size("1GiB"), 1'073'741'824U);
  EXPECT_EQ(parse_size("18446744073709551615"), 18'446'744'073'709'551'615U);
}

TEST(ParseSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "MiB", "8 MiB", " 8MiB", "8MiB ", "-1", "+1", "0x10", "1.5MiB",
                           "8MB", "8mib", "8TiB", "18446744073709551616", "17179869184GiB"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(ParseSize, SaysWhatWasProbablyMeant) {
  EXPECT_EQ(parse_size("8MB").error().context,
            "\"8MB\" is not a size: write bytes, or a whole number with KiB, MiB or GiB, for "
            "example \"8MiB\"; did you mean \"8MiB\"?");
  EXPECT_TRUE(parse_size("64k").error().context.ends_with("; did you mean \"64KiB\"?"));
  EXPECT_TRUE(parse_size("8 apples").error().context.ends_with("for example \"8MiB\""));
}

TEST(ParseDuration, ReadsOneNumberAndOneUnit) {
  EXPECT_EQ(parse_duration("0s"), seconds{0});
  EXPECT_EQ(parse_duration("30s"), seconds{30});
  EXPECT_EQ(parse_duration("10m"), seconds{600});
  EXPECT_EQ(parse_duration("2h"), seconds{7200});
  EXPECT_EQ(parse_duration("1d"), seconds{86400});
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "10", "500ms", "1.5h", "1h30m", "10 m", "-10s", "m", "10min",
                           "9223372036854775808s", "99999999999999999999s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(ParseDuration, SaysWhatIsRight) {
  EXPECT_EQ(parse_duration("500ms").error().context,
            "\"500ms\" is not a duration: write a whole number with one unit, s, m, h or d, for "
            "example \"90s\" or \"10m\"");
}

TEST(RenderSize, IsReadBackAsTheSame) {
  for (const std::uint64_t bytes : {0ULL, 1ULL, 1023ULL, 1024ULL, 1025ULL, 65536ULL, 8ULL << 20,
                                    (8ULL << 20) + 1, 1ULL << 30, ~0ULL}) {
    EXPECT_EQ(parse_size(render_size(bytes)), bytes) << render_size(bytes);
  }
  EXPECT_EQ(render_size(8ULL << 20), "8MiB");
  EXPECT_EQ(render_size(1536), "1536");
}

TEST(RenderDuration, IsReadBackAsTheSame) {
  for (const int count : {0, 1, 59, 60, 61, 600, 3600, 3601, 86400, 90000}) {
    EXPECT_EQ(parse_duration(render_duration(seconds{count})), seconds{count});
  }
  EXPECT_EQ(render_duration(seconds{600}), "10m");
}

TEST(Ranges, AdmitTheirEndsAndNothingBeyond) {
  EXPECT_FALSE(check_buffer_bytes((64ULL << 10) - 1));
  EXPECT_TRUE(check_buffer_bytes(64ULL << 10));
  EXPECT_TRUE(check_buffer_bytes(1ULL << 30));
  EXPECT_FALSE(check_buffer_bytes((1ULL << 30) + 1));
  EXPECT_FALSE(check_resync_interval(seconds{9}));
  EXPECT_TRUE(check_resync_interval(seconds{10}));
  EXPECT_TRUE(check_resync_interval(seconds{86400}));
  EXPECT_FALSE(check_resync_interval(seconds{86401}));
  EXPECT_FALSE(check_max_flows(999));
  EXPECT_TRUE(check_max_flows(1000));
  EXPECT_TRUE(check_max_flows(100'000'000));
  EXPECT_FALSE(check_max_flows(100'000'001));
}

TEST(CheckTopLines, AllowsNoneToAHundred) {
  EXPECT_TRUE(check_top_lines(0));
  EXPECT_TRUE(check_top_lines(100));
  EXPECT_FALSE(check_top_lines(101));
}

TEST(CheckMaxKeys, AllowsNoneOrEnoughToBeOfUse) {
  EXPECT_TRUE(check_max_keys(0));
  EXPECT_FALSE(check_max_keys(1023));
  EXPECT_TRUE(check_max_keys(1024));
  EXPECT_TRUE(check_max_keys(1U << 20));
  EXPECT_FALSE(check_max_keys((1U << 20) + 1));
}

TEST(ParseUpdates, KnowsTheWordsOfFilesAndPeople) {
  EXPECT_EQ(parse_updates("auto"), Updates::Auto);
  EXPECT_EQ(parse_updates("on"), Updates::On);
  EXPECT_EQ(parse_updates("true"), Updates::On);
  EXPECT_EQ(parse_updates("off"), Updates::Off);
  EXPECT_EQ(parse_updates("false"), Updates::Off);
  EXPECT_FALSE(parse_updates("always"));
}

TEST(ParseLogLevel, SuggestsTheWordForAnAbbreviation) {
  EXPECT_EQ(parse_log_level("warning"), "warning");
  EXPECT_EQ(parse_log_level("warn").error().context,
            "\"warn\" is not one of trace, debug, info, warning, error; did you mean "
            "\"warning\"?");
}

TEST(ParseSwitch, KnowsTrueAndFalseOnly) {
  EXPECT_EQ(parse_switch("true"), true);
  EXPECT_EQ(parse_switch("0"), false);
  EXPECT_FALSE(parse_switch("yes"));
}

TEST(ParseDirectory, WantsAnAbsolutePath) {
  EXPECT_EQ(parse_directory("/run/ctwarden/"), "/run/ctwarden/");
  EXPECT_EQ(parse_directory("/run/./a/../b"), "/run/b");
  EXPECT_FALSE(parse_directory("run/ctwarden"));
  EXPECT_FALSE(parse_directory(""));
  EXPECT_FALSE(parse_directory("/run/\x1b[2J"));
  EXPECT_FALSE(parse_directory("/run/\xff"));
}

TEST(ParseRuntimeDir, LeavesRoomForTheSocketsInIt) {
  EXPECT_TRUE(parse_runtime_dir("/" + std::string(95, 'a')));
  EXPECT_EQ(parse_runtime_dir("/" + std::string(96, 'a')).error().context,
            "\"/" + std::string(59, 'a') +
                "...\" is too long for the sockets in it: 97 bytes, at most 96");
}

TEST(ParseNamesFile, WantsAnAbsolutePathOrNone) {
  EXPECT_EQ(parse_names_file("/etc/ctwarden/names"), "/etc/ctwarden/names");
  EXPECT_EQ(parse_names_file(""), "");
  EXPECT_FALSE(parse_names_file("names"));
  EXPECT_FALSE(parse_names_file("/etc/\n"));
}

TEST(ParseHost, TakesNamesAlone) {
  EXPECT_EQ(parse_host("node1.example.org"), "node1.example.org");
  for (const char* text : {"", "*.example.org", "http://node1", "node1:10087", "a b", "[::1]"}) {
    EXPECT_FALSE(parse_host(text)) << text;
  }
}

TEST(ParseListen, RefusesWithTheServersReason) {
  EXPECT_EQ(parse_listen("127.0.0.1:10087"), "127.0.0.1:10087");
  EXPECT_EQ(parse_listen("unix:/run/ctwarden/metrics.sock"), "unix:/run/ctwarden/metrics.sock");
  EXPECT_FALSE(parse_listen("127.0.0.1"));
  EXPECT_FALSE(parse_listen("unix:/run/\n"));
}

}  // namespace
}  // namespace ctwarden::daemon
