// SPDX-License-Identifier: GPL-2.0-or-later
//
// Numbers in the sentences of findings. Private to the rules.
#pragma once

#include "model/setting.h"

#include <cmath>
#include <cstdint>
#include <string>

namespace ctwarden::model::words {

inline std::string number(double value) {
  return std::to_string(static_cast<std::uint64_t>(std::llround(value)));
}
inline std::string percent(double part, double whole) {
  return whole > 0 ? number(100 * part / whole) + " %" : "0 %";
}
// A command that sets one setting.
inline std::string set(Setting setting, std::uint64_t value) {
  return "sysctl -w net.netfilter." + std::string(name(setting)) + "=" + std::to_string(value);
}

}  // namespace ctwarden::model::words
