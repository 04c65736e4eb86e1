// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_loss: whether ctwardend with its default buffers loses events at a high rate, while it is
// scraped and compares its picture with dumps. Prints markdown; needs root.
#include "bench/node/background_traffic.h"
#include "bench/node/scrapes.h"
#include "bench/node/watched_daemon.h"
#include "bench/stage/command.h"
#include "bench/stage/event_queues.h"
#include "bench/stage/goals.h"
#include "bench/stage/stage.h"
#include "tests/support/eventually.h"
#include "tests/support/kernel_dump.h"

#include <fmt/core.h>

#include <chrono>
#include <stdexcept>

namespace {

using namespace ctwarden;
using namespace ctwarden::bench;
using namespace std::chrono_literals;

// The shortest allowed; everything else is as installed.
constexpr const char* kSettings = "table.resync_interval = \"10s\"\n";

struct Arguments {
  double seconds = 60;
  double flows_per_second = 50'000;  // each is born and ends: two events
  bool quick = false;
};

struct Result {
  traffic::Report sent;
  Scrapes scrapes;
  double cpu_percent = 0;
  double events = 0;
  double lost = 0;
  double resyncs = 0;
};

// What the kernel has announced by now. It goes on collecting what has expired, by itself or while
// the daemon's dump walks the table; walking it here would announce everything at once.
double announced(const traffic::Report& sent) {
  return 2 * static_cast<double>(sent.flows) - static_cast<double>(tests::conntrack_count());
}

void expect_everything_read(const WatchedDaemon& daemon, const Result& result) {
  if (!tests::eventually(90s, [] { return tests::conntrack_count() == 0; })) {
    throw std::runtime_error("the flows do not end");
  }
  daemon.wait_until("ctwarden_events_total", 2 * static_cast<double>(result.sent.flows), 5s);
  daemon.wait_until("ctwarden_flows", 0, 5s);
}

Result measure(Stage& stage, const Arguments& arguments) {
  WatchedDaemon daemon(stage.reader_cpu, kSettings);
  let_flows_expire();
  Result result;
  const auto before = static_cast<double>(daemon.processes().cpu_time().total_ns);
  const auto start = std::chrono::steady_clock::now();
  const BackgroundTraffic traffic(stage.legs, live_udp(0), arguments.flows_per_second,
                                  arguments.seconds);
  stage.use_all_cpus();
  result.scrapes = scrape_while([&] { return traffic.running(); }, 1s);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  result.cpu_percent =
      (static_cast<double>(daemon.processes().cpu_time().total_ns) - before) / took.count() / 1e7;
  result.sent = traffic.report();
  const double least = announced(result.sent);
  const auto metrics = daemon.scrape();
  result.events = metrics.sum("ctwarden_events_total");
  result.lost = metrics.sum("ctwarden_events_lost_total") +
                metrics.sum("ctwarden_events_malformed_total") +
                static_cast<double>(read_event_queues().drops);
  result.resyncs = metrics.sum("ctwarden_resyncs_total") - 1;  // the first picture is none
  if (result.lost == 0 && result.events < least) {
    throw std::runtime_error(
        fmt::format("the daemon counts {} of {} events, and none lost", result.events, least));
  }
  if (result.lost == 0 && !arguments.quick) {
    expect_everything_read(daemon, result);
  }
  daemon.end();
  return result;
}

void run(Arguments arguments) {
  if (arguments.quick) {
    arguments.seconds = 2;
  }
  Stage stage;
  const Result result = measure(stage, arguments);
  const Goal goal{.measure = fmt::format("loss: events lost of {:.1f} M in {:.0f} s",
                                         result.events / 1e6, result.sent.seconds),
                  .values = {{.measured = result.lost}},
                  .decimals = 0};
  fmt::print("{}\n{}", render_goals({goal}), describe_node());
  fmt::print("- {:.0f} flows in {:.1f} s, {:.0f} events a second on average\n\n",
             static_cast<double>(result.sent.flows), result.sent.seconds,
             result.events / result.sent.seconds);
  fmt::print(
      "| events | lost | comparisons with a dump | CPU, % of a core | scrapes | p50 ms | p99 ms | "
      "longest ms |\n|---|---|---|---|---|---|---|---|\n"
      "| {:.0f} | {:.0f} | {:.0f} | {:.1f} | {} | {:.2f} | {:.2f} | {:.2f} |\n",
      result.events, result.lost, result.resyncs, result.cpu_percent,
      result.scrapes.milliseconds.size(), result.scrapes.share(0.5), result.scrapes.share(0.99),
      result.scrapes.share(1));
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Whether events are lost at a high rate", "bench_loss");
  add_quick_option(app, arguments.quick);
  app.add_option("--seconds", arguments.seconds, "Of traffic")->check(CLI::Range(1.0, 600.0));
  app.add_option("--flows", arguments.flows_per_second, "New flows a second, two events each")
      ->check(CLI::Range(1'000.0, 200'000.0));
  return run_command(app, argc, argv, [&] { run(arguments); });
}
