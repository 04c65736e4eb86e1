// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/printable.h"

#include <gtest/gtest.h>

namespace ctwarden::daemon {
namespace {

using std::string_view_literals::operator""sv;

TEST(ToPrintable, LeavesTextAlone) {
  EXPECT_EQ(to_printable("plain \\ \"text\" \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7"),
            "plain \\ \"text\" \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7");
}

TEST(ToPrintable, EscapesControlCharacters) {
  EXPECT_EQ(to_printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(to_printable("\x1b[31m\x07\x7f\0"sv), "\\x1b[31m\\x07\\x7f\\x00");
}

TEST(ToPrintable, EscapesEightBitControls) {
  EXPECT_EQ(to_printable("\xc2\x9b"
                         "31m"),
            "\\u009b31m");
  EXPECT_EQ(to_printable("\x9b"
                         "31m"),
            "\\x9b31m");
}

TEST(ToPrintable, EscapesWhatReordersOrBreaksLines) {
  EXPECT_EQ(to_printable("\xe2\x80\xae \xe2\x81\xa6 \xe2\x80\xa8 \xe2\x80\x8f"),
            "\\u202e \\u2066 \\u2028 \\u200f");
}

TEST(ToPrintable, EscapesEachByteOutsideUtf8) {
  EXPECT_EQ(to_printable("\xff"), "\\xff");
  EXPECT_EQ(to_printable("\xc3"), "\\xc3");                             // cut short
  EXPECT_EQ(to_printable("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(to_printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // overlong
  EXPECT_EQ(to_printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(to_printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(to_printable("\xe2\x28\xa1"), "\\xe2(\\xa1");
}

TEST(IsPrintable, AgreesWithWhatIsEscaped) {
  EXPECT_TRUE(is_printable(""));
  EXPECT_TRUE(is_printable("\xe2\x82\xac 5"));
  EXPECT_FALSE(is_printable("a\nb"));
  EXPECT_FALSE(is_printable("a\xff"));
}

TEST(InQuotes, CutsLongWordsBetweenCharacters) {
  std::string long_word;
  for (int i = 0; i < 61; ++i) {
    long_word += "\xc3\xa9";
  }
  EXPECT_EQ(in_quotes("x\n"), "\"x\\n\"");
  EXPECT_EQ(in_quotes(long_word), '"' + long_word.substr(0, 120) + "...\"");
  EXPECT_EQ(in_quotes(long_word.substr(0, 120)), '"' + long_word.substr(0, 120) + '"');
}

TEST(ToJsonString, EscapesWhatJsonAndTerminalsDemand) {
  EXPECT_EQ(to_json_string("a\"b\\c\n\x1b\x7f"), "\"a\\\"b\\\\c\\u000a\\u001b\\u007f\"");
  EXPECT_EQ(to_json_string("\xff\xe2\x80\xae\xc2\x9b"), "\"\\ufffd\\u202e\\u009b\"");
  EXPECT_EQ(to_json_string("\xf0\x9f\x90\xa7"), "\"\xf0\x9f\x90\xa7\"");
}

}  // namespace
}  // namespace ctwarden::daemon
