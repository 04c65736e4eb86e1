// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config.h"

#include "daemon/config_files.h"
#include "daemon/config_merge.h"
#include "daemon/config_values.h"
#include "daemon/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace ctwarden::daemon {

namespace {

struct MainFile {
  std::filesystem::path path{kDefaultConfigFile};
  Missing missing = Missing::Fine;
};

MainFile main_file(const Options& options, const std::vector<std::string>& environment) {
  if (options.config_file) {
    return {.path = *options.config_file, .missing = Missing::Problem};
  }
  if (const auto named = environment_value(environment, "CTWARDEN_CONFIG"); !named.empty()) {
    return {.path = named, .missing = Missing::Problem};
  }
  return {};
}

// A directory on the command line counts from where the command was typed.
std::string from_here(const std::filesystem::path& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path.native() : whole.native();
}

model::Result<std::vector<std::string>> checked_listen(const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    if (auto checked = parse_listen(address); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
  }
  return addresses;
}

std::string origin_of(const Merged& merged, std::string_view key) {
  const auto found = merged.origins.find(key);
  return found == merged.origins.end() ? std::string("default") : found->second;
}

void check_listen_twice(Merged& merged) {
  const auto& listen = merged.config.metrics.listen;
  for (auto address = listen.begin(); address != listen.end(); ++address) {
    if (std::find(listen.begin(), address, *address) != address) {
      merged.problems.push_back(
          {.where = origin_of(merged, "metrics.listen"),
           .text = fmt::format("{} is listed twice in metrics.listen", in_quotes(*address))});
      return;
    }
  }
}

void check_buffer_order(Merged& merged) {
  const EventsConfig& events = merged.config.events;
  if (events.buffer_bytes <= events.buffer_max_bytes) {
    return;
  }
  const std::string_view blamed = merged.origins.contains("events.buffer_max_bytes")
                                      ? "events.buffer_max_bytes"
                                      : "events.buffer_bytes";
  merged.problems.push_back(
      {.where = origin_of(merged, blamed),
       .text = fmt::format("events.buffer_max_bytes ({}) is less than events.buffer_bytes ({}): "
                           "set it to \"{}\" or more",
                           render_size(events.buffer_max_bytes), render_size(events.buffer_bytes),
                           render_size(events.buffer_bytes))});
}

}  // namespace

void merge_flags(Merged& merged, const Options& options) {
  Config& config = merged.config;
  if (options.mode) {
    assign<Mode>(merged, "mode", "--mode", config.mode, *options.mode);
  }
  if (options.strict) {
    assign<bool>(merged, "strict", "--strict", config.strict, true);
  }
  if (options.runtime_dir) {
    assign(merged, "runtime_dir", "--runtime-dir", config.runtime_dir,
           parse_runtime_dir(from_here(*options.runtime_dir)));
  }
  if (options.state_dir) {
    assign(merged, "state_dir", "--state-dir", config.state_dir,
           parse_directory(from_here(*options.state_dir)));
  }
  if (!options.metrics_listen.empty()) {
    assign(merged, "metrics.listen", "--metrics-listen", config.metrics.listen,
           checked_listen(options.metrics_listen));
  }
  if (options.log_level) {
    assign(merged, "log.level", "--log-level", config.log.level,
           parse_log_level(*options.log_level));
  }
  if (options.log_format) {
    assign<LogFormat>(merged, "log.format", "--log-format", config.log.format, *options.log_format);
  }
}

void check_relations(Merged& merged) {
  const bool sound = merged.problems.empty();
  if (merged.config.mode == Mode::Tune) {
    merged.problems.push_back({.where = origin_of(merged, "mode"),
                               .text = "mode \"tune\" is not available: this version observes "
                                       "and changes nothing; set mode to \"observe\" or leave it "
                                       "out"});
  }
  check_listen_twice(merged);
  if (sound) {
    check_buffer_order(merged);
  }
}

std::expected<Config, std::vector<ConfigProblem>> load_config(
    const Options& options, const std::vector<std::string>& environment) {
  const MainFile main = main_file(options, environment);
  ConfigFiles read = read_config_files(main.path, main.missing);
  Merged merged{.config = {}, .origins = {}, .problems = std::move(read.problems)};
  for (const ConfigFile& file : read.files) {
    merge_file(merged, file.text, file.name);
  }
  merge_environment(merged, environment);
  merge_flags(merged, options);
  check_relations(merged);
  if (!merged.problems.empty()) {
    for (ConfigProblem& problem : merged.problems) {
      problem = {.where = to_printable(problem.where), .text = to_printable(problem.text)};
    }
    return std::unexpected(std::move(merged.problems));
  }
  return std::move(merged.config);
}

std::string render_problems(const std::vector<ConfigProblem>& problems) {
  std::string out;
  for (const ConfigProblem& problem : problems) {
    out += fmt::format("{}: {}\n", to_printable(problem.where), to_printable(problem.text));
  }
  return out;
}

}  // namespace ctwarden::daemon
