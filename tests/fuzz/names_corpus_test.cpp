// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every committed names file of the corpus through the fuzzer's properties.
#include "tests/fuzz/names_properties.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace ctwarden::fuzz {
namespace {

TEST(NamesCorpus, HoldsTheProperties) {
  std::size_t inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CTWARDEN_NAMES_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    check_names_text(std::string(std::istreambuf_iterator<char>(file), {}));
    ++inputs;
  }
  EXPECT_GT(inputs, 5U);
}

}  // namespace
}  // namespace ctwarden::fuzz
