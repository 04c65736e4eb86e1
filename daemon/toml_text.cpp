// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/toml_text.h"

#include "daemon/printable.h"

#include <fmt/format.h>

namespace ctwarden::daemon {

std::optional<TextFlaw> flaw_in(std::string_view text) {
  TextFlaw at;
  std::size_t line_bytes = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.valid) {
      at.text = fmt::format("not UTF-8: byte 0x{:02x}", static_cast<unsigned>(character.code));
      return at;
    }
    if (character.code == 0) {
      at.text = "a NUL byte: this is not a text file";
      return at;
    }
    line_bytes += character.length;
    if (character.code == U'\n') {
      ++at.line;
      at.column = 1;
      line_bytes = 0;
    } else if (line_bytes > kMaxLineBytes) {
      at.text = fmt::format(
          "the line is longer than {} bytes: write one element of an array a line", kMaxLineBytes);
      return at;
    } else {
      ++at.column;
    }
    text.remove_prefix(character.length);
  }
  return std::nullopt;
}

}  // namespace ctwarden::daemon
