// SPDX-License-Identifier: GPL-2.0-or-later
//
// The independent oracle: the conntrack table of the current network namespace as
// libnetfilter_conntrack reads it, and the kernel's own counters from /proc. Shares no code with
// the layers under test. Everything throws on failure.
#pragma once

#include "model/flow.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ctwarden::tests {

struct KernelFlow {
  model::Tuple original;
  model::Tuple reply;
  std::uint16_t zone = 0;  // CTA_ZONE
  std::uint32_t id = 0;
  std::uint32_t status = 0;
  std::uint32_t timeout_seconds = 0;
  std::uint32_t mark = 0;
  std::optional<model::TcpState> tcp_state;  // TCP only

  auto operator<=>(const KernelFlow&) const = default;
};

// Both families, in the kernel's order.
[[nodiscard]] std::vector<KernelFlow> dump_kernel_flows();

// Entries of this namespace, as the kernel counts them (expired ones included until they are
// collected).
[[nodiscard]] std::uint64_t conntrack_count();

// The table's counters summed over all CPUs, by their names in /proc/net/stat/nf_conntrack:
// "invalid", "drop", ...
[[nodiscard]] std::map<std::string, std::uint64_t> conntrack_stats();

}  // namespace ctwarden::tests
