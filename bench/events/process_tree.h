// SPDX-License-Identifier: GPL-2.0-or-later
//
// A program with everything it forked, seen through /proc: what it does, and what CPU and memory it
// uses.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace ctwarden::bench {

struct CpuTime {
  std::uint64_t total_ns = 0;  // the scheduler's own sum, exact for a task that does not run
  // By the timer tick, in 10 ms steps: good for shares over many runs, not for one.
  std::uint64_t user_ns = 0;
  std::uint64_t system_ns = 0;
};

[[nodiscard]] CpuTime operator-(const CpuTime& after, const CpuTime& before);

class ProcessTree {
 public:
  // `root` and its descendants as they are now. Throws when there is none.
  explicit ProcessTree(pid_t root);

  void pin(int cpu) const;
  [[nodiscard]] const std::vector<pid_t>& processes() const { return processes_; }

  [[nodiscard]] bool asleep() const;  // every thread of every process
  [[nodiscard]] bool root_stopped() const;
  [[nodiscard]] CpuTime cpu_time() const;
  [[nodiscard]] std::uint64_t memory_bytes() const;  // proportional set size

 private:
  std::vector<pid_t> processes_;
};

}  // namespace ctwarden::bench
