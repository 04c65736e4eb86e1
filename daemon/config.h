// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration as values. Every key has a default; an empty file is valid. Unknown keys, wrong
// types and values out of range are errors with file, line, column and a suggestion. Files are
// merged in order: the main file, then the drop-ins of its `.d` directory by name; environment
// (CTWARDEN_...) overrides files, flags override the environment.
#pragma once

#include "model/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::daemon {

enum class Mode : std::uint8_t { Observe, Tune };
enum class Updates : std::uint8_t { Auto, On, Off };
enum class LogFormat : std::uint8_t { Text, Json };

struct MetricsConfig {
  std::vector<std::string> listen = {"127.0.0.1:10087"};
  std::vector<std::string>
      allowed_hosts;  // names accepted in the Host header besides IP literals and localhost
  std::uint64_t top_ports = 10;     // services with series of their own, 0 for none
  std::uint64_t top_addresses = 0;  // the same for source addresses
  bool per_cpu = false;
  bool node_exporter_compat = false;
  bool operator==(const MetricsConfig&) const = default;
};

struct EventsConfig {
  Updates updates = Updates::Auto;
  std::uint64_t buffer_bytes = 8ULL << 20;  // first request for the event socket's receive buffer
  std::uint64_t buffer_max_bytes = 64ULL << 20;  // growth stops here
  double cpu_budget = 0.25;  // of one core, for events, before less is listened to
  bool operator==(const EventsConfig&) const = default;
};

struct TableConfig {
  std::chrono::seconds resync_interval{600};
  std::uint64_t max_flows = 4'000'000;
  bool operator==(const TableConfig&) const = default;
};

struct TalkersConfig {
  std::uint64_t max_keys = 16'384;  // addresses and pools counted by name, of each kind; 0 for none
  bool operator==(const TalkersConfig&) const = default;
};

struct NamesConfig {
  std::filesystem::path file;  // empty: addresses have no names
  bool operator==(const NamesConfig&) const = default;
};

inline constexpr std::array<std::string_view, 5> kLogLevels = {"trace", "debug", "info", "warning",
                                                               "error"};

struct LogConfig {
  std::string level = "info";  // one of kLogLevels
  LogFormat format = LogFormat::Text;
  bool operator==(const LogConfig&) const = default;
};

struct Config {
  Mode mode = Mode::Observe;
  bool strict = false;  // refuse to run with less than full access instead of degrading
  std::filesystem::path runtime_dir = "/run/ctwarden";
  std::filesystem::path state_dir = "/var/lib/ctwarden";
  MetricsConfig metrics;
  EventsConfig events;
  TableConfig table;
  TalkersConfig talkers;
  NamesConfig names;
  LogConfig log;
  bool operator==(const Config&) const = default;
};

inline constexpr std::string_view kDefaultConfigFile = "/etc/ctwarden/ctwarden.toml";
inline constexpr std::uintmax_t kMaxConfigBytes =
    1U << 20;  // a larger file is a mistake, not a configuration

// Where a setting came from, for messages: "FILE:LINE:COLUMN: text" per problem, one per line.
struct ConfigProblem {
  std::string where;  // "FILE:LINE:COLUMN", "environment CTWARDEN_X" or "--flag"
  std::string text;
};

// What the command line said; only what was given is set.
struct Options {
  std::optional<std::filesystem::path> config_file;
  bool check_config = false;
  bool version = false;
  std::optional<std::string> log_level;
  std::optional<LogFormat> log_format;
  std::vector<std::string> metrics_listen;
  std::optional<std::filesystem::path> runtime_dir;
  std::optional<std::filesystem::path> state_dir;
  std::optional<Mode> mode;
  bool strict = false;
};

// Reads the files, the environment (`NAME=value` strings, as in environ) and the flags. All
// problems found are returned together. A missing default file is fine; a missing file that was
// named is a problem. Never partly applied.
[[nodiscard]] std::expected<Config, std::vector<ConfigProblem>> load_config(
    const Options& options, const std::vector<std::string>& environment);

// Parses one file's text over `config`, which stays as it was if there are problems; used by the
// fuzzer and tests.
[[nodiscard]] std::vector<ConfigProblem> merge_config(Config& config, std::string_view text,
                                                      std::string_view file);

// The whole configuration as TOML; read back, it is the same configuration.
[[nodiscard]] std::string render_config(const Config& config);

// "WHERE: TEXT", a line each; safe to print.
[[nodiscard]] std::string render_problems(const std::vector<ConfigProblem>& problems);

// "8MiB", "512KiB", "1GiB" or plain bytes; binary units only, so that nobody has to guess.
[[nodiscard]] model::Result<std::uint64_t> parse_size(std::string_view text);

// "30s", "10m", "2h", "1d"; nothing finer than a second.
[[nodiscard]] model::Result<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace ctwarden::daemon
