// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/rules.h"
#include "model/findings/words.h"

namespace ctwarden::model {

namespace {

// A stray packet now and then is normal anywhere.
constexpr std::uint64_t kManyInvalid = 100;

std::uint64_t with_status(const Snapshot& picture, FlowStatus status) {
  return picture.composition ? picture.composition->by_status[static_cast<std::size_t>(status)] : 0;
}

void find_invalid(const Observation& seen, std::vector<Finding>& out) {
  const std::uint64_t invalid = seen.ten_minutes.of(Stat::Invalid);
  if (invalid < kManyInvalid) {
    return;
  }
  const std::vector<Evidence> evidence = {{"invalid", static_cast<double>(invalid)}};
  const std::string count = std::to_string(invalid) + " packets were invalid in ten minutes. ";
  const bool translated = with_status(seen.picture, FlowStatus::SourceNat) +
                              with_status(seen.picture, FlowStatus::DestinationNat) >
                          0;
  if (seen.settings[Setting::TcpBeLiberal] == 0U && translated) {
    out.push_back({.kind = FindingKind::StrictTcp,
                   .severity = Severity::Warning,
                   .subject = {},
                   .evidence = evidence,
                   .meaning = count +
                              "With address translation an invalid packet is delivered "
                              "untranslated, and its receiver answers with a reset: connections "
                              "break. Packets outside the TCP window count as invalid while "
                              "nf_conntrack_tcp_be_liberal is 0.",
                   .next = words::set(Setting::TcpBeLiberal, 1) +
                           ", or drop what is invalid: nft add rule inet filter forward ct state "
                           "invalid drop"});
  }
  if (seen.settings[Setting::TcpLoose] == 0U) {
    out.push_back({.kind = FindingKind::NoPickup,
                   .severity = Severity::Info,
                   .subject = {},
                   .evidence = evidence,
                   .meaning = count +
                              "With nf_conntrack_tcp_loose at 0 every packet of a TCP "
                              "connection that is not in the table is invalid: connections do not "
                              "survive an eviction, a flush or a failover.",
                   .next = words::set(Setting::TcpLoose, 1)});
  }
}

void find_costs(const Observation& seen, std::vector<Finding>& out) {
  if (seen.settings[Setting::Timestamp] == 1U) {
    out.push_back({.kind = FindingKind::CostlySettings,
                   .severity = Severity::Info,
                   .subject = std::string(name(Setting::Timestamp)),
                   .evidence = {{"nf_conntrack_timestamp", 1}},
                   .meaning = "The kernel reads the wall clock at the beginning and the end of "
                              "every flow.",
                   .next = words::set(Setting::Timestamp, 0) + ", if nobody uses the times"});
  }
  if (seen.settings[Setting::Accounting] == 1U) {
    out.push_back({.kind = FindingKind::CostlySettings,
                   .severity = Severity::Info,
                   .subject = std::string(name(Setting::Accounting)),
                   .evidence = {{"nf_conntrack_acct", 1}},
                   .meaning = "The kernel counts packets and bytes of every flow, two atomic "
                              "additions for each packet.",
                   .next = words::set(Setting::Accounting, 0) + ", if nobody uses the counters"});
  }
}

void find_changed_limit(const Observation& seen, std::vector<Finding>& out) {
  const auto& now = seen.picture.limit;
  const auto& before = seen.limit_at_start;
  if (!now || !before || *now == *before) {
    return;
  }
  const bool lowered = *now != 0 && (*before == 0 || *now < *before);
  out.push_back({.kind = FindingKind::LimitChanged,
                 .severity = lowered ? Severity::Warning : Severity::Info,
                 .subject = {},
                 .evidence = {{"limit", static_cast<double>(*now)},
                              {"limit_at_start", static_cast<double>(*before)}},
                 .meaning = "nf_conntrack_max was " + std::to_string(*before) +
                            " when ctwardend started and is " + std::to_string(*now) +
                            " now; somebody else changed it.",
                 .next = "grep -rs nf_conntrack_max /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d; "
                         "kube-proxy and node images set it too"});
}

}  // namespace

void find_settings(const Observation& seen, std::vector<Finding>& out) {
  find_invalid(seen, out);
  find_costs(seen, out);
  find_changed_limit(seen, out);
}

void find_blindness(const Observation& seen, std::vector<Finding>& out) {
  const Snapshot& picture = seen.picture;
  if (picture.tracking == Tracking::Off) {
    out.push_back({.kind = FindingKind::NotTracking,
                   .severity = Severity::Info,
                   .subject = {},
                   .evidence = {{"entries", static_cast<double>(picture.entries.value_or(0))}},
                   .meaning = "Packets move and nothing is tracked: no rule of this network "
                              "namespace needs conntrack, so the kernel does not run it here.",
                   .next = "nothing, if that is meant; else look at nft list ruleset, or run "
                           "ctwardend in the namespace that tracks"});
    return;
  }
  if (picture.events_setting == 0U) {
    out.push_back({.kind = FindingKind::EventsOff,
                   .severity = Severity::Warning,
                   .subject = {},
                   .evidence = {{"nf_conntrack_events", 0}},
                   .meaning = "The kernel announces no flow, so rates, lifetimes and whoever fills "
                              "the table are known from dumps alone.",
                   .next = words::set(Setting::Events, 2)});
  }
  if (seen.ten_minutes.lost > 0) {
    out.push_back({.kind = FindingKind::EventsLost,
                   .severity = picture.in_sync ? Severity::Info : Severity::Warning,
                   .subject = {},
                   .evidence = {{"events_lost", static_cast<double>(seen.ten_minutes.lost)},
                                {"in_sync", picture.in_sync ? 1.0 : 0.0}},
                   .meaning = std::to_string(seen.ten_minutes.lost) +
                              " events were lost in ten minutes. " +
                              (picture.in_sync ? "The picture has been repaired from a dump since."
                                               : "The picture is off until a dump repairs it."),
                   .next = "raise events.buffer_max_bytes, or events.cpu_budget if the machine has "
                           "processor time to spare"});
  }
}

}  // namespace ctwarden::model
