// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/path.h"

#include "bench/events/running_reader.h"
#include "bench/events/spread.h"
#include "tests/support/eventually.h"

#include <fmt/core.h>

#include <sched.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace ctwarden::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// The thread that takes over packets when there are too many for the one that brought them.
fs::path softirq_thread() {
  const std::string name = fmt::format("ksoftirqd/{}", ::sched_getcpu());
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "comm");
    std::string comm;
    if (file >> comm && comm == name) {
      return entry.path();
    }
  }
  throw std::runtime_error("no " + name);
}

// Of this thread, which sends and in whose time the router forwards, and of that one.
double sender_ns() {
  timespec own{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
  static const fs::path softirqs = softirq_thread();
  std::ifstream file(softirqs / "schedstat");
  double theirs = 0;
  file >> theirs;
  return static_cast<double>(own.tv_sec) * 1e9 + static_cast<double>(own.tv_nsec) + theirs;
}

void expect_silence() {
  std::vector<pid_t> others;
  if (!tests::eventually(60s, [&] { return (others = other_listeners()).empty(); })) {
    throw std::runtime_error(fmt::format(
        "process {} listens for conntrack events in another network namespace; events are built "
        "everywhere while it does, so what listening costs cannot be told",
        others.front()));
  }
}

template <typename Value>
Spread over_rounds(const PathRow& row, Value value) {
  std::vector<double> values;
  values.reserve(row.samples.size());
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    values.push_back(value(i));
  }
  return spread_of(std::move(values));
}

// Microseconds a flow.
double fill_us(Stage& stage, const Workload& workload) {
  const double start = sender_ns();
  fill(stage.legs, workload);
  const double spent = sender_ns() - start;
  expect_silence();
  return spent / static_cast<double>(workload.flows) / 1000;
}

}  // namespace

PathSample measure_path(Stage& stage, const Workload& workload, const Content& content,
                        const std::optional<Reader>& listener) {
  empty_table();
  expect_silence();
  if (!listener) {
    return {.sender_us = fill_us(stage, workload), .reader_ns = 0};
  }
  RunningReader running(*listener, stage.reader_cpu);
  const CpuTime before = running.cpu_time();
  const double sender_us = fill_us(stage, workload);
  running.wait_until_drained();
  const std::uint64_t events = content.seen_by(listener->groups);
  const CpuTime spent = running.cpu_time() - before;
  running.finish(events);
  return {.sender_us = sender_us,
          .reader_ns = static_cast<double>(spent.total_ns) / static_cast<double>(events)};
}

std::string render_path_table(const Workload& workload, const std::vector<PathRow>& rows) {
  std::string text = fmt::format("### {}\n\n{}; {} of them.\n\n", workload.name,
                                 workload.explanation, workload.flows);
  text +=
      "| listener | subscribed to | sender us a flow | added | reader ns an event |\n"
      "|---|---|---|---|---|\n";
  const std::vector<PathSample>& base = rows.front().samples;
  for (const PathRow& row : rows) {
    const Spread sender = over_rounds(row, [&](std::size_t i) { return row.samples[i].sender_us; });
    text += fmt::format("| {} | {} | {:.1f} ({:.1f} to {:.1f}) |",
                        row.listener ? row.listener->name : "nobody",
                        row.listener ? group_names(row.listener->groups) : "", sender.median,
                        sender.least, sender.most);
    if (row.listener) {
      const Spread added = over_rounds(
          row, [&](std::size_t i) { return row.samples[i].sender_us - base[i].sender_us; });
      const Spread reader =
          over_rounds(row, [&](std::size_t i) { return row.samples[i].reader_ns; });
      text +=
          fmt::format(" {:.1f} ({:.1f} to {:.1f}) | {:.0f} ({:.0f} to {:.0f}) |\n", added.median,
                      added.least, added.most, reader.median, reader.least, reader.most);
    } else {
      text += " | |\n";
    }
  }
  return text;
}

}  // namespace ctwarden::bench
