// SPDX-License-Identifier: GPL-2.0-or-later
//
// The programs that are compared: how each is started, and what it is expected to subscribe
// to.
#pragma once

#include "bench/stage/event_queues.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ctwarden::bench {

// How a reader tells, afterwards, that it saw everything. The others keep no count; for them the
// witness is the kernel: the same bytes queued as for the first reader, none dropped.
enum class Account : std::uint8_t { None, Tally, Metrics };

// What the comparisons ask for.
enum class Program : std::uint8_t {
  Woken,   // receives only, sleeps on its socket
  Singly,  // the same with one message a call
  Paced,   // receives only, every few milliseconds
  Daemon,
  AttributeTables,
  Library,
  Ulogd,
  Conntrackd,
  ConntrackCommand
};

struct Reader {
  Program program{};
  std::string name;
  unsigned groups = 0;
  std::vector<std::string> command;
  Account account = Account::None;
};

inline constexpr const char* kMetricsAddress = "127.0.0.1:10087";

// One that counts the events by kind; its output is four numbers: all, NEW, UPDATE, DESTROY.
[[nodiscard]] Reader counting_reader();

// All of them, the receive-only one that the others are compared with first; `updates` adds those
// that differ by listening to UPDATE. Configuration files go to `folder`. Throws when a program is
// missing.
[[nodiscard]] std::vector<Reader> readers(bool updates, const std::string& folder);

// Those that are measured while events come; `updates` as above.
[[nodiscard]] std::vector<Reader> listeners(bool updates, const std::string& folder);

// Those that remember flows.
[[nodiscard]] std::vector<Reader> remembering_peers(const std::string& folder);

[[nodiscard]] std::string peer_path();  // bench_peer

// Names and versions of the programs, a line each.
[[nodiscard]] std::string daemon_version();
[[nodiscard]] std::vector<std::string> peer_versions();

}  // namespace ctwarden::bench
