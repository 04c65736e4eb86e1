// SPDX-License-Identifier: GPL-2.0-or-later
//
// The command line of ctwardend. Pure but for the two streams. What a value means is checked where
// every source of the configuration is checked (load_config); here a word that can never be right
// is a usage error.
#pragma once

#include "daemon/config.h"

#include <expected>
#include <iosfwd>

namespace ctwarden::daemon {

inline constexpr int kExitUsage = 2;

// The error is the exit status: 0 after --help (printed to `out`), kExitUsage after a message to
// `err`.
[[nodiscard]] std::expected<Options, int> parse_options(int argc, const char* const* argv,
                                                        std::ostream& out, std::ostream& err);

}  // namespace ctwarden::daemon
