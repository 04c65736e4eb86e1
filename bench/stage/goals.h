// SPDX-License-Identifier: GPL-2.0-or-later
//
// What has to be reached, beside what was: the first table of every benchmark. scripts/bench
// gathers the rows of all of them. Pure.
#pragma once

#include <string>
#include <vector>

namespace ctwarden::bench {

struct Goal {
  std::string measure;  // "benchmark: what"
  double most = 0;      // it must not be more than this
  double aim = 0;
  struct Value {
    std::string of = "";  // which workload
    double measured = 0;
  };
  std::vector<Value> values = {};
  std::string unit = "";  // "%", " ms"
  int decimals = 2;
};

// Every value counts; a goal without values is not shown.
[[nodiscard]] std::string render_goals(const std::vector<Goal>& goals);

}  // namespace ctwarden::bench
