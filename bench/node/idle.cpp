// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_idle: what ctwardend uses when nothing happens. Prints markdown; needs root.
#include "bench/node/watched_daemon.h"
#include "bench/stage/command.h"
#include "bench/stage/goals.h"
#include "bench/stage/stage.h"

#include <fmt/core.h>

#include <chrono>
#include <thread>

namespace {

using namespace ctwarden::bench;

struct Arguments {
  double seconds = 30;
  bool quick = false;
};

struct Phase {
  std::string name;
  double cpu_percent = 0;  // of one core, both processes
  double wakeups = 0;      // a second
};

Phase watch_idle(const WatchedDaemon& daemon, const std::string& name, double seconds) {
  daemon.wait_until_asleep();
  const ProcessTree& processes = daemon.processes();
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t cpu = processes.cpu_time().total_ns;
  const std::uint64_t switches = processes.voluntary_switches();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  daemon.wait_until_asleep();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return {
      .name = name,
      .cpu_percent = static_cast<double>(processes.cpu_time().total_ns - cpu) / took.count() / 1e7,
      .wakeups = static_cast<double>(processes.voluntary_switches() - switches) / took.count()};
}

void run(const Arguments& arguments) {
  constexpr std::uint64_t kFlows = 1000;
  const double seconds = arguments.quick ? 1 : arguments.seconds;
  Stage stage;
  WatchedDaemon daemon(stage.reader_cpu);
  std::vector<Phase> phases = {watch_idle(daemon, "empty table", seconds)};
  fill(stage.legs, lasting_flows(kFlows));
  daemon.wait_until("ctwarden_flows", static_cast<double>(kFlows), std::chrono::seconds(5));
  phases.push_back(watch_idle(daemon, fmt::format("{} flows", kFlows), seconds));
  daemon.end();

  Goal goal{
      .measure = "idle: CPU of a core", .most = 0.1, .aim = 0.05, .unit = " %", .decimals = 3};
  std::string table = "| table | CPU, % of a core | wakeups a second |\n|---|---|---|\n";
  for (const Phase& phase : phases) {
    goal.values.push_back({.of = phase.name, .measured = phase.cpu_percent});
    table +=
        fmt::format("| {} | {:.3f} | {:.1f} |\n", phase.name, phase.cpu_percent, phase.wakeups);
  }
  fmt::print("{}\n{}- {:.0f} s each\n\n{}", render_goals({goal}), describe_node(), seconds, table);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("What ctwardend uses when nothing happens", "bench_idle");
  add_quick_option(app, arguments.quick);
  app.add_option("--seconds", arguments.seconds, "Of watching")->check(CLI::Range(1.0, 600.0));
  return run_command(app, argc, argv, [&] { run(arguments); });
}
