// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_dump: how long it takes to read a table of a million entries, and who needs how much for
// it. Prints markdown; needs root, and raises the machine's limit of entries meanwhile.
#include "bench/node/raised_limits.h"
#include "bench/node/timed_command.h"
#include "bench/node/watched_daemon.h"
#include "bench/stage/command.h"
#include "bench/stage/goals.h"
#include "bench/stage/readers.h"
#include "bench/stage/rounds.h"
#include "bench/stage/spread.h"
#include "bench/stage/stage.h"

#include <fmt/core.h>

#include <filesystem>
#include <functional>
#include <sstream>
#include <stdexcept>

namespace {

using namespace ctwarden;
using namespace ctwarden::bench;

struct Arguments {
  Rounds rounds;
  std::uint64_t entries = 1'000'000;
};

struct Way {
  std::string name;
  std::function<Timed()> read;
  std::vector<Timed> samples = {};
};

// Its own clock, without the start of a process.
Timed receive_only(int cpu) {
  Timed timed = time_command({peer_path(), "dump"}, cpu);
  std::istringstream words(timed.output);
  std::uint64_t bytes = 0;
  if (!(words >> bytes >> timed.wall)) {
    throw std::runtime_error("bench_peer dump: " + timed.output);
  }
  return timed;
}

// The first picture, nothing throttled; processor time with everything a start is besides.
Timed start_daemon(int cpu, std::uint64_t entries) {
  WatchedDaemon daemon(cpu);
  const CpuTime used = daemon.processes().cpu_time();
  Timed timed{.wall = daemon.value("ctwarden_dump_duration_seconds"),
              .user = static_cast<double>(used.user_ns) / 1e9,
              .system = static_cast<double>(used.system_ns) / 1e9};
  daemon.wait_until("ctwarden_flows", static_cast<double>(entries), std::chrono::seconds(1));
  daemon.end();
  return timed;
}

std::vector<Way> ways(int cpu, std::uint64_t entries) {
  const auto shell = [cpu](const char* command) {
    return [cpu, command] { return time_command({"sh", "-c", command}, cpu); };
  };
  std::vector<Way> all = {
      {.name = "receive only, 32 KiB", .read = [cpu] { return receive_only(cpu); }},
      {.name = "**ctwardend**, first picture",
       .read = [cpu, entries] { return start_daemon(cpu, entries); }},
      {.name = "conntrack -L > /dev/null",
       .read = shell("exec conntrack -L >/dev/null 2>/dev/null")}};
  if (std::filesystem::exists("/proc/self/net/nf_conntrack")) {
    all.push_back({.name = "wc < /proc/net/nf_conntrack",
                   .read = shell("exec wc </proc/self/net/nf_conntrack >/dev/null")});
  }
  return all;
}

double wall(const Timed& timed) { return timed.wall; }
double processor(const Timed& timed) { return timed.user + timed.system; }

std::string render(const std::vector<Way>& all) {
  std::string table =
      "| reader | wall s | user s | system s | wall, ratio | CPU, ratio "
      "|\n|---|---|---|---|---|---|\n";
  for (const auto& [name, read, samples] : all) {
    const Spread time = over_rounds(samples, wall);
    const auto& base = all.front().samples;
    const Spread quotient = ratio(samples, base, wall);
    table += fmt::format(
        "| {} | {:.2f} ({:.2f} to {:.2f}) | {:.2f} | {:.2f} | {:.2f} ({:.2f} to {:.2f}) | {:.2f} "
        "|\n",
        name, time.median, time.least, time.most,
        over_rounds(samples, [](const Timed& timed) { return timed.user; }).median,
        over_rounds(samples, [](const Timed& timed) { return timed.system; }).median,
        quotient.median, quotient.least, quotient.most, ratio(samples, base, processor).median);
  }
  return table;
}

void run(Arguments arguments) {
  if (arguments.rounds.quick) {
    arguments.entries = std::min<std::uint64_t>(arguments.entries, 20'000);
  }
  Stage stage;
  const RaisedLimits limits(stage.router, arguments.entries);
  create_entries(arguments.entries);
  std::vector<Way> all = ways(stage.reader_cpu, arguments.entries);
  const std::size_t rounds = run_rounds(arguments.rounds, [&](std::size_t round) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      Way& way = all[(i + round) % all.size()];
      way.samples.push_back(way.read());
      fmt::print(stderr, "round {} {:6.2f} s  {}\n", round + 1, way.samples.back().wall, way.name);
    }
  });
  const Goal goal{
      .measure = fmt::format("dump: {} entries, wall, against receive-only", arguments.entries),
      .most = 1.15,
      .aim = 1.05,
      .values = {{.measured = ratio(all[1].samples, all[0].samples, wall).median}}};
  fmt::print("{}\n{}{}- {} entries\n\n{}", render_goals({goal}), describe_machine(),
             describe_rounds(rounds, arguments.rounds), arguments.entries, render(all));
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("How long it takes to read the whole table", "bench_dump");
  add_options(app, arguments.rounds);
  app.add_option("--entries", arguments.entries, "In the table")
      ->check(CLI::Range(1'000, 1'000'000));
  return run_command(app, argc, argv, [&] { run(arguments); });
}
