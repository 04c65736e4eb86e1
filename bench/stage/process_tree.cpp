// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/process_tree.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace ctwarden::bench {
namespace {

namespace fs = std::filesystem;

std::string read_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    throw std::runtime_error("read " + path.string());
  }
  return line;
}

// The fields of /proc/PID/stat from the third on (proc(5) counts from one): the second may hold
// anything.
std::vector<std::string> stat_fields(const fs::path& folder) {
  const std::string line = read_line(folder / "stat");
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) {
    fields.push_back(std::move(field));
  }
  return fields;
}

const std::string& field(const std::vector<std::string>& fields, std::size_t number) {
  return fields.at(number - 3);
}

std::vector<pid_t> numbers_in(const fs::path& folder) {
  std::vector<pid_t> numbers;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    pid_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size()) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

fs::path folder_of(pid_t process) { return fs::path("/proc") / std::to_string(process); }

fs::path task_of(pid_t process, pid_t thread) {
  return folder_of(process) / "task" / std::to_string(thread);
}

// Parent and child of every process that did not end while we looked.
std::vector<std::pair<pid_t, pid_t>> read_parents() {
  std::vector<std::pair<pid_t, pid_t>> parents;
  for (const pid_t process : numbers_in("/proc")) {
    try {
      parents.emplace_back(std::stoi(field(stat_fields(folder_of(process)), 4)), process);
    } catch (const std::runtime_error&) {
      continue;
    }
  }
  return parents;
}

// Every thread of it.
bool in_state(pid_t process, char state) {
  return std::ranges::all_of(numbers_in(folder_of(process) / "task"), [&](pid_t thread) {
    return field(stat_fields(task_of(process, thread)), 3)[0] == state;
  });
}

}  // namespace

ProcessTree::ProcessTree(pid_t root) : processes_{root} {
  const auto parents = read_parents();
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    for (const auto& [parent, child] : parents) {
      if (parent == processes_[i]) {
        processes_.push_back(child);
      }
    }
  }
}

void ProcessTree::pin(int cpu) const {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(cpu), &one);
  for (const pid_t process : processes_) {
    for (const pid_t thread : numbers_in(folder_of(process) / "task")) {
      ::sched_setaffinity(thread, sizeof one, &one);
    }
  }
}

bool ProcessTree::asleep() const {
  return std::ranges::all_of(processes_, [](pid_t process) { return in_state(process, 'S'); });
}

bool ProcessTree::root_stopped() const { return in_state(processes_.front(), 'T'); }

CpuTime ProcessTree::cpu_time() const {
  const auto tick_ns = static_cast<std::uint64_t>(1'000'000'000 / ::sysconf(_SC_CLK_TCK));
  CpuTime time;
  for (const pid_t process : processes_) {
    const auto fields = stat_fields(folder_of(process));
    time.user_ns += std::stoull(field(fields, 14)) * tick_ns;
    time.system_ns += std::stoull(field(fields, 15)) * tick_ns;
    for (const pid_t thread : numbers_in(folder_of(process) / "task")) {
      time.total_ns += std::stoull(read_line(task_of(process, thread) / "schedstat"));
    }
  }
  return time;
}

std::uint64_t ProcessTree::memory_bytes() const { return sum("smaps_rollup", "Pss:") * 1024; }

std::uint64_t ProcessTree::peak_memory_bytes() const { return sum("status", "VmHWM:") * 1024; }

std::uint64_t ProcessTree::voluntary_switches() const {
  return sum("status", "voluntary_ctxt_switches:");
}

std::uint64_t ProcessTree::sum(const char* file, const std::string& name) const {
  std::uint64_t total = 0;
  for (const pid_t process : processes_) {
    std::ifstream lines(folder_of(process) / file);
    std::string word;
    while (lines >> word && word != name) {
    }
    std::uint64_t number = 0;
    if (!(lines >> number)) {
      throw std::runtime_error("no " + name + " of process " + std::to_string(process));
    }
    total += number;
  }
  return total;
}

}  // namespace ctwarden::bench
