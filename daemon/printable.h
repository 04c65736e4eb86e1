// SPDX-License-Identifier: GPL-2.0-or-later
//
// Any bytes made fit to be shown: nothing that comes out can move a cursor, forge a line or break a
// parser. Pure. Escaped are C0, DEL and C1 controls, line and paragraph separators, directional
// controls (they reorder what is read) and every byte that is not part of valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ctwarden::daemon {

struct Character {
  char32_t code = 0;       // the byte itself where `valid` is false
  std::size_t length = 1;  // bytes taken
  bool valid = false;
};

// The first character of `text`, which must not be empty. Overlong forms, surrogates and numbers
// above U+10FFFF are not valid and take one byte.
[[nodiscard]] Character first_character(std::string_view text) noexcept;

// True for characters a terminal or a reader may act on instead of showing them.
[[nodiscard]] bool is_control(char32_t code) noexcept;

// True if there is neither a control character nor a byte outside UTF-8 in `text`.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

// "\n", "\x1b" and "\u202e" where there was a newline, ESC and a right-to-left override; the rest
// unchanged.
[[nodiscard]] std::string to_printable(std::string_view text);

// The same in double quotes, cut after 60 characters: for words of the user in messages.
[[nodiscard]] std::string in_quotes(std::string_view text);

// A JSON string with its quotes. A byte outside UTF-8 becomes U+FFFD.
[[nodiscard]] std::string to_json_string(std::string_view text);

}  // namespace ctwarden::daemon
