// SPDX-License-Identifier: GPL-2.0-or-later
//
// Short commands of the system (ip, nft, conntrack), run to their end in the current namespaces,
// with a deadline.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace ctwarden::tests {

struct Output {
  int code = -1;
  std::string out;
  std::string err;
};

// Whatever the exit code. Throws when the program is missing or passes the deadline.
Output run_command(const std::vector<std::string>& arguments,
                   const std::string& standard_input = {},
                   std::chrono::milliseconds deadline = std::chrono::seconds(30));

// Standard output of a command that has to succeed; anything else throws, with the command and what
// it printed.
std::string checked_command(const std::vector<std::string>& arguments,
                            const std::string& standard_input = {});

// Replaces nothing: the rules are added to what is there, in one transaction. A refusal throws with
// the rules, numbered as nft's message counts them.
void load_nft(const std::string& rules);

}  // namespace ctwarden::tests
