// SPDX-License-Identifier: GPL-2.0-or-later
//
// A program with everything it forked, seen through /proc: what it does, and what CPU and memory it
// uses.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ctwarden::bench {

struct CpuTime {
  std::uint64_t total_ns = 0;  // the scheduler's own sum, exact for a task that does not run
  // By the timer tick, in 10 ms steps: good for seconds, not for less.
  std::uint64_t user_ns = 0;
  std::uint64_t system_ns = 0;
};

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
  // Resident at most so far, of each process by itself: what they share counts in each.
  [[nodiscard]] std::uint64_t peak_memory_bytes() const;
  [[nodiscard]] std::uint64_t voluntary_switches() const;

 private:
  // Of the number after `name` in /proc/PID/`file`.
  [[nodiscard]] std::uint64_t sum(const char* file, const std::string& name) const;

  std::vector<pid_t> processes_;
};

}  // namespace ctwarden::bench
