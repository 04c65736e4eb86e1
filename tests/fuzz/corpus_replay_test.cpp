// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every committed corpus input and captured datagram through the fuzzers' properties, in every
// build.
#include "tests/fuzz/decoder_properties.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace ctwarden::fuzz {
namespace {

std::vector<std::string> inputs_in(const std::filesystem::path& folder) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

void replay(const std::string& name, void (*check)(std::span<const std::byte>)) {
  const std::filesystem::path folder = std::filesystem::path(CTWARDEN_TESTS_DIR) / name;
  const auto inputs = inputs_in(folder);
  ASSERT_GT(inputs.size(), 5U) << folder;
  for (const std::string& input : inputs) {
    check(std::as_bytes(std::span(input)));
  }
}

TEST(FlowDecoderCorpus, HoldsTheProperties) {
  replay("fuzz/corpus/flow_decoder", check_flow_decoder);
}

TEST(StatsDecoderCorpus, HoldsTheProperties) {
  replay("fuzz/corpus/stats_decoder", check_stats_decoder);
}

TEST(CapturedDatagrams, HoldThePropertiesOfBothDecoders) {
  replay("data/ctnetlink", check_flow_decoder);
  replay("data/ctnetlink", check_stats_decoder);
}

}  // namespace
}  // namespace ctwarden::fuzz
