// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_scrape: how long /metrics takes, idle and in a flood. Prints markdown; needs root.
#include "bench/node/background_traffic.h"
#include "bench/node/scrapes.h"
#include "bench/node/watched_daemon.h"
#include "bench/stage/command.h"
#include "bench/stage/goals.h"
#include "bench/stage/stage.h"

#include <fmt/core.h>

#include <chrono>

namespace {

using namespace ctwarden::bench;
using namespace std::chrono_literals;

constexpr auto kInterval = 10ms;

struct Arguments {
  double seconds = 20;
  bool quick = false;
};

struct Phase {
  std::string name;
  Scrapes scrapes;
};

Scrapes scrape_idle(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  return scrape_while([&] { return std::chrono::steady_clock::now() < end; }, kInterval);
}

std::string describe_flood(const WatchedDaemon& daemon, const ctwarden::traffic::Report& sent) {
  const auto metrics = daemon.scrape();
  std::string mode = "unknown";
  if (const auto family = metrics.all().find("ctwarden_mode_info"); family != metrics.all().end()) {
    mode = family->second.begin()->first.at("fidelity");
  }
  return fmt::format(
      "- flood: {:.0f} k new UDP flows a second for {:.0f} s into a table whose limit they reach; "
      "the "
      "daemon read {:.0f} k events and lost {:.0f} k; fidelity at the end: {}\n",
      static_cast<double>(sent.flows) / sent.seconds / 1000, sent.seconds,
      metrics.sum("ctwarden_events_total") / 1000, metrics.sum("ctwarden_events_lost_total") / 1000,
      mode);
}

void run(const Arguments& arguments) {
  const double seconds = arguments.quick ? 1 : arguments.seconds;
  Stage stage;
  WatchedDaemon daemon(stage.reader_cpu);
  std::vector<Phase> phases = {{.name = "idle", .scrapes = scrape_idle(seconds)}};
  let_flows_stay();
  const BackgroundTraffic flood(stage.legs, lasting_flows(0), 0, seconds);
  stage.use_all_cpus();
  phases.push_back(
      {.name = "flood", .scrapes = scrape_while([&] { return flood.running(); }, kInterval)});
  const std::string described = describe_flood(daemon, flood.report());
  daemon.end();

  std::string table =
      "| | scrapes | bytes | p50 ms | p99 ms | longest ms |\n|---|---|---|---|---|---|\n";
  for (const auto& [name, scrapes] : phases) {
    table += fmt::format("| {} | {} | {} | {:.2f} | {:.2f} | {:.2f} |\n", name,
                         scrapes.milliseconds.size(), scrapes.bytes, scrapes.share(0.5),
                         scrapes.share(0.99), scrapes.share(1));
  }
  const Goal goal{.measure = "scrape: p99 in a flood",
                  .most = 100,
                  .aim = 20,
                  .values = {{.measured = phases.back().scrapes.share(0.99)}},
                  .unit = " ms",
                  .decimals = 1};
  fmt::print("{}\n{}{}\n{}", render_goals({goal}), describe_node(), described, table);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("How long /metrics takes, idle and in a flood", "bench_scrape");
  add_quick_option(app, arguments.quick);
  app.add_option("--seconds", arguments.seconds, "Of scraping")->check(CLI::Range(1.0, 600.0));
  return run_command(app, argc, argv, [&] { run(arguments); });
}
