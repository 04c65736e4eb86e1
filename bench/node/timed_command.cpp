// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/node/timed_command.h"

#include "bench/stage/process_tree.h"
#include "tests/support/child_process.h"

#include <sys/resource.h>

#include <chrono>
#include <stdexcept>

namespace ctwarden::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Of all children that were waited for.
rusage children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return usage;
}

}  // namespace

Timed time_command(const std::vector<std::string>& command, int cpu) {
  const rusage before = children();
  const auto start = std::chrono::steady_clock::now();
  tests::ChildProcess child(command);
  ProcessTree(child.pid()).pin(cpu);
  const auto exit = child.wait(std::chrono::minutes(1));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!exit || exit->code != 0) {
    throw std::runtime_error(command.back() + " failed: " + child.standard_error());
  }
  const rusage after = children();
  return {.wall = took.count(),
          .user = seconds(after.ru_utime) - seconds(before.ru_utime),
          .system = seconds(after.ru_stime) - seconds(before.ru_stime),
          .output = child.standard_output()};
}

}  // namespace ctwarden::bench
