// SPDX-License-Identifier: GPL-2.0-or-later
//
// The flow table at the size of a busy node, flows in random order: every access is a cache miss,
// as in life.
#include "model/flow_table.h"

#include <benchmark/benchmark.h>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <random>
#include <span>

namespace {

using namespace ctwarden::model;

constexpr HashSecret kSecret = {.k0 = 0x0123456789abcdef, .k1 = 0xfedcba9876543210};
constexpr std::size_t kBatch = 64;  // the daemon's: keys of a batch first, then the table

// Each number is a flow, from as many sources as there are, but no more than `sources`.
FlowEvent event_of(std::uint32_t number, std::uint32_t sources = UINT32_MAX) {
  FlowEvent event;
  const std::uint32_t source = number % sources;
  std::memcpy(event.original.source.bytes.data(), &source, sizeof source);
  event.original.destination.bytes = {10, 2, 0, 10};
  event.original.source_port = static_cast<std::uint16_t>(number * 40503U);
  event.original.destination_port = 53;
  event.original.protocol = 17;
  event.id = number * 2654435761U;
  event.status = kStatusConfirmed;
  event.timeout_seconds = 30;
  return event;
}

// Of this thread: what else the machine does costs nothing. A look takes 0.1 us, 2 ns an event.
double running_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void apply_batch(FlowTable& table, std::span<const FlowEvent> events) {
  std::array<FlowKey, kBatch> keys;
  for (std::size_t i = 0; i < events.size(); ++i) {
    keys[i] = table.key_of(events[i]);
    table.prefetch(events[i], keys[i]);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    benchmark::DoNotOptimize(table.apply(events[i], keys[i], 100));
  }
}

FlowTable filled_table(std::uint32_t flows, std::size_t max_talkers = Talkers::kMaxKeys,
                       std::uint32_t sources = UINT32_MAX) {
  FlowTable table(kSecret, UINT64_MAX, FlowTable::kMaxTombstones, max_talkers);
  for (std::uint32_t number = 0; number < flows; ++number) {
    const FlowEvent event = event_of(number, sources);
    table.apply(event, table.key_of(event), 50);
  }
  return table;
}

// One flow ends and a new one begins; the size stays. An iteration is one batch of 64 events.
// Arguments: flows, sources, and how many of them the talkers may name (0: they are not counted).
void replace_flow(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  const auto sources = static_cast<std::uint32_t>(state.range(1));
  FlowTable table = filled_table(flows, static_cast<std::size_t>(state.range(2)), sources);
  std::mt19937 random(1);
  std::vector<std::uint32_t> alive(flows);
  std::ranges::generate(alive, [next = 0U]() mutable { return next++; });
  std::uint32_t next = flows;
  std::array<FlowEvent, kBatch> events;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBatch; i += 2) {
      std::uint32_t& chosen = alive[random() % flows];
      events[i] = event_of(chosen, sources);
      events[i].kind = EventKind::Destroy;
      chosen = next++;
      events[i + 1] = event_of(chosen, sources);
    }
    const double began = running_seconds();
    apply_batch(table, events);
    state.SetIterationTime(running_seconds() - began);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
  state.counters["bytes_per_flow"] =
      static_cast<double>(table.memory_bytes()) / static_cast<double>(table.size());
  state.counters["talkers_mib"] = static_cast<double>(table.talkers().memory_bytes()) / 1048576;
}
BENCHMARK(replace_flow)
    ->ArgNames({"flows", "sources", "talkers"})
    ->ArgsProduct({{10'000, 1'000'000}, {200, 4'000'000'000}, {0, Talkers::kMaxKeys}})
    ->UseManualTime();

// A table from nothing to its size, with all its growing.
void fill(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  std::array<FlowEvent, kBatch> events;
  for (auto _ : state) {
    FlowTable table(kSecret, UINT64_MAX);
    double taken = 0;
    for (std::uint32_t number = 0; number < flows; number += kBatch) {
      for (std::uint32_t i = 0; i < kBatch; ++i) {
        events[i] = event_of(number + i);
      }
      const double began = running_seconds();
      apply_batch(table, events);
      taken += running_seconds() - began;
    }
    state.SetIterationTime(taken);
  }
  state.SetItemsProcessed(state.iterations() * flows);
}
BENCHMARK(fill)->Arg(200'000)->UseManualTime()->Unit(benchmark::kMillisecond);

void composition(benchmark::State& state) {
  const FlowTable table = filled_table(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.composition());
  }
}
BENCHMARK(composition)->Arg(1'000'000);

// The whole sweep after a dump; the daemon does it in slices.
void sweep(benchmark::State& state) {
  FlowTable table = filled_table(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    for (std::size_t number = 0; number < FlowIndex::kTables; ++number) {
      benchmark::DoNotOptimize(table.sweep(number, 100));
    }
  }
}
BENCHMARK(sweep)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// A dump of the whole table, row by row: what is known is stamped, and who fills the table is
// counted anew.
void compare(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  FlowTable table = filled_table(flows, static_cast<std::size_t>(state.range(1)));
  std::size_t most_memory = 0;
  for (auto _ : state) {
    table.begin_resync();
    for (std::uint32_t number = 0; number < flows; ++number) {
      FlowEvent row = event_of(number);
      row.kind = EventKind::DumpRow;
      table.apply(row, table.key_of(row), 100);
    }
    most_memory = std::max(most_memory, table.talkers().memory_bytes());
    table.finish_rows();
    for (std::size_t number = 0; number < FlowIndex::kTables; ++number) {
      benchmark::DoNotOptimize(table.sweep(number, 100));
    }
  }
  state.SetItemsProcessed(state.iterations() * flows);
  state.counters["talkers_mib"] = static_cast<double>(most_memory) / 1048576;
}
BENCHMARK(compare)
    ->ArgNames({"flows", "talkers"})
    ->ArgsProduct({{1'000'000}, {0, Talkers::kMaxKeys}})
    ->Unit(benchmark::kMillisecond);

// The longest slice of the first sweep after a peak, 64 of 1,024 tables: what the daemon's events
// wait for while memory is given back.
void sweep_slice_after_peak(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    FlowTable table = filled_table(flows);
    const std::size_t peak = table.memory_bytes();
    for (std::uint32_t number = 10'000; number < flows; ++number) {
      FlowEvent event = event_of(number);
      event.kind = EventKind::Destroy;
      table.apply(event, table.key_of(event), 60);
    }
    double longest = 0;
    for (std::size_t first = 0; first < FlowIndex::kTables; first += 64) {
      const double began = running_seconds();
      for (std::size_t number = first; number < first + 64; ++number) {
        benchmark::DoNotOptimize(table.sweep(number, 100));
      }
      ::malloc_trim(0);
      longest = std::max(longest, running_seconds() - began);
    }
    state.SetIterationTime(longest);
    state.counters["peak_MiB"] = static_cast<double>(peak) / (1 << 20);
    state.counters["left_MiB"] = static_cast<double>(table.memory_bytes()) / (1 << 20);
  }
}
BENCHMARK(sweep_slice_after_peak)
    ->Arg(4'000'000)
    ->Iterations(5)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
