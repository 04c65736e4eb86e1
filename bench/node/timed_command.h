// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a command takes from its start to its end.
#pragma once

#include <string>
#include <vector>

namespace ctwarden::bench {

struct Timed {
  double wall = 0;  // seconds
  double user = 0;
  double system = 0;
  std::string output = "";
};

// On that CPU. Throws when it fails or takes longer than a minute.
[[nodiscard]] Timed time_command(const std::vector<std::string>& command, int cpu);

}  // namespace ctwarden::bench
