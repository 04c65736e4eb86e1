// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_path: what a listener for conntrack events costs the packets, in a private router
// namespace. Prints markdown; needs root.
#include "bench/events/path.h"
#include "bench/events/rounds.h"
#include "bench/events/stage.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/core.h>

#include <exception>
#include <iostream>

namespace {

using namespace ctwarden::bench;

struct Experiment {
  Workload workload;
  Content content;
  std::vector<PathRow> rows;
};

std::vector<Experiment> experiments(Stage& stage) {
  std::vector<Experiment> all;
  for (Workload& workload : path_workloads(most_flows())) {
    const Content content = count_content(stage, workload);
    std::vector<PathRow> rows = {{.listener = std::nullopt, .samples = {}}};
    for (Reader& listener : listeners(content.updated > 0, "/run")) {
      rows.push_back({.listener = std::move(listener), .samples = {}});
    }
    all.push_back({.workload = std::move(workload), .content = content, .rows = std::move(rows)});
  }
  return all;
}

void run_round(Stage& stage, std::vector<Experiment>& all, std::size_t round) {
  for (Experiment& experiment : all) {
    const std::size_t rows = experiment.rows.size();
    for (std::size_t i = 0; i < rows; ++i) {
      PathRow& row = experiment.rows[(i + round) % rows];  // nobody is always first
      row.samples.push_back(
          measure_path(stage, experiment.workload, experiment.content, row.listener));
      fmt::print(stderr, "round {} {:4} {:6.2f} us  {}\n", round + 1, experiment.workload.name,
                 row.samples.back().sender_us, row.listener ? row.listener->name : "nobody");
    }
  }
}

void run(const Rounds& wanted) {
  Stage stage;
  auto all = experiments(stage);
  const std::size_t rounds =
      run_rounds(wanted, [&](std::size_t round) { run_round(stage, all, round); });
  fmt::print("{}- {} interleaved rounds; median, and in brackets least and most\n",
             describe_machine(), rounds);
  for (const Experiment& experiment : all) {
    fmt::print("\n{}", render_path_table(experiment.workload, experiment.rows));
  }
}

int run_command(int argc, char** argv) {
  Rounds rounds;
  CLI::App app("What a listener for conntrack events costs the packets", "bench_path");
  add_options(app, rounds);
  CLI11_PARSE(app, argc, argv);
  run(rounds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_command(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "bench_path: " << failure.what() << '\n';
    return 1;
  }
}
