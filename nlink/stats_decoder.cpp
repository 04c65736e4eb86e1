// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/stats_decoder.h"

#include "nlink/attributes.h"
#include "nlink/framing.h"

#include <linux/netfilter/nfnetlink_conntrack.h>

#include <optional>

namespace ctwarden::nlink {
namespace {

using model::CpuStats;
using model::GlobalStats;
using model::Stat;

// CTA_STATS_SEARCHED, _NEW, _IGNORE, _DELETE and _DELETE_LIST are no longer counted by any
// supported kernel.
std::optional<Stat> stat_of(std::uint16_t type) noexcept {
  switch (type) {
    case CTA_STATS_FOUND:
      return Stat::Found;
    case CTA_STATS_INVALID:
      return Stat::Invalid;
    case CTA_STATS_INSERT:
      return Stat::Insert;
    case CTA_STATS_INSERT_FAILED:
      return Stat::InsertFailed;
    case CTA_STATS_DROP:
      return Stat::Drop;
    case CTA_STATS_EARLY_DROP:
      return Stat::EarlyDrop;
    case CTA_STATS_ERROR:
      return Stat::Error;
    case CTA_STATS_SEARCH_RESTART:
      return Stat::SearchRestart;
    case CTA_STATS_CLASH_RESOLVE:
      return Stat::ClashResolve;
    case CTA_STATS_CHAIN_TOOLONG:
      return Stat::ChainTooLong;
    default:
      return std::nullopt;
  }
}

bool decode_cpu(const Message& message, CpuStats& stats) noexcept {
  stats.cpu = message.resource_id;
  return walk_attributes(message.attributes, [&](const Attribute& attribute) noexcept {
    const auto stat = stat_of(attribute.type);
    return !stat || attribute.read(stats.values[static_cast<std::size_t>(*stat)]);
  });
}

bool decode_global(const Message& message, GlobalStats& stats) noexcept {
  return walk_attributes(message.attributes, [&](const Attribute& attribute) noexcept {
    switch (attribute.type) {
      case CTA_STATS_GLOBAL_ENTRIES:
        return attribute.read(stats.entries);
      case CTA_STATS_GLOBAL_MAX_ENTRIES:
        return attribute.read(stats.max_entries);
      default:
        return true;
    }
  });
}

}  // namespace

StatsStep decode_stats(std::span<const std::byte> datagram) noexcept {
  Message message;
  Step step = cut_message(datagram, message);
  if (step.what != Decoded::Flow) {
    return {.step = step, .value = {}};
  }
  if (message.operation == IPCTNL_MSG_CT_GET_STATS_CPU) {
    if (CpuStats stats; decode_cpu(message, stats)) {
      return {.step = step, .value = stats};
    }
    step.what = Decoded::Malformed;
  } else if (message.operation == IPCTNL_MSG_CT_GET_STATS) {
    if (GlobalStats stats; decode_global(message, stats)) {
      return {.step = step, .value = stats};
    }
    step.what = Decoded::Malformed;
  } else {
    step.what = Decoded::Other;
  }
  return {.step = step, .value = {}};
}

}  // namespace ctwarden::nlink
