// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/log.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <limits>

namespace ctwarden::daemon {
namespace {

using namespace std::chrono_literals;

// 2023-11-14 22:13:20.007 UTC.
const std::chrono::system_clock::time_point kTime{1'700'000'000'007ms};

std::string text(std::string_view message, std::initializer_list<LogField> fields,
                 LogTarget target = LogTarget::Plain, LogLevel level = LogLevel::Info) {
  return render_text({.time = kTime, .level = level, .message = message, .fields = fields}, target);
}

std::string logged(const LogConfig& config, void (*write)()) {
  testing::internal::CaptureStderr();
  start_logging(config);
  write();
  return testing::internal::GetCapturedStderr();
}

TEST(RenderText, HasTimeLevelMessageAndFields) {
  EXPECT_EQ(text("table resynced", {{"flows", 12U}, {"reason", "interval"}}),
            "2023-11-14T22:13:20.007Z info    table resynced flows=12 reason=interval");
}

TEST(RenderText, QuotesValuesThatWouldRunTogether) {
  EXPECT_EQ(text("m", {{"a", "two words"}, {"b", ""}, {"c", "x=\"y\\"}}),
            "2023-11-14T22:13:20.007Z info    m a=\"two words\" b=\"\" c=\"x=\\\"y\\\\\"");
}

TEST(RenderText, ShowsEveryKindOfValue) {
  EXPECT_EQ(text("m",
                 {{"a", true},
                  {"b", -1},
                  {"c", std::numeric_limits<std::uint64_t>::max()},
                  {"d", 0.5},
                  {"e", std::string("s")}},
                 LogTarget::Journal),
            "<6>m a=true b=-1 c=18446744073709551615 d=0.5 e=s");
}

TEST(RenderText, GivesTheJournalAPriorityAndNoTime) {
  EXPECT_EQ(text("m", {}, LogTarget::Journal, LogLevel::Debug), "<7>m");
  EXPECT_EQ(text("m", {}, LogTarget::Journal, LogLevel::Info), "<6>m");
  EXPECT_EQ(text("m", {}, LogTarget::Journal, LogLevel::Warning), "<4>m");
  EXPECT_EQ(text("m", {}, LogTarget::Journal, LogLevel::Error), "<3>m");
}

TEST(RenderText, LetsNothingForgeALineOrReachATerminal) {
  EXPECT_EQ(text("a\n<0>b", {{"k\x1b", "v\r\x9b"}}, LogTarget::Journal),
            "<6>a\\n<0>b k\\x1b=v\\r\\x9b");
}

TEST(LogTarget, IsTheJournalOnlyWhenTheDescriptorIsItsStream) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  struct stat status{};
  ASSERT_EQ(fstat(ends[1], &status), 0);
  const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  EXPECT_EQ(log_target(stream.c_str(), ends[1]), LogTarget::Journal);
  EXPECT_EQ(log_target((stream + "0").c_str(), ends[1]), LogTarget::Plain);
  EXPECT_EQ(log_target(nullptr, ends[1]), LogTarget::Plain);
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(log_target(stream.c_str(), -1), LogTarget::Plain);
}

TEST(Log, WritesOneLineAMessage) {
  const std::string out = logged({}, [] { log_info("hello", {{"n", 1}}); });
  EXPECT_TRUE(out.ends_with("Z info    hello n=1\n")) << out;
  EXPECT_EQ(out.find('\n'), out.size() - 1);
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  const auto write = [] {
    log_debug("one");
    log_info("two");
    log_warning("three");
    log_error("four");
  };
  const std::string out = logged({.level = "warning", .format = LogFormat::Text}, write);
  EXPECT_EQ(out.find("one"), std::string::npos);
  EXPECT_EQ(out.find("two"), std::string::npos);
  EXPECT_NE(out.find("three"), std::string::npos);
  EXPECT_NE(out.find("four"), std::string::npos);
}

TEST(Log, ChangesLevelAndFormatWhenStartedAgain) {
  EXPECT_EQ(logged({.level = "info", .format = LogFormat::Text}, [] { log_debug("d"); }), "");
  EXPECT_FALSE(log_enabled(LogLevel::Debug));
  const std::string out =
      logged({.level = "debug", .format = LogFormat::Json}, [] { log_debug("d"); });
  EXPECT_TRUE(log_enabled(LogLevel::Debug));
  EXPECT_TRUE(out.ends_with("\"level\":\"debug\",\"msg\":\"d\"}\n")) << out;
}

TEST(Log, DoesNotInterpretBracesInAMessage) {
  const std::string out = logged({}, [] { log_info("{} {0} %v %s"); });
  EXPECT_NE(out.find("{} {0} %v %s\n"), std::string::npos) << out;
}

TEST(Log, SpeaksTheJournalsWayOnItsStream) {
  testing::internal::CaptureStderr();
  struct stat status{};
  ASSERT_EQ(fstat(STDERR_FILENO, &status), 0);
  const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  ASSERT_EQ(setenv("JOURNAL_STREAM", stream.c_str(), 1), 0);
  start_logging({});
  log_warning("careful");
  ASSERT_EQ(unsetenv("JOURNAL_STREAM"), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<4>careful\n");
}

}  // namespace
}  // namespace ctwarden::daemon
