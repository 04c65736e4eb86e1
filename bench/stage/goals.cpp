// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/goals.h"

#include <fmt/core.h>

#include <algorithm>

namespace ctwarden::bench {
namespace {

bool within(const Goal& goal, double limit) {
  return std::ranges::all_of(goal.values,
                             [&](const Goal::Value& value) { return value.measured <= limit; });
}

std::string verdict(const Goal& goal) {
  if (within(goal, goal.aim)) {
    return "yes, and the aim";
  }
  return within(goal, goal.most) ? "yes" : "**no**";
}

}  // namespace

std::string render_goals(const std::vector<Goal>& goals) {
  std::string text = "| measure | must | aim | measured | reached |\n|---|---|---|---|---|\n";
  for (const Goal& goal : goals) {
    if (goal.values.empty()) {
      continue;
    }
    const auto number = [&](double value) {
      return fmt::format("{:.{}f}{}", value, goal.decimals, goal.unit);
    };
    std::string measured;
    for (const Goal::Value& value : goal.values) {
      measured += measured.empty() ? "" : "; ";
      measured += (value.of.empty() ? "" : value.of + " ") + number(value.measured);
    }
    text += fmt::format("| {} | ≤ {} | ≤ {} | {} | {} |\n", goal.measure, number(goal.most),
                        number(goal.aim), measured, verdict(goal));
  }
  return text;
}

}  // namespace ctwarden::bench
