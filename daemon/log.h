// SPDX-License-Identifier: GPL-2.0-or-later
//
// The daemon's log: one line a message on stderr, as text or as JSON, with structured fields.
// Nothing that is logged can break a line, reach a terminal as a control character, or make a JSON
// line invalid. Only daemon/ logs; the other layers return what happened.
#pragma once

#include "daemon/config.h"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace ctwarden::daemon {

enum class LogLevel : std::uint8_t {
  Trace,
  Debug,
  Info,
  Warning,
  Error
};  // in the order of kLogLevels

// A number, a truth value or a text that outlives the call it is passed to.
class LogValue {
 public:
  using Held = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

  template <std::signed_integral T>
  LogValue(T number) : held_(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogValue(T number) : held_(static_cast<std::uint64_t>(number)) {}
  template <std::same_as<bool> T>
  LogValue(T flag) : held_(flag) {}
  LogValue(double number) : held_(number) {}
  LogValue(const char* text) : held_(std::string_view(text)) {}
  LogValue(std::string_view text) : held_(text) {}
  LogValue(const std::string& text) : held_(std::string_view(text)) {}

  [[nodiscard]] const Held& held() const { return held_; }

 private:
  Held held_;
};

// Keys are fixed words of the source; "ts", "level" and "msg" are taken.
struct LogField {
  LogField(std::string_view its_key, LogValue its_value) : key(its_key), value(its_value) {}
  std::string_view key;
  LogValue value;
};

struct LogRecord {
  std::chrono::system_clock::time_point time;
  LogLevel level = LogLevel::Info;
  std::string_view message;
  std::span<const LogField> fields;
};

enum class LogTarget : std::uint8_t { Plain, Journal };

// One line without its end. Text for the journal starts with a priority ("<6>") and leaves the time
// to journald.
[[nodiscard]] std::string render_text(const LogRecord& record, LogTarget target);
[[nodiscard]] std::string render_json(const LogRecord& record);

// Journal if `journal_stream` ("DEVICE:INODE", from JOURNAL_STREAM) names what `descriptor` is
// connected to; see systemd.exec(5). A redirected stderr keeps the variable, so the variable alone
// proves nothing.
[[nodiscard]] LogTarget log_target(const char* journal_stream, int descriptor);

// Sets level and format; called again, it changes them. Before the first call, text from level info
// on is logged.
void start_logging(const LogConfig& config);

[[nodiscard]] bool log_enabled(LogLevel level);
void log(LogLevel level, std::string_view message, std::span<const LogField> fields = {});

// log_info("table resynced", {{"flows", flows}, {"reason", "interval"}});
using LogFields = std::initializer_list<LogField>;
void log_debug(std::string_view message, LogFields fields = {});
void log_info(std::string_view message, LogFields fields = {});
void log_warning(std::string_view message, LogFields fields = {});
void log_error(std::string_view message, LogFields fields = {});

}  // namespace ctwarden::daemon
