// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config.h"
#include "daemon/config_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ctwarden::daemon {

namespace {

// A TOML basic string. No value holds control characters: config_values.cpp refuses them.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out += '"';
}

// One element a line from the second on, so that no line becomes too long to be read back.
std::string toml_array(const std::vector<std::string>& strings) {
  std::vector<std::string> elements;
  elements.reserve(strings.size());
  for (const std::string& text : strings) {
    elements.push_back(toml_string(text));
  }
  return fmt::format("[{}]", fmt::join(elements, ",\n  "));
}

std::string_view toml_updates(Updates updates) {
  switch (updates) {
    case Updates::On:
      return "true";
    case Updates::Off:
      return "false";
    case Updates::Auto:
      break;
  }
  return "\"auto\"";
}

}  // namespace

std::string render_config(const Config& config) {
  std::string out;
  const auto line = [&out](std::string_view key, std::string_view value) {
    out += fmt::format("{} = {}\n", key, value);
  };
  const auto boolean = [](bool flag) { return flag ? "true" : "false"; };
  line("mode", toml_string(name(config.mode)));
  line("strict", boolean(config.strict));
  line("runtime_dir", toml_string(config.runtime_dir.native()));
  line("state_dir", toml_string(config.state_dir.native()));
  out += "\n[metrics]\n";
  line("listen", toml_array(config.metrics.listen));
  line("allowed_hosts", toml_array(config.metrics.allowed_hosts));
  line("top_ports", fmt::format("{}", config.metrics.top_ports));
  line("top_addresses", fmt::format("{}", config.metrics.top_addresses));
  line("per_cpu", boolean(config.metrics.per_cpu));
  line("node_exporter_compat", boolean(config.metrics.node_exporter_compat));
  out += "\n[events]\n";
  line("updates", toml_updates(config.events.updates));
  line("buffer_bytes", toml_string(render_size(config.events.buffer_bytes)));
  line("buffer_max_bytes", toml_string(render_size(config.events.buffer_max_bytes)));
  line("cpu_budget", fmt::format("{}", config.events.cpu_budget));
  out += "\n[table]\n";
  line("resync_interval", toml_string(render_duration(config.table.resync_interval)));
  line("max_flows", fmt::format("{}", config.table.max_flows));
  out += "\n[talkers]\n";
  line("max_keys", fmt::format("{}", config.talkers.max_keys));
  out += "\n[names]\n";
  line("file", toml_string(config.names.file.native()));
  out += "\n[log]\n";
  line("level", toml_string(config.log.level));
  line("format", toml_string(name(config.log.format)));
  return out;
}

}  // namespace ctwarden::daemon
