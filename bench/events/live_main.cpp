// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_live: what listening costs the packets and the listener while flows come and go at a fixed
// rate, in a private router namespace. Prints markdown; needs root.
#include "bench/events/live_report.h"
#include "bench/stage/command.h"
#include "bench/stage/rounds.h"

#include <fmt/core.h>

namespace {

using namespace ctwarden::bench;

struct Arguments {
  Rounds rounds;
  std::uint64_t udp_flows = 50'000;
  std::uint64_t tcp_lives = 10'000;
  LiveTimes times;
  bool among_others = false;
};

std::vector<LiveExperiment> experiments(const Arguments& arguments) {
  std::vector<LiveExperiment> all;
  for (const Workload& workload : {live_udp(arguments.udp_flows), live_tcp(arguments.tcp_lives)}) {
    std::vector<LiveRow> rows = {{.listener = std::nullopt, .samples = {}}};
    for (Reader& listener : listeners(workload.updates_per_flow > 0, "/run")) {
      rows.push_back({.listener = std::move(listener), .samples = {}});
    }
    all.push_back(
        {.workload = workload, .alone = !arguments.among_others, .rows = std::move(rows)});
  }
  return all;
}

void run_round(Stage& stage, std::vector<LiveExperiment>& all, const Arguments& arguments,
               std::size_t round) {
  for (LiveExperiment& experiment : all) {
    const std::size_t rows = experiment.rows.size();
    for (std::size_t i = 0; i < rows; ++i) {
      LiveRow& row = experiment.rows[(i + round) % rows];  // nobody is always first
      row.samples.push_back(measure_live(stage, experiment.workload, arguments.times, row.listener,
                                         experiment.alone));
      const LiveSample& sample = row.samples.back();
      fmt::print(stderr, "round {} {} {:6.2f} us {:8} events  {}\n", round + 1,
                 experiment.workload.name, sample.sender_us, sample.events,
                 row.listener ? row.listener->name : "nobody");
    }
  }
}

void run(Arguments arguments) {
  if (arguments.rounds.quick) {
    arguments.times = {.warm_up_seconds = 0.1, .seconds = 0.2};
    arguments.among_others = true;
  }
  Stage stage;
  auto all = experiments(arguments);
  const std::size_t rounds = run_rounds(
      arguments.rounds, [&](std::size_t round) { run_round(stage, all, arguments, round); });
  fmt::print("{}\n{}{}", render_goals(live_goals(all)), describe_machine(),
             describe_rounds(rounds, arguments.rounds));
  for (const LiveExperiment& experiment : all) {
    fmt::print("\n{}", render_live_table(experiment));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("What listening for conntrack events costs while they come", "bench_live");
  add_options(app, arguments.rounds);
  app.add_option("--udp-flows", arguments.udp_flows, "UDP flows a second")
      ->check(CLI::Range(1'000, 200'000));
  app.add_option("--tcp-lives", arguments.tcp_lives, "TCP connections a second")
      ->check(CLI::Range(1'000, 50'000));
  app.add_option("--seconds", arguments.times.seconds, "Of measuring, for each listener")
      ->check(CLI::Range(0.1, 60.0));
  app.add_flag(
      "--among-others", arguments.among_others,
      "Measure although somebody listens in another network namespace; what listening adds "
      "to the packets is left out");
  return run_command(app, argc, argv, [&] { run(arguments); });
}
