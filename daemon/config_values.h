// SPDX-License-Identifier: GPL-2.0-or-later
//
// One configuration value at a time: from text to its type, whoever wrote the text (file,
// environment, flag). Pure. An error's context completes the sentence "KEY: ..." and says what
// would be right.
#pragma once

#include "daemon/config.h"
#include "model/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ctwarden::daemon {

template <typename T>
struct Range {
  T least;
  T most;
};

// Least: 64 KiB hold about 50 queued events (1,280 bytes are charged for each), less than one
// wake-up brings. Most: SO_RCVBUFFORCE takes an int and the kernel doubles it (net/core/sock.c), so
// nothing above 1 GiB can be asked for.
inline constexpr Range<std::uint64_t> kBufferBytes{.least = 64ULL << 10, .most = 1ULL << 30};

// Least: a dump of a million entries takes 1.7 s; more often than every 10 s it would be all we do.
// Most: what no event announced stays wrong that long, and a day is the age at which a picture
// stops being one.
inline constexpr Range<std::chrono::seconds> kResyncInterval{.least = std::chrono::seconds{10},
                                                             .most = std::chrono::hours{24}};

// Least: below 1,000 any host is over the cap at once. Most: 100 million flows are some 10 GB of
// memory and beyond every table in use; more is a slip of the keyboard.
inline constexpr Range<std::uint64_t> kMaxFlows{.least = 1'000, .most = 100'000'000};

// Most: a list of more than 100 is a report, not a metric; each line is two series.
inline constexpr Range<std::uint64_t> kTopLines{.least = 0, .most = 100};

// Least: below 1,024 a talker is noticed only with a 64th of the table. Most: a million keys take
// 128 MiB for each of the three kinds, twice that while a dump runs.
inline constexpr Range<std::uint64_t> kMaxKeys{.least = 1'024, .most = 1U << 20};

// sun_path holds 108 bytes with its NUL (unix(7)) and the longest socket name is "/admin.sock".
inline constexpr std::size_t kRuntimeDirBytes = 108 - 1 - 11;

inline constexpr std::array<std::string_view, 2> kModes = {"observe", "tune"};
inline constexpr std::array<std::string_view, 2> kLogFormats = {"text", "json"};

[[nodiscard]] std::string_view name(Mode mode) noexcept;
[[nodiscard]] std::string_view name(LogFormat format) noexcept;

[[nodiscard]] model::Result<Mode> parse_mode(std::string_view text);
[[nodiscard]] model::Result<Updates> parse_updates(std::string_view text);
[[nodiscard]] model::Result<std::string> parse_log_level(std::string_view text);
[[nodiscard]] model::Result<LogFormat> parse_log_format(std::string_view text);
[[nodiscard]] model::Result<bool> parse_switch(std::string_view text);  // true, false, 1, 0
[[nodiscard]] model::Result<std::filesystem::path> parse_directory(std::string_view text);
[[nodiscard]] model::Result<std::filesystem::path> parse_runtime_dir(std::string_view text);
// Empty for none.
[[nodiscard]] model::Result<std::filesystem::path> parse_names_file(std::string_view text);
[[nodiscard]] model::Result<std::string> parse_listen(std::string_view text);
[[nodiscard]] model::Result<std::string> parse_host(std::string_view text);
[[nodiscard]] model::Result<std::uint64_t> check_buffer_bytes(std::uint64_t bytes);
[[nodiscard]] model::Result<double> check_cpu_budget(double share);
[[nodiscard]] model::Result<std::chrono::seconds> check_resync_interval(std::chrono::seconds value);
[[nodiscard]] model::Result<std::uint64_t> check_max_flows(std::uint64_t flows);
[[nodiscard]] model::Result<std::uint64_t> check_top_lines(std::uint64_t lines);
[[nodiscard]] model::Result<std::uint64_t> check_max_keys(std::uint64_t keys);  // 0 is right too

// In the largest unit that loses nothing; parse_size and parse_duration read it back.
[[nodiscard]] std::string render_size(std::uint64_t bytes);
[[nodiscard]] std::string render_duration(std::chrono::seconds value);

// The known word nearest to `word` by edit distance (a swap of neighbours is one edit), if it is
// near enough to be what was meant: a third of the word wrong at most, or the one is the beginning
// of the other.
[[nodiscard]] std::optional<std::string_view> closest(std::string_view word,
                                                      std::span<const std::string_view> known);

// "; did you mean "X"?" or nothing.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> known);

}  // namespace ctwarden::daemon
