// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/live_report.h"

#include "bench/stage/spread.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

namespace ctwarden::bench {
namespace {

using Samples = std::vector<LiveSample>;

double ns_per_event(const LiveSample& sample) {
  return static_cast<double>(sample.time.total_ns) / static_cast<double>(sample.events);
}

double core_percent(const LiveSample& sample) {
  return static_cast<double>(sample.time.total_ns) / sample.seconds / 1e7;
}

double user_ns(const Samples& samples) {
  return over_rounds(samples, ns_per_event).median * user_share(samples);
}

Samples added_to(const Samples& base, Samples samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].sender_us -= base[i].sender_us;
  }
  return samples;
}

const LiveRow* find(const LiveExperiment& experiment, Program program, unsigned groups) {
  const auto row = std::ranges::find_if(experiment.rows, [&](const LiveRow& candidate) {
    return candidate.listener && candidate.listener->program == program &&
           candidate.listener->groups == groups;
  });
  return row == experiment.rows.end() ? nullptr : &*row;
}

// One value for every daemon and the other program with the same subscription, or the one that
// makes the same events: without UPDATE in the traffic, subscribing to it adds none.
Goal compare(
    const std::vector<LiveExperiment>& experiments, Program other, Goal goal,
    const std::function<double(const LiveExperiment&, const LiveRow&, const LiveRow&)>& quotient) {
  for (const LiveExperiment& experiment : experiments) {
    for (const unsigned groups : {kLifecycle, kAllEvents}) {
      const LiveRow* ours = find(experiment, Program::Daemon, groups);
      const LiveRow* theirs = find(experiment, other, groups);
      if (theirs == nullptr && experiment.workload.updates_per_flow == 0) {
        theirs = find(experiment, other, kAllEvents);
      }
      if (ours != nullptr && theirs != nullptr) {
        const bool one = experiment.workload.updates_per_flow == 0;
        const char* what = one ? "" : groups == kLifecycle ? " lean" : " full";
        goal.values.push_back({.of = experiment.workload.name + what,
                               .measured = quotient(experiment, *ours, *theirs)});
      }
    }
  }
  return goal;
}

// What it adds to `base`; nothing when that is not known.
std::string render_added(const LiveRow& row, const Samples* base) {
  if (base == nullptr) {
    return "";
  }
  const Spread added = over_rounds(added_to(*base, row.samples),
                                   [](const LiveSample& sample) { return sample.sender_us; });
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", added.median, added.least, added.most);
}

std::string render_row(const LiveRow& row, const Samples* base) {
  const Spread sender =
      over_rounds(row.samples, [](const LiveSample& sample) { return sample.sender_us; });
  std::string text = fmt::format("| {} | {} | {:.1f} ({:.1f} to {:.1f}) |",
                                 row.listener ? row.listener->name : "nobody",
                                 row.listener ? group_names(row.listener->groups) : "",
                                 sender.median, sender.least, sender.most);
  if (!row.listener) {
    return text + " | | | |\n";
  }
  const Spread reader = over_rounds(row.samples, ns_per_event);
  return text + fmt::format(" {} | {:.0f} ({:.0f} to {:.0f}) | {:.0f} | {:.1f} |\n",
                            render_added(row, base), reader.median, reader.least, reader.most,
                            user_ns(row.samples), over_rounds(row.samples, core_percent).median);
}

}  // namespace

std::vector<Goal> live_goals(const std::vector<LiveExperiment>& experiments) {
  const auto cpu = [](const LiveExperiment&, const LiveRow& ours, const LiveRow& theirs) {
    return ratio(ours.samples, theirs.samples, ns_per_event).median;
  };
  const auto user = [](const LiveExperiment&, const LiveRow& ours, const LiveRow& theirs) {
    return user_ns(ours.samples) / user_ns(theirs.samples);
  };
  const auto added = [](const LiveExperiment& all, const LiveRow& ours, const LiveRow& theirs) {
    const Samples& base = all.rows.front().samples;
    return ratio(added_to(base, ours.samples), added_to(base, theirs.samples),
                 [](const LiveSample& sample) { return sample.sender_us; })
        .median;
  };
  const bool alone = std::ranges::all_of(experiments, &LiveExperiment::alone);
  return {
      compare(alone ? experiments : std::vector<LiveExperiment>{}, Program::Woken,
              {.measure = "live: cost added to the sender, against a blocking receive-only reader",
               .most = 0.80,
               .aim = 0.75},
              added),
      compare(experiments, Program::Conntrackd,
              {.measure = "live: CPU an event, against conntrackd", .most = 0.40, .aim = 0.33},
              cpu),
      compare(experiments, Program::Ulogd,
              {.measure = "live: CPU an event, against ulogd2", .most = 0.55, .aim = 0.45}, cpu),
      compare(experiments, Program::Library,
              {.measure = "live: user time an event, against libnetfilter_conntrack counting",
               .most = 0.50,
               .aim = 0.25},
              user)};
}

std::string render_live_table(const LiveExperiment& experiment) {
  const Workload& workload = experiment.workload;
  std::string text = fmt::format("### {}\n\n{}. {} a second.\n\n", workload.name,
                                 workload.explanation, workload.flows);
  if (!experiment.alone) {
    text += "Others may listen elsewhere on the machine: what listening adds is not told.\n\n";
  }
  text +=
      "| listener | subscribed to | sender us a flow | added | reader ns an event | of which user "
      "| reader % of a core |\n|---|---|---|---|---|---|---|\n";
  for (const LiveRow& row : experiment.rows) {
    text += render_row(row, experiment.alone ? &experiment.rows.front().samples : nullptr);
  }
  return text;
}

}  // namespace ctwarden::bench
