// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/config_properties.h"

#include "daemon/config_values.h"
#include "daemon/printable.h"

namespace ctwarden::fuzz {

namespace {

void require(bool holds) {
  if (!holds) {
    __builtin_trap();
  }
}

void check_accepted(const daemon::Config& config) {
  require(config.mode == daemon::Mode::Observe);
  require(daemon::check_buffer_bytes(config.events.buffer_bytes).has_value());
  require(daemon::check_buffer_bytes(config.events.buffer_max_bytes).has_value());
  require(config.events.buffer_bytes <= config.events.buffer_max_bytes);
  require(daemon::check_resync_interval(config.table.resync_interval).has_value());
  require(daemon::check_max_flows(config.table.max_flows).has_value());
  require(config.runtime_dir.is_absolute() && config.state_dir.is_absolute());
  require(config.names.file.empty() || config.names.file.is_absolute());
  daemon::Config back;
  require(daemon::merge_config(back, daemon::render_config(config), "rendered").empty());
  require(back == config);
}

}  // namespace

void check_config(std::string_view text) {
  daemon::Config config;
  const auto problems = daemon::merge_config(config, text, "file.toml");
  if (problems.empty()) {
    check_accepted(config);
    return;
  }
  require(config == daemon::Config{});
  require(problems.size() <= 102);  // a hundred, how many more, and one about the whole
  for (const daemon::ConfigProblem& problem : problems) {
    require(problem.where.starts_with("file.toml"));
    require(!problem.text.empty());
  }
  std::string shown = daemon::render_problems(problems);
  std::erase(shown, '\n');
  require(daemon::is_printable(shown));
}

}  // namespace ctwarden::fuzz
