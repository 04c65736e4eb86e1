// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the mains of the benchmarks share: their options, and an exception as a line and an exit
// status.
#pragma once

#include <CLI/App.hpp>

#include <functional>

namespace ctwarden::bench {

// Parses the command line, then runs.
int run_command(CLI::App& app, int argc, char** argv, const std::function<void()>& run);

// Everything once and shortly: shows that it works, not how fast it is.
void add_quick_option(CLI::App& app, bool& quick);

}  // namespace ctwarden::bench
