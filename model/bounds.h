// SPDX-License-Identifier: GPL-2.0-or-later
//
// A count that may not be known exactly: the truth is one of lower..upper, both included.
#pragma once

#include <cstdint>

namespace ctwarden::model {

struct Bounds {
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;

  [[nodiscard]] bool exact() const { return lower == upper; }
  [[nodiscard]] bool hold(std::uint64_t truth) const { return lower <= truth && truth <= upper; }
  bool operator==(const Bounds&) const = default;
};

}  // namespace ctwarden::model
