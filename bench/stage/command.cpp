// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/command.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <exception>
#include <iostream>

namespace ctwarden::bench {

int run_command(CLI::App& app, int argc, char** argv, const std::function<void()>& run) {
  CLI11_PARSE(app, argc, argv);
  try {
    run();
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << app.get_name() << ": " << failure.what() << '\n';
    return 1;
  }
}

void add_quick_option(CLI::App& app, bool& quick) {
  app.add_flag("--quick", quick, "Everything once and shortly, to see that it works");
}

}  // namespace ctwarden::bench
