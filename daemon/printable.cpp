// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/printable.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <iterator>

namespace ctwarden::daemon {

namespace {

// What the lead byte announces: length, its own bits, and the smallest number the length may carry.
struct Lead {
  std::size_t length;
  unsigned mask;
  char32_t least;
};

Lead lead_of(unsigned char byte) noexcept {
  if (byte < 0x80) {
    return {.length = 1, .mask = 0x7F, .least = 0};
  }
  if (byte >= 0xC2 && byte < 0xE0) {
    return {.length = 2, .mask = 0x1F, .least = 0x80};
  }
  if (byte >= 0xE0 && byte < 0xF0) {
    return {.length = 3, .mask = 0x0F, .least = 0x800};
  }
  if (byte >= 0xF0 && byte < 0xF5) {
    return {.length = 4, .mask = 0x07, .least = 0x10000};
  }
  return {.length = 0, .mask = 0, .least = 0};
}

constexpr std::size_t kQuotedCharacters = 60;  // a message stays one readable line

void append_escaped(std::string& out, const Character& character) {
  switch (character.code) {
    case U'\n':
      out += "\\n";
      return;
    case U'\t':
      out += "\\t";
      return;
    case U'\r':
      out += "\\r";
      return;
    default:
      break;
  }
  const auto number = static_cast<std::uint32_t>(character.code);
  if (!character.valid || number < 0x80) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", number);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", number);
  }
}

}  // namespace

Character first_character(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  const Character broken{.code = first, .length = 1, .valid = false};
  const Lead lead = lead_of(first);
  if (lead.length == 0 || lead.length > text.size()) {
    return broken;
  }
  char32_t code = first & lead.mask;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) {
      return broken;
    }
    code = (code << 6U) | (next & 0x3FU);
  }
  if (code < lead.least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    return broken;
  }
  return {.code = code, .length = lead.length, .valid = true};
}

bool is_control(char32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool is_printable(std::string_view text) noexcept {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.valid || is_control(character.code)) {
      return false;
    }
    text.remove_prefix(character.length);
  }
  return true;
}

std::string to_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.valid || is_control(character.code)) {
      append_escaped(out, character);
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

std::string in_quotes(std::string_view text) {
  std::string_view rest = text;
  for (std::size_t shown = 0; shown < kQuotedCharacters && !rest.empty(); ++shown) {
    rest.remove_prefix(first_character(rest).length);
  }
  const std::string_view head = text.substr(0, text.size() - rest.size());
  return '"' + to_printable(head) + (rest.empty() ? "\"" : "...\"");
}

std::string to_json_string(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.valid) {
      out += "\\ufffd";
    } else if (is_control(character.code)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     static_cast<std::uint32_t>(character.code));
    } else {
      if (character.code == U'"' || character.code == U'\\') {
        out += '\\';
      }
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out += '"';
}

}  // namespace ctwarden::daemon
