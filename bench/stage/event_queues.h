// SPDX-License-Identifier: GPL-2.0-or-later
//
// The conntrack event sockets of the current network namespace, as /proc/net/netlink shows them:
// from the outside, so every reader is judged by the same witness.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ctwarden::bench {

// Bits as in the Groups column: group n is bit n - 1.
inline constexpr unsigned kNew = 1;
inline constexpr unsigned kUpdate = 2;
inline constexpr unsigned kDestroy = 4;
inline constexpr unsigned kLifecycle = kNew | kDestroy;
inline constexpr unsigned kAllEvents = kNew | kUpdate | kDestroy;

struct EventQueues {
  unsigned groups = 0;             // what all sockets together subscribe to
  std::uint64_t queued_bytes = 0;  // charged for what waits
  std::uint64_t drops = 0;
};

[[nodiscard]] EventQueues read_event_queues();  // throws

// The processes in other network namespaces that listen for conntrack events, one a namespace.
// netlink_has_listeners() asks about the whole machine: while one of them listens, events are built
// here too.
[[nodiscard]] std::vector<pid_t> other_listeners();

// Gives the event sockets of a process this buffer (twice it, as the kernel counts), from the
// outside: not every program can ask for one. conntrack 1.4.7 -E sizes another socket than the one
// it reads events from. Throws.
void enlarge_event_buffers(pid_t process, int bytes);

// "NEW UPDATE DESTROY"
[[nodiscard]] std::string group_names(unsigned groups);

}  // namespace ctwarden::bench
