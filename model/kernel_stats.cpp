// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/kernel_stats.h"

#include "model/growth.h"

#include <algorithm>

namespace ctwarden::model {

namespace {
constexpr std::array<std::string_view, kStatCount> kNames = {
    "found",      "invalid", "insert",         "insert_failed", "drop",
    "early_drop", "error",   "search_restart", "clash_resolve", "chaintoolong"};
}  // namespace

std::string_view name(Stat stat) noexcept { return kNames[static_cast<std::size_t>(stat)]; }

void StatAccumulator::add(const std::vector<CpuStats>& reading) {
  for (const CpuStats& now : reading) {
    const auto at = std::ranges::lower_bound(cpus_, now.cpu, {}, &Cpu::cpu);
    const auto index = at - cpus_.begin();
    if (at == cpus_.end() || at->cpu != now.cpu) {
      cpus_.insert(at, Cpu{.cpu = now.cpu, .totals = {}});
      last_.insert(last_.begin() + index, Last{});
    }
    Cpu& cpu = cpus_[static_cast<std::size_t>(index)];
    Last& last = last_[static_cast<std::size_t>(index)];
    for (std::size_t i = 0; i < kStatCount; ++i) {
      const std::optional<std::uint32_t> raw = now.values[i];
      if (!raw) {
        continue;
      }
      cpu.totals[i] = cpu.totals[i].value_or(0) + growth(last.raw[i], *raw);
      last.raw[i] = *raw;
    }
  }
}

std::optional<std::uint64_t> StatAccumulator::total(Stat stat) const {
  std::optional<std::uint64_t> sum;
  for (const Cpu& cpu : cpus_) {
    if (const auto& value = cpu.totals[static_cast<std::size_t>(stat)]) {
      sum = sum.value_or(0) + *value;
    }
  }
  return sum;
}

}  // namespace ctwarden::model
