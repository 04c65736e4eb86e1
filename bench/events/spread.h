// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is told of repeated measurements: median, least and most.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace ctwarden::bench {

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

// Of at least one value.
[[nodiscard]] inline Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {.median = median, .least = values.front(), .most = values.back()};
}

}  // namespace ctwarden::bench
