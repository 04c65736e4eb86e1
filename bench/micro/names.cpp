// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names of addresses at the largest file there may be: what a look-up costs, and the one step of a
// reading that cannot be sliced.
#include "model/address_names.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

namespace {

using namespace ctwarden::model;

constexpr std::uint32_t kRanges = 100'000;

Address pod(std::uint32_t number) {
  return {{10, static_cast<std::uint8_t>(number >> 16U), static_cast<std::uint8_t>(number >> 8U),
           static_cast<std::uint8_t>(number)}};
}

// A pod an address, in no order, inside two wider ranges.
AddressNames::Builder named_pods() {
  AddressNames::Builder builder;
  builder.add({.family = Family::Ipv4, .address = {}, .length = 0}, "world", 1);
  builder.add({.family = Family::Ipv4, .address = {{10}}, .length = 8}, "pods", 2);
  for (std::uint32_t i = 0; i < kRanges - 2; ++i) {
    const std::uint32_t number = i * 40503U % (1U << 24U);
    builder.add({.family = Family::Ipv4, .address = pod(number), .length = 32},
                "production/checkout-7d9c5b6f4-" + std::to_string(number), i + 3);
  }
  return builder;
}

void name_of_address(benchmark::State& state) {
  const AddressNames names = named_pods().build().value();
  std::mt19937 random(2);
  std::array<Address, 1024> addresses;
  for (Address& address : addresses) {
    address = pod(static_cast<std::uint32_t>(random()) % (1U << 24U));
  }
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(names.name_of(Family::Ipv4, addresses[at++ % addresses.size()]));
  }
  state.counters["bytes_per_range"] = static_cast<double>(names.memory_bytes()) / kRanges;
}
BENCHMARK(name_of_address);

void build_names(benchmark::State& state) {
  const AddressNames::Builder filled = named_pods();
  for (auto _ : state) {
    state.PauseTiming();
    AddressNames::Builder builder = filled;
    state.ResumeTiming();
    benchmark::DoNotOptimize(builder.build());
  }
}
BENCHMARK(build_names)->Unit(benchmark::kMillisecond);

}  // namespace
