// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a scrape costs once the snapshot is taken.
#include "exporter/landing_page.h"
#include "exporter/metric_families.h"

#include <benchmark/benchmark.h>

namespace {

using namespace ctwarden;

constexpr exporter::BuildInfo kBuild = {.version = "1.2.3", .revision = "0123456789ab"};

// Every series there can be has a value.
model::Snapshot full_snapshot() {
  model::Snapshot snapshot;
  snapshot.entries = 214'337;
  snapshot.limit = 262'144;
  snapshot.buckets = 262'144;
  model::Composition composition;
  composition.flows = 214'000;
  for (auto& states : composition.by_state) {
    states.fill(2'377);
  }
  for (std::uint16_t zone = 0; zone < 64; ++zone) {
    composition.by_zone.push_back({.zone = zone, .flows = 3'000});
  }
  snapshot.composition = composition;
  snapshot.silent_flows = 12;
  snapshot.churn.created.fill(9'812'345);
  snapshot.churn.destroyed.fill(9'671'250);
  for (auto& lifetimes : snapshot.churn.lifetimes) {
    lifetimes.counts.fill(1'000);
  }
  snapshot.buffer = model::EventBuffer{.bytes = 16U << 20, .used_bytes = 12'800};
  snapshot.in_sync = true;
  snapshot.error_bound = 12;
  return snapshot;
}

void render_metrics(benchmark::State& state) {
  const model::Snapshot snapshot = full_snapshot();
  for (auto _ : state) {
    benchmark::DoNotOptimize(exporter::render_metrics(snapshot, kBuild, {}));
  }
  state.counters["bytes"] =
      static_cast<double>(exporter::render_metrics(snapshot, kBuild, {}).size());
}
BENCHMARK(render_metrics)->Unit(benchmark::kMicrosecond);

void render_landing_page(benchmark::State& state) {
  const model::Snapshot snapshot = full_snapshot();
  for (auto _ : state) {
    benchmark::DoNotOptimize(exporter::render_landing_page(snapshot, kBuild));
  }
}
BENCHMARK(render_landing_page)->Unit(benchmark::kMicrosecond);

}  // namespace
