// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/node/watched_daemon.h"

#include "bench/stage/readers.h"
#include "tests/support/eventually.h"

#include <fmt/core.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

namespace ctwarden::bench {
namespace {

using namespace std::chrono_literals;

// /run belongs to the stage.
std::string write_config(const std::string& settings) {
  std::string path = "/run/node.toml";
  std::ofstream file(path);
  file << "state_dir = \"/run/ctwarden-state\"\nmetrics.listen = \"" << kMetricsAddress << "\"\n"
       << settings << std::flush;
  if (!file) {
    throw std::runtime_error("write " + path);
  }
  return path;
}

}  // namespace

WatchedDaemon::WatchedDaemon(int cpu, const std::string& settings)
    : daemon_({"--config", write_config(settings)}),
      ends_with_us_(daemon_.pid()),
      tree_(daemon_.pid()) {
  tree_.pin(cpu);  // the broker is not forked yet, or is pinned below
  // Its log, because asking /readyz again and again would take a part of the core from it.
  if (!daemon_.wait_until_logged("ready: look at", 60s)) {
    fail("does not become ready");
  }
  tree_ = ProcessTree(daemon_.pid());
  tree_.pin(cpu);
}

tests::Metrics WatchedDaemon::scrape() const {
  auto metrics = tests::scrape(kMetricsAddress);
  if (!metrics) {
    fail(metrics.error().context);
  }
  return std::move(*metrics);
}

double WatchedDaemon::value(const std::string& name, const tests::Labels& labels) const {
  const auto found = scrape().value(name, labels);
  if (!found) {
    fail("has no sample of " + name);
  }
  return *found;
}

void WatchedDaemon::wait_until(const std::string& name, double wanted,
                               std::chrono::seconds deadline) const {
  double last = 0;
  if (!tests::eventually(deadline, [&] { return (last = scrape().sum(name)) == wanted; })) {
    fail(fmt::format("{} stays {:.0f} instead of {:.0f}", name, last, wanted));
  }
}

void WatchedDaemon::wait_until_asleep() const {
  if (!tests::eventually(10s, [&] { return tree_.asleep(); })) {
    fail("does not sleep");
  }
}

void WatchedDaemon::stop() const {
  daemon_.send_signal(SIGSTOP);
  if (!tests::eventually(5s, [&] { return tree_.root_stopped(); })) {
    fail("does not stop");
  }
}

void WatchedDaemon::go_on() const { daemon_.send_signal(SIGCONT); }

void WatchedDaemon::end() {
  const auto exit = daemon_.stop();
  if (!exit || exit->code != 0) {
    fail("does not end cleanly");
  }
}

void WatchedDaemon::fail(const std::string& what) const {
  throw std::runtime_error("ctwardend " + what + "; its log:\n" + daemon_.log());
}

}  // namespace ctwarden::bench
