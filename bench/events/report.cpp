// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/report.h"

#include "bench/events/spread.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ctwarden::bench {
namespace {

double ns_per_event(const Sample& sample) {
  return static_cast<double>(sample.cpu.total_ns) / static_cast<double>(sample.events);
}

double total_ns(const Sample& sample) { return static_cast<double>(sample.cpu.total_ns); }

template <typename Value>
Spread over_rounds(const Row& row, Value value) {
  std::vector<double> values;
  values.reserve(row.samples.size());
  for (const Sample& sample : row.samples) {
    values.push_back(value(sample));
  }
  return spread_of(std::move(values));
}

template <typename Value>
Spread ratio(const Row& row, const Row& base, Value value) {
  std::vector<double> values;
  values.reserve(row.samples.size());
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    values.push_back(value(row.samples[i]) / value(base.samples[i]));
  }
  return spread_of(std::move(values));
}

// Over all rounds together: the tick that tells user from system is too coarse for one.
double user_share(const Row& row) {
  double user = 0;
  double all = 0;
  for (const Sample& sample : row.samples) {
    user += static_cast<double>(sample.cpu.user_ns);
    all += static_cast<double>(sample.cpu.user_ns + sample.cpu.system_ns);
  }
  return all > 0 ? user / all : 0;
}

std::string render_row(const Row& row, const Row& base) {
  const Spread time = over_rounds(row, ns_per_event);
  const Spread per_event = ratio(row, base, ns_per_event);
  const Spread whole = ratio(row, base, total_ns);
  const Spread memory = over_rounds(
      row, [](const Sample& sample) { return static_cast<double>(sample.memory_bytes) / 1048576; });
  return fmt::format(
      "| {} | {} | {:.0f} ({:.0f} to {:.0f}) | {:.0f} | {:.2f} ({:.2f} to {:.2f}) | {:.2f} | "
      "{:.1f} |\n",
      row.reader.name, group_names(row.reader.groups), time.median, time.least, time.most,
      time.median * user_share(row), per_event.median, per_event.least, per_event.most,
      whole.median, memory.median);
}

}  // namespace

std::string render_ratios(const std::vector<Experiment>& experiments) {
  // By name and groups, in the order of the workload that has most.
  const auto& longest = *std::ranges::max_element(
      experiments, {}, [](const Experiment& experiment) { return experiment.rows.size(); });
  std::string text = "| CPU an event, as a multiple of receiving it | subscribed to |";
  std::string line = "|---|---|";
  for (const Experiment& experiment : experiments) {
    text += fmt::format(" {} |", experiment.workload.name);
    line += "---|";
  }
  text += "\n" + line + "\n";
  for (const Row& wanted : longest.rows) {
    text += fmt::format("| {} | {} |", wanted.reader.name, group_names(wanted.reader.groups));
    for (const Experiment& experiment : experiments) {
      const auto row = std::ranges::find_if(experiment.rows, [&](const Row& candidate) {
        return candidate.reader.name == wanted.reader.name &&
               candidate.reader.groups == wanted.reader.groups;
      });
      text +=
          row == experiment.rows.end()
              ? " |"
              : fmt::format(" {:.2f} |", ratio(*row, experiment.rows.front(), ns_per_event).median);
    }
    text += "\n";
  }
  return text;
}

std::string render_table(const Experiment& experiment) {
  const auto& [workload, content, rows] = experiment;
  const Row& base = rows.front();
  const Sample& first = base.samples.front();
  std::string text = fmt::format(
      "### {}\n\n{}. {} flows, {} events (NEW {}, UPDATE {}, DESTROY {}), {} bytes of receive "
      "buffer charged for each.\n\n",
      workload.name, workload.explanation, workload.flows, first.events, content.created,
      content.updated, content.destroyed, first.queued_bytes / first.events);
  text +=
      "| reader | subscribed to | ns an event | of which user | ratio an event | ratio for the "
      "input | MiB after |\n|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    text += render_row(row, base);
  }
  return text;
}

}  // namespace ctwarden::bench
