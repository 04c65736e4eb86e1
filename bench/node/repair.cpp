// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_repair: how long ctwardend's picture stays wrong after events were lost. It is stopped,
// more flows begin and end than its buffer holds, and it goes on. Prints markdown; needs root.
#include "bench/node/raised_limits.h"
#include "bench/node/watched_daemon.h"
#include "bench/stage/command.h"
#include "bench/stage/goals.h"
#include "bench/stage/rounds.h"
#include "bench/stage/spread.h"
#include "bench/stage/stage.h"
#include "tests/support/kernel_dump.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace {

using namespace ctwarden;
using namespace ctwarden::bench;
using namespace std::chrono_literals;

// What it waits for on purpose (model/resync_planner.h): two seconds without a loss and up to one
// of jitter, each seen by a look once a second.
constexpr double kLongestDelay = 2 + 1 + 1 + 1;

struct Arguments {
  Rounds rounds;
  std::uint64_t flows = 240'000;
};

struct Sample {
  double seconds = 0;  // from going on to in_sync
  double dump = 0;     // the paced dump of it
  double lost = 0;
  double wrong = 0;  // entries it must find missing or gone
};

double count(const WatchedDaemon& daemon, const char* name) { return daemon.scrape().sum(name); }

// A quarter of the flows ends and as many others begin, unseen but for what fits the buffer: ends
// first, so that the daemon knows of fewer flows than there are, and only the loss can tell it.
void change_table(Stage& stage, const Workload& flows) {
  Workload others = flows;
  others.flows = flows.flows / 4;
  delete_entries(others.flows);
  fill(stage.legs, others, 0, flows.flows);
}

void expect_exact(const WatchedDaemon& daemon) {
  const auto kernel = static_cast<double>(tests::dump_kernel_flows().size());
  const double ours = count(daemon, "ctwarden_flows");
  if (ours != kernel) {
    throw std::runtime_error(
        fmt::format("in sync with {} flows, but the kernel has {}", ours, kernel));
  }
}

Sample measure(Stage& stage, std::uint64_t flows) {
  empty_table();
  WatchedDaemon daemon(stage.reader_cpu);
  const Workload lasting = lasting_flows(flows);
  fill(stage.legs, lasting, 100'000);
  daemon.wait_until("ctwarden_flows", static_cast<double>(flows), 10s);
  if (count(daemon, "ctwarden_events_lost_total") != 0) {
    throw std::runtime_error("events were lost before they should be");
  }
  daemon.stop();
  change_table(stage, lasting);
  daemon.go_on();
  const auto start = std::chrono::steady_clock::now();
  if (daemon.value("ctwarden_in_sync") != 0) {
    throw std::runtime_error("the daemon says in sync after a loss");
  }
  daemon.wait_until("ctwarden_in_sync", 1, 60s);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (daemon.value("ctwarden_resyncs_total", {{"reason", "loss"}}) != 1) {
    throw std::runtime_error("something else than the loss led to the repair");
  }
  expect_exact(daemon);
  const Sample sample{.seconds = took.count(),
                      .dump = daemon.value("ctwarden_dump_duration_seconds"),
                      .lost = count(daemon, "ctwarden_events_lost_total"),
                      .wrong = count(daemon, "ctwarden_resync_missing_added_total") +
                               count(daemon, "ctwarden_resync_ghosts_removed_total") +
                               count(daemon, "ctwarden_resync_silent_removed_total")};
  daemon.end();
  return sample;
}

double after_delay(const Sample& sample) {
  return std::max(0.0, sample.seconds - kLongestDelay) / sample.dump;
}

void run(Arguments arguments) {
  if (arguments.rounds.quick) {
    arguments.flows = std::min<std::uint64_t>(arguments.flows, 80'000);
  }
  Stage stage;
  const RaisedLimits limits(stage.router, arguments.flows + 10'000);
  std::vector<Sample> samples;
  const std::size_t rounds = run_rounds(arguments.rounds, [&](std::size_t round) {
    samples.push_back(measure(stage, arguments.flows));
    fmt::print(stderr, "round {} {:.2f} s\n", round + 1, samples.back().seconds);
  });
  const Goal goal{.measure = "repair: beyond the planned delay of at most 5 s, in paced dumps",
                  .most = 2,
                  .aim = 1.2,
                  .values = {{.measured = over_rounds(samples, after_delay).most}}};
  fmt::print(
      "{}\n{}{}- {} flows; a quarter of them ends and as many others begin while the daemon "
      "is stopped\n\n",
      render_goals({goal}), describe_node(), describe_rounds(rounds, arguments.rounds),
      arguments.flows);
  fmt::print(
      "| round | events lost | entries repaired | exact after s | of which the dump s |\n"
      "|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < samples.size(); ++i) {
    fmt::print("| {} | {:.0f} | {:.0f} | {:.2f} | {:.2f} |\n", i + 1, samples[i].lost,
               samples[i].wrong, samples[i].seconds, samples[i].dump);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("How long the picture stays wrong after a loss", "bench_repair");
  add_options(app, arguments.rounds);
  app.add_option("--flows", arguments.flows, "In the table")->check(CLI::Range(80'000, 1'000'000));
  return run_command(app, argc, argv, [&] { run(arguments); });
}
