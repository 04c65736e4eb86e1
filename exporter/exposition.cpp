// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exposition.h"

#include <prometheus/text_serializer.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace ctwarden::exporter {

namespace {

prometheus::ClientMetric with_labels(Exposition::Labels labels) {
  prometheus::ClientMetric metric;
  metric.label.reserve(labels.size());
  for (const auto& [name, value] : labels) {
    metric.label.push_back({.name = std::string(name), .value = std::string(value)});
  }
  return metric;
}

}  // namespace

Exposition& Exposition::start(prometheus::MetricType type, std::string name, std::string help) {
  if (!families_.empty() && families_.back().metric.empty()) {
    families_.pop_back();
  }
  families_.push_back(
      {.name = std::move(name), .help = std::move(help), .type = type, .metric = {}});
  return *this;
}

Exposition& Exposition::counter(std::string name, std::string help) {
  return start(prometheus::MetricType::Counter, std::move(name), std::move(help));
}

Exposition& Exposition::gauge(std::string name, std::string help) {
  return start(prometheus::MetricType::Gauge, std::move(name), std::move(help));
}

Exposition& Exposition::histogram(std::string name, std::string help) {
  return start(prometheus::MetricType::Histogram, std::move(name), std::move(help));
}

Exposition& Exposition::sample(Labels labels, double value) {
  if (std::isnan(value)) {
    return *this;
  }
  prometheus::MetricFamily& family = families_.back();
  prometheus::ClientMetric metric = with_labels(labels);
  if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
  return *this;
}

Exposition& Exposition::sample(Labels labels, const model::LifetimeHistogram& lifetimes) {
  prometheus::ClientMetric metric = with_labels(labels);
  metric.histogram.bucket.reserve(model::kLifetimeBounds.size());
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < model::kLifetimeBounds.size(); ++i) {
    cumulative += lifetimes.counts[i];
    metric.histogram.bucket.push_back(
        {.cumulative_count = cumulative,
         .upper_bound = static_cast<double>(model::kLifetimeBounds[i])});
  }
  metric.histogram.sample_count = cumulative + lifetimes.counts.back();
  metric.histogram.sample_sum = lifetimes.sum_seconds;
  families_.back().metric.push_back(std::move(metric));
  return *this;
}

std::string Exposition::text() const {
  const prometheus::TextSerializer serializer;
  if (!families_.empty() && families_.back().metric.empty()) {
    return serializer.Serialize({families_.begin(), families_.end() - 1});
  }
  return serializer.Serialize(families_);
}

}  // namespace ctwarden::exporter
