// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/report.h"

#include "bench/stage/spread.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

namespace ctwarden::bench {
namespace {

double ns_per_event(const Sample& sample) {
  return static_cast<double>(sample.time.total_ns) / static_cast<double>(sample.events);
}

double total_ns(const Sample& sample) { return static_cast<double>(sample.time.total_ns); }

double user_ns(const std::vector<Sample>& samples) {
  return over_rounds(samples, ns_per_event).median * user_share(samples);
}

// The first such row, and the daemon with the same subscription or, where it makes no difference,
// another.
Goal compare(const std::vector<Experiment>& experiments, Program other, Goal goal,
             const std::function<double(const Row&, const Row&)>& quotient) {
  for (const auto& [workload, content, rows] : experiments) {
    const auto find = [&rows](Program program, unsigned groups) {
      return std::ranges::find_if(rows, [=](const Row& row) {
        return row.reader.program == program && (row.reader.groups & groups) == groups;
      });
    };
    const auto theirs = find(other, 0);
    if (theirs == rows.end()) {
      continue;
    }
    auto ours = find(Program::Daemon, theirs->reader.groups);
    ours = ours == rows.end() ? find(Program::Daemon, 0) : ours;
    if (ours != rows.end()) {
      goal.values.push_back({.of = workload.name, .measured = quotient(*ours, *theirs)});
    }
  }
  return goal;
}

std::string render_row(const Row& row, const Row& base) {
  const Spread time = over_rounds(row.samples, ns_per_event);
  const Spread per_event = ratio(row.samples, base.samples, ns_per_event);
  const Spread whole = ratio(row.samples, base.samples, total_ns);
  const Spread memory = over_rounds(row.samples, [](const Sample& sample) {
    return static_cast<double>(sample.memory_bytes) / 1048576;
  });
  return fmt::format(
      "| {} | {} | {:.0f} ({:.0f} to {:.0f}) | {:.0f} | {:.2f} ({:.2f} to {:.2f}) | {:.2f} | "
      "{:.1f} |\n",
      row.reader.name, group_names(row.reader.groups), time.median, time.least, time.most,
      user_ns(row.samples), per_event.median, per_event.least, per_event.most, whole.median,
      memory.median);
}

}  // namespace

std::vector<Goal> drain_goals(const std::vector<Experiment>& experiments) {
  const auto cpu = [](const Row& ours, const Row& theirs) {
    return ratio(ours.samples, theirs.samples, ns_per_event).median;
  };
  const auto user = [](const Row& ours, const Row& theirs) {
    return user_ns(ours.samples) / user_ns(theirs.samples);
  };
  return {
      compare(experiments, Program::Woken,
              {.measure = "drained: CPU an event, against receive-only `recvmmsg`",
               .most = 1.30,
               .aim = 1.15},
              cpu),
      compare(experiments, Program::Conntrackd,
              {.measure = "drained: CPU an event, against conntrackd", .most = 0.40, .aim = 0.33},
              cpu),
      compare(experiments, Program::Ulogd,
              {.measure = "drained: CPU an event, against ulogd2", .most = 0.55, .aim = 0.45}, cpu),
      compare(experiments, Program::Library,
              {.measure = "drained: user time an event, against libnetfilter_conntrack counting",
               .most = 0.50,
               .aim = 0.25},
              user)};
}

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
      text += row == experiment.rows.end()
                  ? " |"
                  : fmt::format(
                        " {:.2f} |",
                        ratio(row->samples, experiment.rows.front().samples, ns_per_event).median);
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
