// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/html.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstddef>

namespace ctwarden::exporter {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7f) {
          out += "\uFFFD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) {
    digits.insert(end - 3, ",");
  }
  return digits;
}

std::string short_number(double number) {
  const double size = std::abs(number);
  if (size == 0) {
    return "0";
  }
  if (size < 1) {
    return fmt::format("{:.2f}", number);
  }
  if (size < 9.95) {
    return fmt::format("{:.1f}", number);
  }
  // Beyond 2^53 a double no longer counts single things, and the cast would soon overflow.
  constexpr double kLargest = 9007199254740992.0;
  const auto whole = static_cast<std::uint64_t>(std::llround(std::fmin(size, kLargest)));
  return (number < 0 ? "-" : "") + grouped(whole);
}

std::string percent(double part, double whole) {
  if (part <= 0 || whole <= 0) {
    return "0 %";
  }
  const double value = 100 * part / whole;
  if (value < 0.1) {
    return "<0.1 %";
  }
  if (value > 99 && part < whole) {
    return ">99 %";
  }
  return value < 9.95 ? fmt::format("{:.1f} %", value) : fmt::format("{:.0f} %", value);
}

std::string utc_time(double unix_seconds) {
  using std::chrono::sys_seconds;
  const sys_seconds at{std::chrono::seconds(static_cast<std::int64_t>(unix_seconds))};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace ctwarden::exporter
