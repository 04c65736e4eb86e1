// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/rules.h"
#include "model/findings/words.h"

#include <bit>
#include <limits>

namespace ctwarden::model {

namespace {

// node_exporter's mixin warns at 0.75; at 0.95 the kernel's collector begins to evict by itself
// (nf_conntrack_core.c, nf_conntrack_max95).
constexpr double kFilling = 0.75;
constexpr double kNearlyFull = 0.95;
// Every entry is linked twice, so a chain holds 2 N / buckets on average; each link is likely a
// cache miss.
constexpr double kLongChains = 4;
// An entry with its extensions, and a bucket (6.18, x86-64).
constexpr std::uint64_t kEntryBytes = 384;
constexpr std::uint64_t kBucketBytes = 8;

std::string raise_limit(std::uint64_t limit) {
  const std::uint64_t wanted = std::bit_ceil(limit + 1);
  const std::uint64_t mib = (wanted * (kEntryBytes + kBucketBytes)) >> 20U;
  return words::set(Setting::Buckets, wanted) + " && " + words::set(Setting::Max, wanted) +
         "  # up to " + std::to_string(mib) + " MiB of kernel memory when full";
}

// Time to raise a limit by hand, and time to find somebody who may.
constexpr double kSoonSeconds = 600;
constexpr double kLaterSeconds = 3'600;

std::string in_minutes(double seconds) {
  return seconds < 120 ? words::number(seconds) + " seconds"
                       : words::number(seconds / 60) + " minutes";
}

std::optional<Severity> severity_of(double ratio, std::optional<double> seconds_to_full) {
  if (ratio >= kNearlyFull || seconds_to_full <= kSoonSeconds) {
    return Severity::Critical;
  }
  if (ratio >= kFilling || seconds_to_full <= kLaterSeconds) {
    return Severity::Warning;
  }
  return std::nullopt;
}

void find_fill(const Observation& seen, std::vector<Finding>& out) {
  const auto& entries = seen.picture.entries;
  const auto& limit = seen.picture.limit;
  if (!entries || !limit || *limit == 0) {
    return;
  }
  const double ratio = static_cast<double>(*entries) / static_cast<double>(*limit);
  const auto& forecast = seen.picture.forecast;
  const double to_full = forecast && forecast->seconds_to_full
                             ? *forecast->seconds_to_full
                             : std::numeric_limits<double>::infinity();
  const auto severity = severity_of(ratio, to_full);
  if (!severity) {
    return;
  }
  Finding finding{.kind = FindingKind::TablePressure,
                  .severity = *severity,
                  .subject = {},
                  .evidence = {{"entries", static_cast<double>(*entries)},
                               {"limit", static_cast<double>(*limit)},
                               {"used_ratio", ratio}},
                  .meaning = "The table is " + words::percent(ratio, 1) + " full. ",
                  .next = raise_limit(*limit)};
  if (forecast && to_full <= kLaterSeconds && ratio < 1) {
    finding.evidence.emplace_back("seconds_to_full", to_full);
    finding.meaning += "It will be full in " + in_minutes(to_full) +
                       " if flows go on to arrive as "
                       "they do, most of all " +
                       std::string(name(forecast->driver)) + ". ";
  }
  finding.meaning += ratio >= kNearlyFull
                         ? "The kernel evicts flows that are not assured to make room, and drops "
                           "packets of new connections when it finds none."
                         : "Once it is full, packets of new connections are dropped.";
  out.push_back(std::move(finding));
}

void find_chains(const Observation& seen, std::vector<Finding>& out) {
  const auto& entries = seen.picture.entries;
  const auto& buckets = seen.picture.buckets;
  if (!entries || !buckets || *buckets == 0) {
    return;
  }
  const double chain = 2 * static_cast<double>(*entries) / static_cast<double>(*buckets);
  const std::uint64_t refused = seen.ten_minutes.of(Stat::ChainTooLong);
  const std::string next = words::set(Setting::Buckets, std::bit_ceil(*entries + 1));
  if (refused > 0) {
    out.push_back({.kind = FindingKind::ChainTooLong,
                   .severity = Severity::Critical,
                   .subject = {},
                   .evidence = {{"chaintoolong", static_cast<double>(refused)},
                                {"entries_per_chain", chain},
                                {"buckets", static_cast<double>(*buckets)}},
                   .meaning = "The kernel refused " + std::to_string(refused) +
                              " new flows in ten minutes because their chain of the hash table was "
                              "too long; their packets were dropped.",
                   .next = next});
  } else if (chain > kLongChains) {
    out.push_back({.kind = FindingKind::HashTooSmall,
                   .severity = Severity::Warning,
                   .subject = {},
                   .evidence = {{"entries_per_chain", chain},
                                {"entries", static_cast<double>(*entries)},
                                {"buckets", static_cast<double>(*buckets)}},
                   .meaning = "The hash table has too few buckets for its entries: looking up a "
                              "flow walks chains of " +
                              words::number(chain) + " links on average, for every packet.",
                   .next = next});
  }
}

void find_drops(const Observation& seen, std::vector<Finding>& out) {
  const std::uint64_t dropped = seen.ten_minutes.of(Stat::Drop);
  const std::uint64_t evicted = seen.ten_minutes.of(Stat::EarlyDrop);
  const std::uint64_t limit = seen.picture.limit.value_or(0);
  // A lost race between two packets of one flow counts as a drop too, together with a failed
  // insert; those belong to the failures.
  const std::uint64_t clashes = seen.ten_minutes.of(Stat::InsertFailed);
  if (dropped > clashes) {
    out.push_back({.kind = FindingKind::PacketsDropped,
                   .severity = Severity::Critical,
                   .subject = {},
                   .evidence = {{"dropped", static_cast<double>(dropped)},
                                {"insert_failed", static_cast<double>(clashes)}},
                   .meaning = "In the last ten minutes the kernel dropped " +
                              std::to_string(dropped) +
                              " packets of new connections because it could not track them: the "
                              "table was full, or memory was short.",
                   .next = limit != 0 ? raise_limit(limit) : "dmesg | grep nf_conntrack"});
  }
  if (evicted > 0) {
    out.push_back({.kind = FindingKind::EarlyDrops,
                   .severity = Severity::Warning,
                   .subject = {},
                   .evidence = {{"early_drop", static_cast<double>(evicted)}},
                   .meaning = "In the last ten minutes the kernel evicted " +
                              std::to_string(evicted) +
                              " flows that were not assured to make room for new ones: the table "
                              "was full. Their packets may be invalid when they come.",
                   .next = limit != 0 ? raise_limit(limit) : "dmesg | grep nf_conntrack"});
  }
}

}  // namespace

void find_pressure(const Observation& seen, std::vector<Finding>& out) {
  find_fill(seen, out);
  find_chains(seen, out);
  find_drops(seen, out);
}

}  // namespace ctwarden::model
