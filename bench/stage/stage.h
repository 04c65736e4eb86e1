// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where a benchmark happens: a router of its own, the traffic's CPU and the readers' CPU.
#pragma once

#include "bench/stage/workloads.h"
#include "bench/traffic/generator.h"
#include "tests/support/scratch_netns.h"

#include <cstdint>
#include <string>

namespace ctwarden::bench {

// Enters the router's network namespace and keeps this process to the last CPU it may use; readers
// go to the first. Needs root; throws.
class Stage {
 public:
  Stage();

  // Lets this process leave the traffic's CPU, for benchmarks whose traffic is another process.
  void use_all_cpus() const;

  tests::ScratchNetns router;
  traffic::Legs legs;
  int reader_cpu;
  int traffic_cpu;
};

// Flows that surely fit: the limit is the whole machine's.
[[nodiscard]] std::uint64_t most_flows();

// How many events of each kind a workload makes.
struct Content {
  std::uint64_t created = 0;
  std::uint64_t updated = 0;
  std::uint64_t destroyed = 0;

  [[nodiscard]] std::uint64_t seen_by(unsigned groups) const;
};

// Plays it once before a reader that counts by kind.
[[nodiscard]] Content count_content(Stage& stage, const Workload& workload);

// Kernel, processor and the daemon's version, in markdown.
[[nodiscard]] std::string describe_node();
// The same with the versions of all programs that are compared.
[[nodiscard]] std::string describe_machine();

}  // namespace ctwarden::bench
