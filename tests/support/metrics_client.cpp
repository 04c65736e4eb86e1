// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/metrics_client.h"

#include <cerrno>
#include <charconv>
#include <utility>

namespace ctwarden::tests {
namespace {

// Takes a quoted label value, with \\, \" and \n resolved, off the front.
std::optional<std::string> take_quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    return std::nullopt;
  }
  std::string value;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return value;
    }
    if (rest[i] != '\\') {
      value += rest[i];
    } else if (i + 1 < rest.size()) {
      ++i;
      value += rest[i] == 'n' ? '\n' : rest[i];
    }
  }
  return std::nullopt;
}

// Takes `{name="value",...}` off the front.
std::optional<Labels> take_labels(std::string_view& rest) {
  Labels labels;
  if (!rest.starts_with('{')) {
    return labels;
  }
  rest.remove_prefix(1);
  while (!rest.starts_with('}')) {
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string name(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    auto value = take_quoted(rest);
    if (!value || !labels.emplace(name, std::move(*value)).second) {
      return std::nullopt;
    }
    if (rest.starts_with(',')) {
      rest.remove_prefix(1);
    }
  }
  rest.remove_prefix(1);
  return labels;
}

// from_chars knows "inf" and "nan" in any case, but no plus sign.
std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || (end != text.data() + text.size() && *end != ' ')) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

model::Result<Metrics> Metrics::parse(std::string_view text) {
  Metrics metrics;
  while (!text.empty()) {
    const auto line_end = text.find('\n');
    if (line_end == std::string_view::npos) {
      return model::fail(EPROTO, "the last line does not end");
    }
    const std::string_view line = text.substr(0, line_end);
    text.remove_prefix(line_end + 1);
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const std::string name(line.substr(0, line.find_first_of("{ ")));
    std::string_view rest = line.substr(name.size());
    auto labels = take_labels(rest);
    const auto number =
        labels && rest.starts_with(' ') ? parse_number(rest.substr(1)) : std::nullopt;
    if (name.empty() || !number) {
      return model::fail(EPROTO, "no sample: " + std::string(line));
    }
    if (!metrics.samples_[name].emplace(std::move(*labels), *number).second) {
      return model::fail(EPROTO, "given twice: " + std::string(line));
    }
  }
  return metrics;
}

std::optional<double> Metrics::value(const std::string& name, const Labels& labels) const {
  const auto family = samples_.find(name);
  if (family == samples_.end()) {
    return std::nullopt;
  }
  const auto sample = family->second.find(labels);
  return sample == family->second.end() ? std::nullopt : std::optional(sample->second);
}

double Metrics::sum(const std::string& name) const {
  double total = 0;
  if (const auto family = samples_.find(name); family != samples_.end()) {
    for (const auto& [labels, number] : family->second) {
      total += number;
    }
  }
  return total;
}

model::Result<Metrics> scrape(const std::string& address) {
  const auto answer = http_get(address, "/metrics");
  if (!answer) {
    return std::unexpected(answer.error());
  }
  if (answer->status != 200) {
    return model::fail(EPROTO, "status " + std::to_string(answer->status) + ": " + answer->body);
  }
  return Metrics::parse(answer->body);
}

}  // namespace ctwarden::tests
