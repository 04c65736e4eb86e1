// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <ctime>

namespace ctwarden::daemon {

void tell_ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }

void tell_reloading() {
  // The time lets the manager tell this reload's READY from an earlier one (sd_notify(3)).
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds)).c_str());
}

void tell_stopping() { sd_notify(0, "STOPPING=1"); }
void tell_alive() { sd_notify(0, "WATCHDOG=1"); }
void tell_status(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(microseconds / 2);
}

std::vector<int> inherited_sockets() {
  std::vector<int> sockets;
  const int count = sd_listen_fds(1);
  sockets.reserve(static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) {
    sockets.push_back(SD_LISTEN_FDS_START + i);
  }
  return sockets;
}

}  // namespace ctwarden::daemon
