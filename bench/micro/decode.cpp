// SPDX-License-Identifier: GPL-2.0-or-later
//
// Decoding of messages captured from a kernel.
#include "nlink/flow_decoder.h"

#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace ctwarden;

std::vector<std::byte> captured(const std::string& name) {
  std::ifstream file(std::string(CTWARDEN_CAPTURES "/") + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

void decode(benchmark::State& state, const std::string& name) {
  const auto datagram = captured(name);
  model::FlowEvent event;
  if (datagram.empty() || nlink::decode_message(datagram, event).what != nlink::Decoded::Flow) {
    state.SkipWithError(("no flow in " + name).c_str());
    return;
  }
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(datagram.data());
    benchmark::DoNotOptimize(nlink::decode_message(datagram, event));
    benchmark::ClobberMemory();
  }
}

BENCHMARK_CAPTURE(decode, new_udp_ipv4, "new_17_ipv4.bin");
BENCHMARK_CAPTURE(decode, new_udp_ipv6, "new_17_ipv6.bin");
BENCHMARK_CAPTURE(decode, update_tcp_ipv4, "update_6_ipv4.bin");
BENCHMARK_CAPTURE(decode, destroy_udp_ipv4, "destroy_17_ipv4.bin");

}  // namespace
