// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/names_properties.h"

#include <cstddef>
#include <cstdint>

// libFuzzer's entry point: the name is its own.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ctwarden::fuzz::check_names_text(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
