// SPDX-License-Identifier: GPL-2.0-or-later
//
// Answers to IPCTNL_MSG_CT_GET_STATS_CPU and IPCTNL_MSG_CT_GET_STATS, from bytes to values. Pure,
// bounds-checked, allocation-free, like the flow decoder; unknown attributes are skipped.
#pragma once

#include "model/kernel_stats.h"
#include "nlink/flow_decoder.h"

#include <cstddef>
#include <span>
#include <variant>

namespace ctwarden::nlink {

struct StatsStep {
  Step step;  // step.what == Decoded::Flow means `value` is filled
  std::variant<std::monostate, model::CpuStats, model::GlobalStats> value;
};

// Decodes the first message of `datagram`, which must not be empty. The CPU number is in nfgenmsg's
// res_id (big endian), see ctnetlink_ct_stat_cpu_fill_info().
[[nodiscard]] StatsStep decode_stats(std::span<const std::byte> datagram) noexcept;

}  // namespace ctwarden::nlink
