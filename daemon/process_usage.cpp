// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace ctwarden::daemon {

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Seconds since 1970: boot time plus the 22nd field of /proc/self/stat, in clock ticks (proc(5)).
double read_start_time() {
  std::ifstream stat("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(
      text.substr(text.rfind(')') + 1));  // the name before it may hold anything
  std::string skipped;
  for (int field = 3; field < 22; ++field) {
    fields >> skipped;
  }
  double ticks = 0;
  fields >> ticks;
  std::ifstream kernel("/proc/stat");
  for (std::string line; std::getline(kernel, line);) {
    if (line.starts_with("btime ")) {
      return std::stod(line.substr(6)) + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
  }
  return 0;
}

}  // namespace

model::ProcessUsage read_process_usage() {
  model::ProcessUsage usage;
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    usage.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  if (statm >> pages >> resident) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    usage.virtual_bytes = pages * page;
    usage.resident_bytes = resident * page;
  }
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (!error) {
    // The listing's own descriptor is one of them.
    usage.open_fds = static_cast<std::uint64_t>(std::distance(begin(open), end(open))) - 1;
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    usage.max_fds = limit.rlim_cur;
  }
  static const double start = read_start_time();
  usage.start_unix_seconds = start;
  return usage;
}

}  // namespace ctwarden::daemon
