// SPDX-License-Identifier: GPL-2.0-or-later
//
// What this process costs, from /proc/self: the values behind the usual process_* metrics.
#pragma once

#include "model/snapshot.h"

namespace ctwarden::daemon {

// Values that cannot be read stay zero or absent.
[[nodiscard]] model::ProcessUsage read_process_usage();

}  // namespace ctwarden::daemon
