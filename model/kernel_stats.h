// SPDX-License-Identifier: GPL-2.0-or-later
//
// The kernel's own conntrack counters (IPCTNL_MSG_CT_GET_STATS_CPU): 32 bits wide, one set per CPU,
// wrapping. A counter the running kernel does not send is absent.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ctwarden::model {

enum class Stat : std::uint8_t {
  Found,
  Invalid,
  Insert,  // only insertions through ctnetlink: packets stopped counting here in 2016
  InsertFailed,
  Drop,
  EarlyDrop,
  Error,
  SearchRestart,
  ClashResolve,
  ChainTooLong,
};
inline constexpr std::size_t kStatCount = 10;
std::string_view name(Stat stat) noexcept;  // "insert_failed", the metric's word

struct CpuStats {
  std::uint16_t cpu = 0;
  std::array<std::optional<std::uint32_t>, kStatCount> values;
  bool operator==(const CpuStats&) const = default;
};

// IPCTNL_MSG_CT_GET_STATS: this namespace's entries and the limit.
struct GlobalStats {
  std::optional<std::uint32_t> entries;
  std::optional<std::uint32_t> max_entries;
  bool operator==(const GlobalStats&) const = default;
};

// Sums wrapping 32-bit per-CPU counters into 64-bit ones that never go back. The first reading is
// the base: the kernel's own value, so that rates are right from the second reading on and totals
// match the kernel's until a wrap.
class StatAccumulator {
 public:
  void add(const std::vector<CpuStats>& reading);

  // Totals over all CPUs; absent until a reading carried the counter.
  [[nodiscard]] std::optional<std::uint64_t> total(Stat stat) const;

  struct Cpu {
    std::uint16_t cpu = 0;
    std::array<std::optional<std::uint64_t>, kStatCount> totals;
  };
  [[nodiscard]] const std::vector<Cpu>& cpus() const { return cpus_; }

 private:
  struct Last {
    std::array<std::uint32_t, kStatCount> raw{};
  };
  std::vector<Cpu> cpus_;  // sorted by cpu
  std::vector<Last> last_;
};

}  // namespace ctwarden::model
