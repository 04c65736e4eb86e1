// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/stage.h"

#include "bench/stage/end_with_us.h"
#include "bench/stage/running_reader.h"
#include "tests/support/shell.h"

#include <fmt/core.h>

#include <sched.h>
#include <sys/utsname.h>

#include <fstream>
#include <stdexcept>
#include <vector>

namespace ctwarden::bench {
namespace {

std::vector<int> our_cpus() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    throw std::runtime_error("ask for the CPUs we may use");
  }
  std::vector<int> cpus;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) {
      cpus.push_back(static_cast<int>(cpu));
    }
  }
  return cpus;
}

void stay_on(const std::vector<int>& cpus) {
  cpu_set_t ours;
  CPU_ZERO(&ours);
  for (const int cpu : cpus) {
    CPU_SET(static_cast<unsigned>(cpu), &ours);
  }
  if (::sched_setaffinity(0, sizeof ours, &ours) != 0) {
    throw std::runtime_error("choose CPUs");
  }
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown processor";
}

}  // namespace

Stage::Stage()
    : legs(router.legs()), reader_cpu(our_cpus().front()), traffic_cpu(our_cpus().back()) {
  stay_on({traffic_cpu});
  end_programs_on_signals();
  tests::load_nft(tests::kTrackForwarded);
}

void Stage::use_all_cpus() const { stay_on({reader_cpu, traffic_cpu}); }

std::uint64_t most_flows() {
  return std::stoull(tests::read_setting("net/netfilter/nf_conntrack_max")) * 9 / 10;
}

std::uint64_t Content::seen_by(unsigned groups) const {
  return ((groups & kNew) != 0 ? created : 0) + ((groups & kUpdate) != 0 ? updated : 0) +
         ((groups & kDestroy) != 0 ? destroyed : 0);
}

Content count_content(Stage& stage, const Workload& workload) {
  empty_table();
  RunningReader counter(counting_reader(), stage.reader_cpu);
  fill(stage.legs, workload);
  counter.wait_until_drained();
  const EventTally tally = counter.finish_counting();
  return {.created = tally.created, .updated = tally.updated, .destroyed = tally.destroyed};
}

std::string describe_node() {
  utsname system{};
  ::uname(&system);
  return fmt::format("- Linux {}, {}\n- {}\n", system.release, processor(), daemon_version());
}

std::string describe_machine() {
  std::string text = describe_node();
  for (const std::string& version : peer_versions()) {
    text += "- " + version + "\n";
  }
  return text;
}

}  // namespace ctwarden::bench
