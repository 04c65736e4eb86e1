// SPDX-License-Identifier: GPL-2.0-or-later
//
// Keeps the kernel's per-CPU counters and this namespace's entry count current: over netlink where
// the broker can ask, else from /proc/net/stat/nf_conntrack where the kernel has it.
#pragma once

#include "daemon/broker_link.h"
#include "daemon/kernel_query.h"
#include "model/kernel_stats.h"
#include "nlink/kernel_files.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ctwarden::daemon {

class StatsPoller {
 public:
  enum class Source : std::uint8_t { None, Netlink, Procfs };

  StatsPoller(boost::asio::io_context& loop, BrokerLink& broker, const nlink::KernelFiles& files);

  // Asks once; the answer arrives by itself. Ignored while an answer is outstanding.
  void poll();

  [[nodiscard]] const model::StatAccumulator& totals() const { return totals_; }
  [[nodiscard]] Source source() const { return source_; }
  // errno of ctnetlink's refusal, 0 while it answers: EPERM without CAP_NET_ADMIN, EINVAL where
  // ctnetlink is missing.
  [[nodiscard]] int refusal() const { return refusal_; }
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  void read();
  // True when every message of the answer has arrived.
  bool apply(std::span<const std::byte> chunk);
  void refused(const model::Error& error);

  const nlink::KernelFiles& files_;
  KernelQuery query_;
  bool outstanding_ = false;
  std::vector<model::CpuStats> reading_;
  model::StatAccumulator totals_;
  Source source_ = Source::None;
  int refusal_ = 0;
  std::string trouble_ = "not asked yet";
};

}  // namespace ctwarden::daemon
