// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/live.h"

#include "tests/support/eventually.h"
#include "tests/support/kernel_dump.h"

#include <fmt/core.h>

#include <sched.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>

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

void wait_for_silence() {
  std::vector<pid_t> others;
  if (!tests::eventually(300s, [&] { return (others = other_listeners()).empty(); })) {
    throw std::runtime_error(fmt::format(
        "process {} listens for conntrack events in another network namespace; events are built "
        "everywhere while it does, so what listening costs cannot be told",
        others.front()));
  }
}

// Flows one after the other, over several calls.
class Feed {
 public:
  Feed(traffic::Legs& legs, const Workload& workload) : legs_(legs), workload_(workload) {}

  traffic::Report play(double seconds) {
    const auto rate = static_cast<double>(workload_.flows);
    const auto report = traffic::play(legs_, workload_.life,
                                      {.space = workload_.space,
                                       .first = flows_,
                                       .count = static_cast<std::uint64_t>(rate * seconds),
                                       .per_second = rate});
    if (!report) {
      throw std::runtime_error(report.error().context);
    }
    flows_ += report->flows;
    return *report;
  }
  [[nodiscard]] std::uint64_t flows() const { return flows_; }

 private:
  traffic::Legs& legs_;
  const Workload& workload_;
  std::uint64_t flows_ = 0;
};

// On a machine with other work, something comes between now and then.
constexpr int kAttempts = 20;

// What the kernel has announced of these flows.
Content announced(const Workload& workload, std::uint64_t flows) {
  return {.created = flows,
          .updated = flows * workload.updates_per_flow,
          .destroyed = flows - tests::conntrack_count()};
}

LiveSample measure_once(Stage& stage, const Workload& workload, LiveTimes times,
                        const std::optional<Reader>& listener) {
  empty_table();
  std::optional<RunningReader> running;
  const unsigned groups = listener ? listener->groups : 0;
  if (listener) {
    running.emplace(*listener, stage.reader_cpu);
  }
  let_flows_expire();
  Feed feed(stage.legs, workload);
  feed.play(times.warm_up_seconds);
  if (running) {
    running->wait_until_drained();
    running->begin_measuring();
  }
  const std::uint64_t before = announced(workload, feed.flows()).seen_by(groups);
  const double start = sender_ns();
  const auto report = feed.play(times.seconds);
  LiveSample sample{.sender_us = (sender_ns() - start) / static_cast<double>(report.flows) / 1000,
                    .seconds = report.seconds};
  if (running) {
    running->wait_until_drained();
    const std::uint64_t all = announced(workload, feed.flows()).seen_by(groups);
    sample.events = all - before;
    sample.time = running->measured();
    running->finish(all, all / 100);  // the kernel goes on collecting while we look
  }
  return sample;
}

}  // namespace

LiveSample measure_live(Stage& stage, const Workload& workload, LiveTimes times,
                        const std::optional<Reader>& listener, bool alone) {
  if (!alone) {
    return measure_once(stage, workload, times, listener);
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    wait_for_silence();
    const LiveSample sample = measure_once(stage, workload, times, listener);
    const bool rate_kept = sample.seconds < times.seconds * 1.1;
    if (rate_kept && other_listeners().empty()) {
      return sample;
    }
  }
  throw std::runtime_error("the machine is too busy: the rate is not kept, or others listen");
}

}  // namespace ctwarden::bench
