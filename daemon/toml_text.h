// SPDX-License-Identifier: GPL-2.0-or-later
//
// What has to hold of a file before the TOML parser sees it: text, in lines that somebody could
// have written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctwarden::daemon {

// A key stands on one line, so this bounds how deep dotted keys go: toml++ 3.3 frees nested tables
// recursively, and a key of 100,000 parts overflows its stack.
inline constexpr std::size_t kMaxLineBytes = 2048;

struct TextFlaw {
  std::uint32_t line = 1;
  std::uint32_t column = 1;  // in characters, as the parser counts
  std::string text;
};

// The first flaw, if there is one.
[[nodiscard]] std::optional<TextFlaw> flaw_in(std::string_view text);

}  // namespace ctwarden::daemon
