// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_values.h"

#include "control/http_server.h"
#include "daemon/printable.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace ctwarden::daemon {

using model::fail;
using model::Result;

namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};
constexpr auto kSizeUnits = std::to_array<Unit>({{.suffix = "GiB", .factor = 1ULL << 30},
                                                 {.suffix = "MiB", .factor = 1ULL << 20},
                                                 {.suffix = "KiB", .factor = 1ULL << 10},
                                                 {.suffix = "", .factor = 1}});
constexpr auto kTimeUnits = std::to_array<Unit>({{.suffix = "d", .factor = 86400},
                                                 {.suffix = "h", .factor = 3600},
                                                 {.suffix = "m", .factor = 60},
                                                 {.suffix = "s", .factor = 1}});

struct Quantity {
  std::uint64_t number;
  std::string_view unit;
};

// Digits, then the rest as the unit; nullopt without digits or when the number is beyond 64 bits.
std::optional<Quantity> split(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) {
    return std::nullopt;
  }
  return Quantity{.number = number,
                  .unit = text.substr(static_cast<std::size_t>(end - text.data()))};
}

std::optional<std::uint64_t> scaled(std::string_view text, std::span<const Unit> units) {
  const auto quantity = split(text);
  if (!quantity) {
    return std::nullopt;
  }
  const auto unit = std::ranges::find(units, quantity->unit, &Unit::suffix);
  if (unit == units.end() ||
      quantity->number > std::numeric_limits<std::uint64_t>::max() / unit->factor) {
    return std::nullopt;
  }
  return quantity->number * unit->factor;
}

std::string rendered(std::uint64_t number, std::span<const Unit> units) {
  const auto unit = std::ranges::find_if(
      units, [number](const Unit& u) { return number % u.factor == 0 && number >= u.factor; });
  return unit == units.end() ? fmt::format("{}{}", number, units.back().suffix)
                             : fmt::format("{}{}", number / unit->factor, unit->suffix);
}

// The size somebody meant who wrote "8M", "8MB" or "8mib".
std::string meant_size(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity || quantity->unit.empty()) {
    return {};
  }
  const char letter = static_cast<char>(quantity->unit.front() & ~0x20);
  const std::string_view rest = quantity->unit.substr(1);
  const bool known = letter == 'K' || letter == 'M' || letter == 'G';
  const bool tail = rest.empty() || rest == "B" || rest == "b" || rest == "i" || rest == "ib";
  return known && tail ? fmt::format("; did you mean \"{}{}iB\"?", quantity->number, letter)
                       : std::string{};
}

// What the word at the same place means.
template <typename T, std::size_t N>
Result<T> word_in(std::string_view text, const std::array<std::string_view, N>& words,
                  const std::array<T, N>& meanings) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) {
    return fail(EINVAL, fmt::format("{} is not one of {}{}", in_quotes(text),
                                    fmt::join(words, ", "), suggestion(text, words)));
  }
  return meanings.at(static_cast<std::size_t>(found - words.begin()));
}

std::unexpected<model::Error> out_of_range(const std::string& value, const std::string& least,
                                           const std::string& most) {
  return fail(ERANGE,
              fmt::format("{} is out of range: it must be from {} to {}", value, least, most));
}

}  // namespace

std::string_view name(Mode mode) noexcept { return kModes.at(static_cast<std::size_t>(mode)); }
std::string_view name(LogFormat format) noexcept {
  return kLogFormats.at(static_cast<std::size_t>(format));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  if (const auto bytes = scaled(text, kSizeUnits)) {
    return *bytes;
  }
  return fail(EINVAL, fmt::format("{} is not a size: write bytes, or a whole number with KiB, MiB "
                                  "or GiB, for example \"8MiB\"{}",
                                  in_quotes(text), meant_size(text)));
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  const auto count = scaled(text, kTimeUnits);
  if (count && std::in_range<std::chrono::seconds::rep>(*count)) {
    return std::chrono::seconds{*count};
  }
  return fail(EINVAL, fmt::format("{} is not a duration: write a whole number with one unit, s, m, "
                                  "h or d, for example \"90s\" or \"10m\"",
                                  in_quotes(text)));
}

std::string render_size(std::uint64_t bytes) { return rendered(bytes, kSizeUnits); }

std::string render_duration(std::chrono::seconds value) {
  return rendered(static_cast<std::uint64_t>(value.count()), kTimeUnits);
}

Result<Mode> parse_mode(std::string_view text) {
  return word_in<Mode>(text, kModes, {Mode::Observe, Mode::Tune});
}

Result<Updates> parse_updates(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kWords = {"auto", "true", "false", "on", "off"};
  return word_in<Updates>(text, kWords,
                          {Updates::Auto, Updates::On, Updates::Off, Updates::On, Updates::Off});
}

Result<std::string> parse_log_level(std::string_view text) {
  const auto level = word_in<std::string_view>(text, kLogLevels, kLogLevels);
  if (!level) {
    return std::unexpected(level.error());
  }
  return std::string(*level);
}

Result<LogFormat> parse_log_format(std::string_view text) {
  return word_in<LogFormat>(text, kLogFormats, {LogFormat::Text, LogFormat::Json});
}

Result<bool> parse_switch(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kWords = {"true", "false", "1", "0"};
  return word_in<bool>(text, kWords, {true, false, true, false});
}

Result<std::filesystem::path> parse_directory(std::string_view text) {
  if (!text.starts_with('/')) {
    return fail(EINVAL, fmt::format("{} is not an absolute path: write the whole path from /, for "
                                    "example \"/run/ctwarden\"",
                                    in_quotes(text)));
  }
  if (!is_printable(text)) {
    return fail(EINVAL, fmt::format("{} holds control characters or bytes that are not UTF-8",
                                    in_quotes(text)));
  }
  return std::filesystem::path(text).lexically_normal();
}

Result<std::filesystem::path> parse_runtime_dir(std::string_view text) {
  auto directory = parse_directory(text);
  if (directory && directory->native().size() > kRuntimeDirBytes) {
    return fail(ENAMETOOLONG,
                fmt::format("{} is too long for the sockets in it: {} bytes, at most {}",
                            in_quotes(text), directory->native().size(), kRuntimeDirBytes));
  }
  return directory;
}

Result<std::filesystem::path> parse_names_file(std::string_view text) {
  if (text.empty()) {
    return std::filesystem::path{};
  }
  return parse_directory(text);
}

Result<std::string> parse_listen(std::string_view text) {
  if (!is_printable(text)) {
    return fail(EINVAL, fmt::format("{} holds control characters or bytes that are not UTF-8",
                                    in_quotes(text)));
  }
  if (const auto checked = control::check_listen_address(text); !checked) {
    return std::unexpected(checked.error());
  }
  return std::string(text);
}

Result<std::string> parse_host(std::string_view text) {
  const bool plain = !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
  if (!plain) {
    return fail(EINVAL, fmt::format("{} is not a host name: write the name alone, without scheme, "
                                    "port or wildcard, for example \"node1.example.org\"",
                                    in_quotes(text)));
  }
  return std::string(text);
}

Result<std::uint64_t> check_buffer_bytes(std::uint64_t bytes) {
  if (bytes < kBufferBytes.least || bytes > kBufferBytes.most) {
    return out_of_range(render_size(bytes), render_size(kBufferBytes.least),
                        render_size(kBufferBytes.most));
  }
  return bytes;
}

Result<double> check_cpu_budget(double share) {
  // Below a hundredth a scrape would count as a storm; there is one loop, so more than a core
  // cannot be spent.
  const bool sane = share >= 0.01 && share <= 1.0;  // false for a NaN too
  if (!sane) {
    return out_of_range(fmt::format("{}", share), "0.01", "1.0");
  }
  return share;
}

Result<std::chrono::seconds> check_resync_interval(std::chrono::seconds value) {
  if (value < kResyncInterval.least || value > kResyncInterval.most) {
    return out_of_range(render_duration(value), render_duration(kResyncInterval.least),
                        render_duration(kResyncInterval.most));
  }
  return value;
}

Result<std::uint64_t> check_max_flows(std::uint64_t flows) {
  if (flows < kMaxFlows.least || flows > kMaxFlows.most) {
    return out_of_range(std::to_string(flows), std::to_string(kMaxFlows.least),
                        std::to_string(kMaxFlows.most));
  }
  return flows;
}

Result<std::uint64_t> check_top_lines(std::uint64_t lines) {
  if (lines > kTopLines.most) {
    return out_of_range(std::to_string(lines), std::to_string(kTopLines.least),
                        std::to_string(kTopLines.most));
  }
  return lines;
}

Result<std::uint64_t> check_max_keys(std::uint64_t keys) {
  if (keys != 0 && (keys < kMaxKeys.least || keys > kMaxKeys.most)) {
    return out_of_range(std::to_string(keys), "0, or " + std::to_string(kMaxKeys.least),
                        std::to_string(kMaxKeys.most));
  }
  return keys;
}

}  // namespace ctwarden::daemon
