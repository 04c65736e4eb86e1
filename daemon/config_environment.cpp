// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_merge.h"
#include "daemon/config_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace ctwarden::daemon {

namespace {

constexpr std::string_view kPrefix = "CTWARDEN_";

constexpr std::array<std::string_view, 8> kNames = {
    "CTWARDEN_CONFIG", "CTWARDEN_LOG_FORMAT",  "CTWARDEN_LOG_LEVEL", "CTWARDEN_METRICS_LISTEN",
    "CTWARDEN_MODE",   "CTWARDEN_RUNTIME_DIR", "CTWARDEN_STATE_DIR", "CTWARDEN_STRICT"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "10087_TCP", "10087_TCP_ADDR": what follows "_PORT_" in the variables of a port.
bool is_port_of_service(std::string_view text) {
  const std::size_t end = text.find('_');
  if (end == std::string_view::npos || !is_number(text.substr(0, end))) {
    return false;
  }
  static constexpr std::array<std::string_view, 3> kProtocols = {"TCP", "UDP", "SCTP"};
  static constexpr std::array<std::string_view, 4> kParts = {"", "_PROTO", "_PORT", "_ADDR"};
  const std::string_view rest = text.substr(end + 1);
  return std::ranges::any_of(kProtocols, [rest](std::string_view protocol) {
    return rest.starts_with(protocol) &&
           std::ranges::find(kParts, rest.substr(protocol.size())) != kParts.end();
  });
}

// Kubernetes gives every container variables about the services of its namespace
// (pkg/kubelet/envvars): a service called ctwarden or ctwarden-metrics makes CTWARDEN_SERVICE_HOST,
// CTWARDEN_METRICS_PORT_10087_TCP_ADDR and so on. NAME_PORT alone could be meant for us; theirs is
// always a URL.
bool is_service_link(std::string_view name, std::string_view value) {
  const std::string_view rest = name.substr(kPrefix.size() - 1);  // from "_"
  if (rest.ends_with("_SERVICE_HOST") || rest.ends_with("_SERVICE_PORT") ||
      rest.find("_SERVICE_PORT_") != std::string_view::npos) {
    return true;
  }
  if (rest.ends_with("_PORT") && (value.starts_with("tcp://") || value.starts_with("udp://") ||
                                  value.starts_with("sctp://"))) {
    return true;
  }
  const std::size_t port = rest.find("_PORT_");
  return port != std::string_view::npos && is_port_of_service(rest.substr(port + 6));
}

model::Result<std::vector<std::string>> parse_listen_list(std::string_view text) {
  std::vector<std::string> addresses;
  while (true) {
    const std::size_t comma = text.find(',');
    auto address = parse_listen(trimmed(text.substr(0, comma)));
    if (!address) {
      return std::unexpected(std::move(address.error()));
    }
    addresses.push_back(std::move(*address));
    if (comma == std::string_view::npos) {
      return addresses;
    }
    text.remove_prefix(comma + 1);
  }
}

struct Variable {
  std::string_view name;
  std::string_view value;
};

std::optional<Variable> to_variable(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos || !entry.starts_with(kPrefix)) {
    return std::nullopt;
  }
  return Variable{.name = entry.substr(0, equals), .value = entry.substr(equals + 1)};
}

void merge_variable(Merged& merged, const Variable& variable) {
  const auto [name, value] = variable;
  const std::string where = "environment " + std::string(name);
  Config& config = merged.config;
  if (name == "CTWARDEN_MODE") {
    assign(merged, "mode", where, config.mode, parse_mode(value));
  } else if (name == "CTWARDEN_STRICT") {
    assign(merged, "strict", where, config.strict, parse_switch(value));
  } else if (name == "CTWARDEN_RUNTIME_DIR") {
    assign(merged, "runtime_dir", where, config.runtime_dir, parse_runtime_dir(value));
  } else if (name == "CTWARDEN_STATE_DIR") {
    assign(merged, "state_dir", where, config.state_dir, parse_directory(value));
  } else if (name == "CTWARDEN_METRICS_LISTEN") {
    assign(merged, "metrics.listen", where, config.metrics.listen, parse_listen_list(value));
  } else if (name == "CTWARDEN_LOG_LEVEL") {
    assign(merged, "log.level", where, config.log.level, parse_log_level(value));
  } else if (name == "CTWARDEN_LOG_FORMAT") {
    assign(merged, "log.format", where, config.log.format, parse_log_format(value));
  }
}

}  // namespace

std::string_view environment_value(const std::vector<std::string>& environment,
                                   std::string_view name) {
  for (const std::string& entry : environment) {
    const auto variable = to_variable(entry);
    if (variable && variable->name == name) {
      return variable->value;
    }
  }
  return {};
}

void merge_environment(Merged& merged, const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    const auto variable = to_variable(entry);
    if (!variable || is_service_link(variable->name, variable->value)) {
      continue;
    }
    if (std::ranges::find(kNames, variable->name) == kNames.end()) {
      const std::string near = suggestion(variable->name, kNames);
      merged.problems.push_back(
          {.where = "environment " + std::string(variable->name),
           .text = "unknown variable" +
                   (near.empty() ? fmt::format("; known: {}", fmt::join(kNames, ", ")) : near)});
    } else if (!variable->value.empty()) {
      merge_variable(merged, *variable);
    }
  }
}

}  // namespace ctwarden::daemon
