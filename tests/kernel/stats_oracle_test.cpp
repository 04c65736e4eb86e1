// SPDX-License-Identifier: GPL-2.0-or-later
//
// The statistics decoder against the kernel's own text of the same counters,
// /proc/net/stat/nf_conntrack.
#include "nlink/stats_decoder.h"
#include "tests/support/ctnetlink_socket.h"
#include "tests/support/loopback_traffic.h"
#include "tests/support/private_namespace.h"

#include <gtest/gtest.h>

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace ctwarden::nlink {
namespace {

// A rule that looks at the state: without one, nothing is tracked.
constexpr const char* kTrackEverything = R"(
table inet t {
  chain c {
    type filter hook output priority filter;
    ct state new
  }
})";

using model::CpuStats;
using model::Stat;

std::vector<CpuStats> decode_all(const std::vector<support::Buffer>& datagrams) {
  std::vector<CpuStats> cpus;
  for (const auto& datagram : datagrams) {
    for (std::span<const std::byte> left = datagram; !left.empty();) {
      const StatsStep result = decode_stats(left);
      if (result.step.what == Decoded::Flow) {
        cpus.push_back(std::get<CpuStats>(result.value));
      } else {
        EXPECT_EQ(result.step.what, Decoded::Done);
      }
      left = left.subspan(result.step.size);
    }
  }
  return cpus;
}

// One map of column name to value for each CPU.
std::vector<std::map<std::string, std::uint32_t>> read_kernel_table() {
  std::ifstream file("/proc/thread-self/net/stat/nf_conntrack");
  std::string line;
  std::getline(file, line);
  std::vector<std::string> columns;
  std::istringstream header(line);
  for (std::string column; header >> column;) {
    columns.push_back(column);
  }
  std::vector<std::map<std::string, std::uint32_t>> cpus;
  while (std::getline(file, line)) {
    std::istringstream values(line);
    auto& cpu = cpus.emplace_back();
    for (const std::string& column : columns) {
      values >> std::hex >> cpu[column];
    }
  }
  return cpus;
}

TEST(StatsDecoderOnTheKernel, AgreesWithTheKernelsOwnTable) {
  support::PrivateNamespace inside;
  inside.load_rules(kTrackEverything);
  support::exchange_udp("127.0.0.1", 7000, IPPROTO_UDP);
  const std::array<std::byte, 4> too_short{};  // no TCP header: counted as invalid or error
  support::send_raw(IPPROTO_TCP, too_short);

  support::CtnetlinkSocket socket;
  const auto answer = socket.dump(IPCTNL_MSG_CT_GET_STATS_CPU);
  support::keep_capture("stats_cpu", answer.front());
  const auto cpus = decode_all(answer);
  const auto expected = read_kernel_table();
  const std::vector<std::pair<Stat, std::string>> columns = {
      {Stat::Found, "found"},
      {Stat::Invalid, "invalid"},
      {Stat::Insert, "insert"},
      {Stat::InsertFailed, "insert_failed"},
      {Stat::Drop, "drop"},
      {Stat::EarlyDrop, "early_drop"},
      {Stat::Error, "icmp_error"},
      {Stat::SearchRestart, "search_restart"},
      {Stat::ClashResolve, "clashres"},
      {Stat::ChainTooLong, "chainlength"}};
  ASSERT_EQ(cpus.size(), expected.size());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    EXPECT_EQ(cpus[i].cpu, i);
    for (const auto& [stat, column] : columns) {
      EXPECT_EQ(cpus[i].values[static_cast<std::size_t>(stat)], expected[i].at(column)) << column;
      sum += expected[i].at(column);
    }
  }
  EXPECT_GT(sum, 0U);  // or nothing but zeros was compared
}

TEST(StatsDecoderOnTheKernel, AgreesWithTheSettings) {
  support::PrivateNamespace inside;
  inside.load_rules(kTrackEverything);
  support::exchange_udp("127.0.0.1", 7000, IPPROTO_UDP);
  support::CtnetlinkSocket socket;
  const support::Buffer answer = socket.get(IPCTNL_MSG_CT_GET_STATS);
  support::keep_capture("stats_global", answer);
  const StatsStep result = decode_stats(answer);
  ASSERT_EQ(result.step.what, Decoded::Flow);
  const auto stats = std::get<model::GlobalStats>(result.value);
  EXPECT_EQ(stats.entries, 1U);
  EXPECT_EQ(std::to_string(stats.max_entries.value_or(0)), inside.read_setting("nf_conntrack_max"));
}

}  // namespace
}  // namespace ctwarden::nlink
