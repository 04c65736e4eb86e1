// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/names_text.h"

#include "daemon/printable.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ctwarden::daemon {
namespace {

std::expected<model::AddressNames, NamesMistakes> read(std::string_view text) {
  NamesText reader;
  reader.feed(text);
  return reader.finish();
}

std::string name_in(std::string_view text, std::string_view address) {
  const auto names = read(text);
  if (!names) {
    return "mistake: " + names.error().kept.front().text;
  }
  const model::Prefix one = model::parse_prefix(address).value();
  return std::string(names->name_of(one.family, one.address));
}

// "LINE: TEXT", a line each.
std::string mistakes_in(std::string_view text) {
  const auto names = read(text);
  std::string shown;
  if (!names) {
    for (const NamesMistake& mistake : names.error().kept) {
      shown += fmt::format("{}: {}\n", mistake.line, mistake.text);
    }
  }
  return shown;
}

TEST(NamesText, IsARangeAndItsNameALine) {
  constexpr std::string_view kText =
      "10.1.0.0/16 office\n2001:db8::/32\tlab\n192.0.2.7   printer\n";
  EXPECT_EQ(name_in(kText, "10.1.2.3"), "office");
  EXPECT_EQ(name_in(kText, "2001:db8::7"), "lab");
  EXPECT_EQ(name_in(kText, "192.0.2.7"), "printer");
}

TEST(NamesText, MayBeEmpty) { EXPECT_EQ(read("")->size(), 0U); }

TEST(NamesText, PassesOverCommentsAndBlankLines) {
  constexpr std::string_view kText = "# ours\n\n   \t \n  # indented\n10.0.0.0/8 us # all of it\n";
  EXPECT_EQ(read(kText)->size(), 1U);
  EXPECT_EQ(name_in(kText, "10.0.0.1"), "us");
}

TEST(NamesText, KeepsANumberSignInsideAName) {
  EXPECT_EQ(name_in("10.0.0.0/8 queue#7", "10.0.0.1"), "queue#7");
}

TEST(NamesText, NeedsNoNewlineAtItsEnd) { EXPECT_EQ(name_in("10.0.0.0/8 us", "10.0.0.1"), "us"); }

TEST(NamesText, TakesLinesThatEndAsOnWindows) {
  EXPECT_EQ(name_in("10.0.0.0/8 us\r\n\r\n", "10.0.0.1"), "us");
}

TEST(NamesText, MayNameInSeveralWordsAndAnyScript) {
  EXPECT_EQ(name_in("10.0.0.0/8 \t Büro im 3. Stock \t", "10.0.0.1"), "Büro im 3. Stock");
}

TEST(NamesText, RefusesWhatATerminalWouldActOn) {
  EXPECT_EQ(mistakes_in("10.0.0.0/8 a\x1b[2Jb"),
            "1: the name \"a\\x1b[2Jb\" holds control characters or bytes that are not UTF-8\n");
  EXPECT_NE(mistakes_in("10.0.0.0/8 a\xe2\x80\xae"
                        "b"),
            "");  // right-to-left override
  EXPECT_NE(mistakes_in("10.0.0.0/8 a\xff"), "");
  EXPECT_NE(mistakes_in(std::string_view("10.0.0.0/8 a\0b", 14)), "");
}

TEST(NamesText, RefusesARangeWithoutAName) {
  EXPECT_EQ(mistakes_in("\n10.0.0.0/8 # none"),
            "2: \"10.0.0.0/8\" has no name: write the range, a blank and its name\n");
}

TEST(NamesText, RefusesWhatIsNoRange) {
  EXPECT_EQ(mistakes_in("localhost us"),
            "1: \"localhost\": not an address, like 192.0.2.1 or 2001:db8::1\n");
  EXPECT_NE(mistakes_in("10.1.2.3/8 us").find("write 10.0.0.0/8"), std::string::npos);
}

TEST(NamesText, LimitsTheNamesLength) {
  EXPECT_EQ(mistakes_in("10.0.0.0/8 " + std::string(kMaxNameBytes, 'n')), "");
  EXPECT_NE(mistakes_in("10.0.0.0/8 " + std::string(kMaxNameBytes + 1, 'n')), "");
}

TEST(NamesText, LimitsTheLinesLength) {
  const std::string fits = "# " + std::string(kMaxNamesLineBytes - 2, 'x');
  EXPECT_EQ(mistakes_in(fits), "");
  EXPECT_EQ(mistakes_in("\n" + fits + "x\n10.0.0.0/8 us"), "2: is longer than 1024 bytes\n");
}

TEST(NamesText, SaysWhereARangeWasNamedBefore) {
  EXPECT_EQ(mistakes_in("10.0.0.0/8 a\n\n10.0.0.0/8 a\n"),
            "3: 10.0.0.0/8 has a name already, on line 1\n");
}

TEST(NamesText, TellsAllMistakesInTheOrderOfTheFile) {
  EXPECT_EQ(mistakes_in("::1 a\n::1 b\nx c\n::2\n"),
            "2: ::1/128 has a name already, on line 1\n"
            "3: \"x\": not an address, like 192.0.2.1 or 2001:db8::1\n"
            "4: \"::2\" has no name: write the range, a blank and its name\n");
}

TEST(NamesText, KeepsAHundredMistakesAndCountsTheRest) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "x\n";
  }
  const auto names = read(text);
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().kept.size(), kMaxNamesMistakes);
  EXPECT_EQ(names.error().count, 1000U);
}

std::string numbered_ranges(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("2001:db8::{:x}:{:x} n{}\n", i >> 16U, i & 0xFFFFU, i);
  }
  return text;
}

TEST(NamesText, HoldsAHundredThousandRanges) {
  const auto names = read(numbered_ranges(kMaxNamedRanges));
  ASSERT_TRUE(names);
  EXPECT_EQ(names->size(), kMaxNamedRanges);
  EXPECT_EQ(mistakes_in(numbered_ranges(kMaxNamedRanges + 1)),
            "100001: is one range too many: 100000 are the limit\n");
}

TEST(NamesText, IsTheSameHoweverItIsCut) {
  const std::string text =
      "# c\n10.0.0.0/8 us\r\n\nx y\n192.0.2.1 " + std::string(2000, 'z') + "\n::1";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    NamesText reader;
    reader.feed(std::string_view(text).substr(0, cut));
    reader.feed(std::string_view(text).substr(cut));
    const auto names = reader.finish();
    ASSERT_FALSE(names);
    ASSERT_EQ(names.error().count, 3U) << cut;
    ASSERT_EQ(names.error().kept[2].line, 6U) << cut;
  }
}

}  // namespace
}  // namespace ctwarden::daemon
