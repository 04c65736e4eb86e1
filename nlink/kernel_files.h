// SPDX-License-Identifier: GPL-2.0-or-later
//
// Numbers the kernel shows in /proc to anybody, below a root that tests can replace. Files under
// /proc/sys/net and /proc/self/net belong to the network namespace of the reading process.
#pragma once

#include "model/kernel_stats.h"
#include "model/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace ctwarden::nlink {

class KernelFiles {
 public:
  explicit KernelFiles(std::filesystem::path proc = "/proc") : proc_(std::move(proc)) {}

  // One of net.netfilter.*, for example "nf_conntrack_count". ENOENT while conntrack is not loaded.
  [[nodiscard]] model::Result<std::uint64_t> read_setting(std::string_view name) const;

  // /proc/self/net/stat/nf_conntrack, matched by the header's column names: kernels differ in
  // columns and order. Only with CONFIG_NF_CONNTRACK_PROCFS, which many distributions switch off.
  // Rows are in CPU order.
  [[nodiscard]] model::Result<std::vector<model::CpuStats>> read_stats() const;

  // IP packets this namespace received and sent, both families, since it exists; absent when
  // neither is readable.
  [[nodiscard]] std::optional<std::uint64_t> read_ip_packets() const;

 private:
  std::filesystem::path proc_;
};

// The text of nf_conntrack's stat file to values; malformed rows are an error. Pure.
[[nodiscard]] model::Result<std::vector<model::CpuStats>> parse_stat_file(std::string_view text);

}  // namespace ctwarden::nlink
