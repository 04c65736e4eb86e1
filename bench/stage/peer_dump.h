// SPDX-License-Identifier: GPL-2.0-or-later
//
// A dump of the conntrack table that nobody looks at: what the kernel's part of it costs.
#pragma once

#include <cstdint>

namespace ctwarden::bench {

struct DumpTally {
  std::uint64_t bytes = 0;
  double seconds = 0;  // from the request to the end
};

// Receives 32 KiB at a time, as the daemon does. Returns an errno, 0 for a whole dump.
int receive_dump(DumpTally& tally);

}  // namespace ctwarden::bench
