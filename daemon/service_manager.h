// SPDX-License-Identifier: GPL-2.0-or-later
//
// What systemd wants to hear (sd_notify, watchdog) and hands over (sockets). Without a service
// manager every call is a no-op.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ctwarden::daemon {

void tell_ready(const std::string& status);
void tell_reloading();
void tell_stopping();
void tell_alive();
void tell_status(const std::string& status);

// How often to tell_alive(), if the service manager watches us: half of what it allows.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

// Listening sockets inherited through socket activation; the caller owns them.
[[nodiscard]] std::vector<int> inherited_sockets();

}  // namespace ctwarden::daemon
