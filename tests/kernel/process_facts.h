// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the kernel tells about any process, child of the test or not: credentials, children, netlink
// sockets, and its end. Root only; everything throws when the process is not there.
#pragma once

#include "bench/traffic/descriptor.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ctwarden::tests {

// The fields of /proc/PID/status: "CapEff" -> "0000000000001000".
[[nodiscard]] std::map<std::string, std::string> read_status(pid_t pid);

[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);

// The netlink sockets the process holds, of the current network namespace.
struct NetlinkSocket {
  std::uint32_t port = 0;
  std::uint32_t groups = 0;  // bit 0 is group 1
};
[[nodiscard]] std::vector<NetlinkSocket> netlink_sockets_of(pid_t pid);

// Holds on to one process, so that its number cannot become another's. Does not own it.
class ProcessHandle {
 public:
  explicit ProcessHandle(pid_t pid);

  void send_signal(int signal) const;
  // Ended includes not yet waited for by its parent.
  [[nodiscard]] bool ends_within(std::chrono::milliseconds deadline) const;
  // Stopped by SIGSTOP.
  [[nodiscard]] bool stopped() const;

 private:
  pid_t pid_;
  traffic::Descriptor handle_;
};

}  // namespace ctwarden::tests
