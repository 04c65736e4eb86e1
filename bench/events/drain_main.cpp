// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_events: what reading conntrack events costs, in a private router namespace with real
// packets. Prints markdown; needs root.
#include "bench/events/drain.h"
#include "bench/events/report.h"
#include "bench/stage/command.h"
#include "bench/stage/rounds.h"
#include "bench/stage/stage.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace {

using namespace ctwarden;
using namespace ctwarden::bench;

struct Arguments {
  Rounds rounds;
  std::uint64_t events = 100'000;
  std::string only_workload;
  std::string only_reader;
};

bool chosen(const std::string& filter, const std::string& name) {
  return filter.empty() || name.find(filter) != std::string::npos;
}

std::vector<Experiment> experiments(const Arguments& arguments) {
  std::vector<Experiment> all;
  for (Workload& workload : queue_workloads(arguments.events, most_flows())) {
    if (!chosen(arguments.only_workload, workload.name)) {
      continue;
    }
    Experiment experiment{.workload = std::move(workload), .content = {}, .rows = {}};
    for (Reader& reader : readers(experiment.workload.life.size() > 1, "/run")) {
      if (experiment.rows.empty() || chosen(arguments.only_reader, reader.name)) {
        experiment.rows.push_back({.reader = std::move(reader), .samples = {}});
      }
    }
    all.push_back(std::move(experiment));
  }
  return all;
}

void run_round(Stage& stage, std::vector<Experiment>& all, std::size_t round) {
  for (Experiment& experiment : all) {
    const std::size_t readers = experiment.rows.size();
    for (std::size_t i = 0; i < readers; ++i) {
      Row& row = experiment.rows[(i + round) % readers];  // nobody is always first
      row.samples.push_back(
          measure_drain(stage, experiment.workload, experiment.content, row.reader));
      fmt::print(stderr, "round {} {:12} {:7.0f} ns  {}\n", round + 1, experiment.workload.name,
                 static_cast<double>(row.samples.back().time.total_ns) /
                     static_cast<double>(row.samples.back().events),
                 row.reader.name);
    }
  }
}

void run(Arguments arguments) {
  if (arguments.rounds.quick) {
    arguments.events = std::min<std::uint64_t>(arguments.events, 7'000);
  }
  Stage stage;
  auto all = experiments(arguments);
  if (all.empty()) {
    throw std::invalid_argument("no workload has " + arguments.only_workload + " in its name");
  }
  for (Experiment& experiment : all) {
    experiment.content = count_content(stage, experiment.workload);
  }
  const std::size_t rounds =
      run_rounds(arguments.rounds, [&](std::size_t round) { run_round(stage, all, round); });
  fmt::print("{}\n{}{}\n{}", render_goals(drain_goals(all)), describe_machine(),
             describe_rounds(rounds, arguments.rounds), render_ratios(all));
  for (const Experiment& experiment : all) {
    fmt::print("\n{}", render_table(experiment));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("What reading conntrack events costs", "bench_events");
  add_options(app, arguments.rounds);
  app.add_option("--events", arguments.events, "Events to queue for each reader")
      ->check(CLI::Range(1'000, 400'000));
  app.add_option("--workload", arguments.only_workload, "Only workloads with this in their name");
  app.add_option("--reader", arguments.only_reader,
                 "Only readers with this in their name, besides the first");
  return run_command(app, argc, argv, [&] { run(arguments); });
}
