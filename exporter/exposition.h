// SPDX-License-Identifier: GPL-2.0-or-later
//
// Collects metric families one after another and prints them. It makes up for what prometheus-cpp's
// serializer leaves to its caller: a family without samples prints nothing, a NaN is no sample, and
// cumulative buckets are computed here.
#pragma once

#include "model/snapshot.h"

#include <prometheus/metric_family.h>

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctwarden::exporter {

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Each starts a new family, to which the samples that follow belong. Help is one line without
  // backslashes (the serializer does not escape it).
  Exposition& counter(std::string name, std::string help);
  Exposition& gauge(std::string name, std::string help);
  Exposition& histogram(std::string name, std::string help);

  Exposition& sample(Labels labels, double value);
  Exposition& sample(Labels labels, const model::LifetimeHistogram& lifetimes);

  template <typename T>
    requires std::integral<T> || std::floating_point<T>
  Exposition& value(T value) {
    return sample({}, static_cast<double>(value));
  }
  template <typename T>
  Exposition& value(const std::optional<T>& known) {
    return known ? value(*known) : *this;
  }

  [[nodiscard]] std::string text() const;

 private:
  Exposition& start(prometheus::MetricType type, std::string name, std::string help);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace ctwarden::exporter
