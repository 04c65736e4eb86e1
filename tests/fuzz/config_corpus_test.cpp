// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every committed configuration of the corpus, and the example that is shipped, through the
// fuzzer's properties.
#include "tests/fuzz/config_properties.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace ctwarden::fuzz {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ConfigCorpus, HoldsTheProperties) {
  std::size_t inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CTWARDEN_CONFIG_CORPUS)) {
    check_config(read(entry.path()));
    ++inputs;
  }
  EXPECT_GT(inputs, 5U);
}

TEST(ExampleFile, HoldsTheProperties) {
  const std::string text = read(CTWARDEN_EXAMPLE);
  ASSERT_FALSE(text.empty());
  check_config(text);
}

}  // namespace
}  // namespace ctwarden::fuzz
