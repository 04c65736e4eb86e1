// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is wrong with this node's conntrack, in terms somebody woken at night can act on: each
// finding says what was seen (numbers), what it means and what to do next. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::model {

enum class FindingKind : std::uint8_t {
  NotTracking,          // no rule of this namespace needs conntrack: the table stays empty
  TablePressure,        // the table is full, nearly full, or will be
  HashTooSmall,         // long chains in the hash table
  ChainTooLong,         // inserts refused because of them
  PacketsDropped,       // the kernel dropped packets for want of an entry
  EarlyDrops,           // the kernel evicted flows to make room
  DnsRace,              // inserts that failed as parallel DNS queries make them fail
  InsertFailures,       // inserts that failed for another reason
  SynFlood,             // half-open connections fill the table
  TimeWaitShare,        // closed connections that wait out their timeout
  CloseWaitShare,       // connections that one side does not close
  TunnelTracked,        // an overlay's own packets are tracked for nothing
  StaleDestinationNat,  // UDP flows that still go to where nobody answers
  SnatPool,             // a masqueraded address runs out of ports towards one destination
  StrictTcp,            // packets are invalid to strict TCP tracking
  NoPickup,             // connections older than their tracking are invalid
  CostlySettings,       // settings that make every flow dearer
  EventsOff,            // the kernel sends no events
  EventsLost,           // events were lost: the picture was wrong for a while
  LimitChanged,         // somebody changed the limit since the start
};
inline constexpr std::size_t kFindingKindCount = 20;
std::string_view name(FindingKind kind) noexcept;  // "table_pressure", as in labels and the API

enum class Severity : std::uint8_t { Info, Warning, Critical };
inline constexpr std::size_t kSeverityCount = 3;
std::string_view name(Severity severity) noexcept;

struct Evidence {
  Evidence(std::string_view its_name, double its_value) : name(its_name), value(its_value) {}
  std::string_view name;  // "entries"; static storage
  double value = 0;
  bool operator==(const Evidence&) const = default;
};

struct Finding {
  FindingKind kind{};
  Severity severity{};
  std::string subject;         // which of several, for example a port; often empty
  bool names_address = false;  // the subject does: not for everybody who can read the page
  std::vector<Evidence> evidence;
  std::string meaning;  // one or two sentences
  std::string next;     // a command, or a short instruction
  bool operator==(const Finding&) const = default;
};

}  // namespace ctwarden::model
