// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/toml_text.h"

#include <gtest/gtest.h>

#include <ostream>

namespace ctwarden::daemon {
namespace {

using std::string_view_literals::operator""sv;

std::string flaw(std::string_view text) {
  const auto found = flaw_in(text);
  return found ? std::to_string(found->line) + ":" + std::to_string(found->column) + ": " +
                     found->text
               : "";
}

TEST(TomlText, FindsANulByte) {
  EXPECT_EQ(flaw("mode = \"observe\"\n# \0"sv), "2:3: a NUL byte: this is not a text file");
}

TEST(TomlText, FindsTheFirstByteOutsideUtf8) {
  EXPECT_EQ(flaw("# a\n# \xc3\xa9 \xff \xfe"), "2:5: not UTF-8: byte 0xff");
}

TEST(TomlText, RefusesALineNobodyWrote) {
  EXPECT_EQ(flaw("#" + std::string(kMaxLineBytes - 1, 'x') + "\n"), "");
  EXPECT_EQ(flaw("\n#" + std::string(kMaxLineBytes, 'x')),
            "2:2049: the line is longer than 2048 bytes: write one element of an array a line");
}

}  // namespace
}  // namespace ctwarden::daemon
