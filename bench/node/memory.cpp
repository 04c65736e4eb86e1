// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_memory: what it takes to remember a million flows. Prints markdown; needs root, and raises
// the machine's limit of entries meanwhile.
#include "bench/node/raised_limits.h"
#include "bench/node/watched_daemon.h"
#include "bench/stage/command.h"
#include "bench/stage/goals.h"
#include "bench/stage/readers.h"
#include "bench/stage/running_reader.h"
#include "bench/stage/stage.h"

#include <fmt/core.h>

#include <algorithm>

namespace {

using namespace ctwarden::bench;

// A tenth of a core for the daemon: far from where it would listen to less.
constexpr double kBirthsPerSecond = 100'000;

struct Arguments {
  std::uint64_t flows = 1'000'000;
  bool quick = false;
};

struct Row {
  std::string name;
  std::string learned;
  double peak_mib = 0;
  double proportional_mib = 0;
};

Row row_of(const std::string& name, const char* learned, const ProcessTree& processes) {
  constexpr double kMiB = 1048576;
  Row row{.name = name,
          .learned = learned,
          .peak_mib = static_cast<double>(processes.peak_memory_bytes()) / kMiB,
          .proportional_mib = static_cast<double>(processes.memory_bytes()) / kMiB};
  fmt::print(stderr, "{:6.1f} MiB  {} ({})\n", row.peak_mib, name, learned);
  return row;
}

void expect_all(const WatchedDaemon& daemon, std::uint64_t flows) {
  daemon.wait_until("ctwarden_flows", static_cast<double>(flows), std::chrono::seconds(10));
}

Row daemon_from_dump(const Stage& stage, std::uint64_t flows) {
  empty_table();
  create_entries(flows);
  WatchedDaemon daemon(stage.reader_cpu);
  expect_all(daemon, flows);
  Row row = row_of("**ctwardend**", "a dump", daemon.processes());
  daemon.end();
  return row;
}

Row daemon_from_events(Stage& stage, std::uint64_t flows) {
  empty_table();
  WatchedDaemon daemon(stage.reader_cpu);
  fill(stage.legs, lasting_flows(flows), kBirthsPerSecond);
  expect_all(daemon, flows);
  Row row = row_of("**ctwardend**", "events", daemon.processes());
  daemon.end();
  return row;
}

Row peer_from_events(Stage& stage, const Reader& reader, std::uint64_t flows) {
  empty_table();
  RunningReader running(reader, stage.reader_cpu);
  fill(stage.legs, lasting_flows(flows), kBirthsPerSecond);
  running.wait_until_drained();
  Row row = row_of(reader.name, "events", running.processes());
  running.finish(flows);
  return row;
}

void run(Arguments arguments) {
  if (arguments.quick) {
    arguments.flows = std::min<std::uint64_t>(arguments.flows, 20'000);
  }
  Stage stage;
  const RaisedLimits limits(stage.router, arguments.flows);
  std::vector<Row> rows = {daemon_from_dump(stage, arguments.flows),
                           daemon_from_events(stage, arguments.flows)};
  for (const Reader& reader : remembering_peers("/run")) {
    rows.push_back(peer_from_events(stage, reader, arguments.flows));
  }
  empty_table();

  const Goal goal{.measure = fmt::format("memory: {} flows, peak, both processes", arguments.flows),
                  .most = 64,
                  .aim = 40,
                  .values = {{.of = "by dump", .measured = rows[0].peak_mib},
                             {.of = "by events", .measured = rows[1].peak_mib}},
                  .unit = " MiB",
                  .decimals = 1};
  std::string table =
      "| program | learned them from | peak resident, MiB | proportional, MiB "
      "|\n|---|---|---|---|\n";
  for (const Row& row : rows) {
    table += fmt::format("| {} | {} | {:.1f} | {:.1f} |\n", row.name, row.learned, row.peak_mib,
                         row.proportional_mib);
  }
  fmt::print("{}\n{}- {} flows\n\n{}", render_goals({goal}), describe_machine(), arguments.flows,
             table);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("What it takes to remember many flows", "bench_memory");
  add_quick_option(app, arguments.quick);
  app.add_option("--flows", arguments.flows, "To remember")->check(CLI::Range(1'000, 1'000'000));
  return run_command(app, argc, argv, [&] { run(arguments); });
}
