// SPDX-License-Identifier: GPL-2.0-or-later
//
// The kernel's counters of drops and statistics have 32 bits and wrap.
#pragma once

#include <cstdint>

namespace ctwarden::model {

// From one reading to the next; right over one wrap.
[[nodiscard]] constexpr std::uint32_t growth(std::uint32_t before, std::uint32_t now) noexcept {
  return now - before;
}

}  // namespace ctwarden::model
