// SPDX-License-Identifier: GPL-2.0-or-later
//
// ctwardend with its default configuration, or almost, in the stage's router: started, with its
// first picture complete, kept to one CPU. What is not as expected is an exception with its log.
#pragma once

#include "bench/stage/end_with_us.h"
#include "bench/stage/process_tree.h"
#include "tests/support/daemon_process.h"
#include "tests/support/metrics_client.h"

#include <chrono>
#include <string>

namespace ctwarden::bench {

class WatchedDaemon {
 public:
  // `settings`: lines of TOML that differ from the defaults.
  explicit WatchedDaemon(int cpu, const std::string& settings = {});

  [[nodiscard]] tests::Metrics scrape() const;
  // Throws when there is no such sample.
  [[nodiscard]] double value(const std::string& name, const tests::Labels& labels = {}) const;
  void wait_until(const std::string& name, double wanted, std::chrono::seconds deadline) const;
  void wait_until_asleep() const;

  void stop() const;
  void go_on() const;
  [[nodiscard]] const ProcessTree& processes() const { return tree_; }

  void end();

 private:
  [[noreturn]] void fail(const std::string& what) const;

  tests::DaemonProcess daemon_;
  EndWithUs ends_with_us_;
  ProcessTree tree_;
};

}  // namespace ctwarden::bench
