// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/log.h"

#include "daemon/printable.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <type_traits>

namespace ctwarden::daemon {

namespace {

std::string_view name(LogLevel level) { return kLogLevels.at(static_cast<std::size_t>(level)); }

// Syslog priorities (syslog(3)); there is none below debug.
int priority(LogLevel level) {
  static constexpr std::array<int, kLogLevels.size()> kPriorities = {7, 7, 6, 4, 3};
  return kPriorities.at(static_cast<std::size_t>(level));
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  static constexpr std::array<spdlog::level::level_enum, kLogLevels.size()> kLevels = {
      spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
      spdlog::level::err};
  return kLevels.at(static_cast<std::size_t>(level));
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), millis.count());
}

// Quotes only where a reader could not tell where the value ends.
std::string text_of(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::none_of(text, [](char c) {
    return c == ' ' || c == '"' || c == '=' || c == '\\';
  });
  if (plain) {
    return to_printable(text);
  }
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      escaped += '\\';
    }
    escaped += c;
  }
  return '"' + to_printable(escaped) + '"';
}

std::string text_of(const LogValue& value) {
  return std::visit(
      [](auto held) -> std::string {
        if constexpr (std::is_same_v<decltype(held), std::string_view>) {
          return text_of(held);
        } else {
          return fmt::format("{}", held);
        }
      },
      value.held());
}

std::string json_of(const LogValue& value) {
  return std::visit(
      [](auto held) -> std::string {
        if constexpr (std::is_same_v<decltype(held), std::string_view>) {
          return to_json_string(held);
        } else if constexpr (std::is_same_v<decltype(held), double>) {
          return std::isfinite(held) ? fmt::format("{}", held) : "null";  // JSON has no NaN
        } else {
          return fmt::format("{}", held);
        }
      },
      value.held());
}

struct Log {
  LogFormat format = LogFormat::Text;
  LogTarget target = log_target(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  spdlog::logger logger{"ctwardend", std::make_shared<spdlog::sinks::stderr_sink_st>()};
  Log() { logger.set_pattern("%v"); }  // the line is complete when it gets there
};

Log& the_log() {
  static Log log;
  return log;
}

}  // namespace

std::string render_text(const LogRecord& record, LogTarget target) {
  std::string line = target == LogTarget::Journal
                         ? fmt::format("<{}>", priority(record.level))
                         : fmt::format("{} {:<7} ", rfc3339(record.time), name(record.level));
  line += to_printable(record.message);
  for (const LogField& field : record.fields) {
    line += fmt::format(" {}={}", to_printable(field.key), text_of(field.value));
  }
  return line;
}

std::string render_json(const LogRecord& record) {
  std::string line = fmt::format(R"({{"ts":"{}","level":"{}","msg":{})", rfc3339(record.time),
                                 name(record.level), to_json_string(record.message));
  for (const LogField& field : record.fields) {
    line += fmt::format(",{}:{}", to_json_string(field.key), json_of(field.value));
  }
  return line += '}';
}

LogTarget log_target(const char* journal_stream, int descriptor) {
  struct stat status{};
  if (journal_stream == nullptr || fstat(descriptor, &status) != 0) {
    return LogTarget::Plain;
  }
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == journal_stream ? LogTarget::Journal
                                                                              : LogTarget::Plain;
}

void start_logging(const LogConfig& config) {
  Log& log = the_log();
  const auto found = std::ranges::find(kLogLevels, config.level);
  const auto level = found == kLogLevels.end() ? LogLevel::Info
                                               : static_cast<LogLevel>(found - kLogLevels.begin());
  log.logger.set_level(to_spdlog(level));
  log.format = config.format;
  log.target = log_target(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
}

bool log_enabled(LogLevel level) { return the_log().logger.should_log(to_spdlog(level)); }

void log(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  Log& log = the_log();
  if (!log.logger.should_log(to_spdlog(level))) {
    return;
  }
  const LogRecord record{.time = std::chrono::system_clock::now(),
                         .level = level,
                         .message = message,
                         .fields = fields};
  const std::string line =
      log.format == LogFormat::Json ? render_json(record) : render_text(record, log.target);
  log.logger.log(to_spdlog(level), spdlog::string_view_t(line));
}

void log_debug(std::string_view message, LogFields fields) {
  log(LogLevel::Debug, message, fields);
}
void log_info(std::string_view message, LogFields fields) { log(LogLevel::Info, message, fields); }
void log_warning(std::string_view message, LogFields fields) {
  log(LogLevel::Warning, message, fields);
}
void log_error(std::string_view message, LogFields fields) {
  log(LogLevel::Error, message, fields);
}

}  // namespace ctwarden::daemon
