// SPDX-License-Identifier: GPL-2.0-or-later
//
// A private router with ctwardend watching it: the fixture of the daemon's end-to-end tests.
#pragma once

#include "bench/traffic/generator.h"
#include "bench/traffic/table_writer.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/flow_spaces.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/metrics_client.h"
#include "tests/support/scratch_netns.h"
#include "tests/support/shell.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace ctwarden::tests {

inline constexpr const char* kAddress = "127.0.0.1:10087";

class WatchedNode : public ::testing::Test {
 protected:
  // Starts the daemon and waits for its first complete picture.
  void start_daemon(const std::vector<std::string>& arguments = {}) {
    daemon_.emplace(arguments);
    ASSERT_TRUE(daemon_->wait_until_answers(kAddress, "/readyz")) << daemon_->log();
  }

  [[nodiscard]] Metrics scrape_now() const {
    const auto metrics = scrape(kAddress);
    if (!metrics) {
      throw std::runtime_error(metrics.error().context);
    }
    return *metrics;
  }
  [[nodiscard]] double value(const std::string& name, const Labels& labels = {}) const {
    const auto found = scrape_now().value(name, labels);
    if (!found) {
      throw std::runtime_error("no sample of " + name);
    }
    return *found;
  }
  // Waits until a metric has a value; false when it did not within the deadline.
  [[nodiscard]] bool reaches(const std::string& name, const Labels& labels, double wanted,
                             std::chrono::milliseconds deadline = std::chrono::seconds(20)) const {
    return eventually(deadline, [&] { return scrape_now().value(name, labels) == wanted; });
  }

  // A configuration file for tests that wait for a background resync.
  static std::string short_interval() {
    return config_file("[table]\nresync_interval = \"10s\"\n");
  }
  static std::string config_file(const std::string& text) {
    const std::string path = "/run/ctwarden-test.toml";  // /run belongs to the test
    std::ofstream(path) << text;
    return path;
  }

  void play(const traffic::Life& life, const traffic::Load& load) {
    auto legs = router_.legs();
    const auto report = traffic::play(legs, life, load);
    ASSERT_TRUE(report) << report.error().context;
    ASSERT_EQ(report->flows, load.count);
  }
  static void create(const traffic::FlowSpace& space, std::uint64_t count,
                     const traffic::EntryOptions& options = {}) {
    auto writer = traffic::TableWriter::open();
    ASSERT_TRUE(writer) << writer.error().context;
    const auto written = writer->create_flows(space, 0, count, options);
    ASSERT_TRUE(written) << written.error().context;
    ASSERT_EQ(written->refused, 0U);
  }
  static void flush() {
    auto writer = traffic::TableWriter::open();
    ASSERT_TRUE(writer) << writer.error().context;
    ASSERT_TRUE(writer->flush());
  }

  ScratchNetns router_;
  std::optional<DaemonProcess> daemon_;
};

}  // namespace ctwarden::tests
