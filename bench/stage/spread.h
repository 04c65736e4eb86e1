// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is told of repeated measurements: median, least and most. Ratios are taken round by round: a
// machine that is slower for a while is so for both sides.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
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

template <typename Sample, typename Value>
[[nodiscard]] Spread over_rounds(const std::vector<Sample>& samples, Value value) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) {
    values.push_back(value(sample));
  }
  return spread_of(std::move(values));
}

template <typename Sample, typename Value>
[[nodiscard]] Spread ratio(const std::vector<Sample>& samples, const std::vector<Sample>& base,
                           Value value) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    values.push_back(value(samples[i]) / value(base[i]));
  }
  return spread_of(std::move(values));
}

// What most of them stay below: of 100 values and the share 0.99 the 99th. Of at least one.
[[nodiscard]] inline double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()) + 0.999999);
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

}  // namespace ctwarden::bench
