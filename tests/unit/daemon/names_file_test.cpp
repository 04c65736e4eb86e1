// SPDX-License-Identifier: GPL-2.0-or-later
//
// A names file watched through everything that happens to files.
#include "daemon/names_file.h"

#include "tests/unit/daemon/scratch_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace ctwarden::daemon {
namespace {

using namespace std::chrono_literals;

std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

class NamesFileTest : public ::testing::Test {
 protected:
  std::string_view name_of(std::string_view text) {
    const model::Prefix one = model::parse_prefix(text).value();
    return names_.names().name_of(one.family, one.address);
  }
  // Lets the loop run until the address has the name.
  bool becomes(std::string_view address, std::string_view name) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (name_of(address) != name && std::chrono::steady_clock::now() < end) {
      loop_.run_one_for(10ms);
    }
    return name_of(address) == name;
  }
  void look_often() {
    for (int turn = 0; turn < 50; ++turn) {
      loop_.run_one_for(10ms);
    }
  }
  void watch() { names_.watch(file()); }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "names"; }
  // As editors and generators do: a new file in the place of the old.
  void replace(std::string_view text) {
    std::filesystem::rename(folder_.write("new", text), file());
  }

  ScratchFolder folder_;
  boost::asio::io_context loop_{1};
  NamesFile names_{loop_, 1ms};
};

TEST_F(NamesFileTest, IsRead) {
  folder_.write("names", "10.0.0.0/8 us\n");
  watch();
  EXPECT_TRUE(becomes("10.0.0.1", "us"));
}

TEST_F(NamesFileTest, IsReadOnceItAppears) {
  watch();
  EXPECT_EQ(name_of("10.0.0.1"), "");
  replace("10.0.0.0/8 us\n");
  EXPECT_TRUE(becomes("10.0.0.1", "us"));
}

TEST_F(NamesFileTest, IsReadAgainWhenItIsReplaced) {
  folder_.write("names", "10.0.0.0/8 old\n192.0.2.1 gone\n");
  watch();
  ASSERT_TRUE(becomes("10.0.0.1", "old"));
  replace("10.0.0.0/8 new\n");
  EXPECT_TRUE(becomes("10.0.0.1", "new"));
  EXPECT_EQ(name_of("192.0.2.1"), "");
}

TEST_F(NamesFileTest, IsReadAgainWhenItIsWrittenTo) {
  folder_.write("names", "10.0.0.0/8 old\n");
  watch();
  ASSERT_TRUE(becomes("10.0.0.1", "old"));
  folder_.write("names", "10.0.0.0/8 newer\n");
  EXPECT_TRUE(becomes("10.0.0.1", "newer"));
}

TEST_F(NamesFileTest, IsReadAgainWhenALinkAboveItChanges) {
  folder_.write("1/names", "10.0.0.0/8 old\n");
  folder_.write("2/names", "10.0.0.0/8 new\n");
  std::filesystem::create_symlink("1", folder_.path() / "..data");
  std::filesystem::create_symlink("..data/names", file());
  watch();
  ASSERT_TRUE(becomes("10.0.0.1", "old"));
  std::filesystem::create_symlink("2", folder_.path() / "..data_tmp");
  std::filesystem::rename(folder_.path() / "..data_tmp", folder_.path() / "..data");
  EXPECT_TRUE(becomes("10.0.0.1", "new"));
}

TEST_F(NamesFileTest, WithMistakesChangesNothing) {
  folder_.write("names", "10.0.0.0/8 us\n");
  watch();
  ASSERT_TRUE(becomes("10.0.0.1", "us"));
  replace("10.0.0.0/8 them\nnonsense\n");
  testing::internal::CaptureStderr();
  look_often();
  EXPECT_EQ(occurrences(testing::internal::GetCapturedStderr(), "names:2"), 1U);
  EXPECT_EQ(name_of("10.0.0.1"), "us");
  replace("10.0.0.0/8 repaired\n");
  EXPECT_TRUE(becomes("10.0.0.1", "repaired"));
}

TEST_F(NamesFileTest, ThatVanishesLeavesItsNames) {
  folder_.write("names", "10.0.0.0/8 us\n");
  watch();
  ASSERT_TRUE(becomes("10.0.0.1", "us"));
  std::filesystem::remove(file());
  testing::internal::CaptureStderr();
  look_often();
  EXPECT_EQ(occurrences(testing::internal::GetCapturedStderr(), "No such file"), 1U);
  EXPECT_EQ(name_of("10.0.0.1"), "us");
  replace("10.0.0.0/8 again\n");
  EXPECT_TRUE(becomes("10.0.0.1", "again"));
}

TEST_F(NamesFileTest, IsReadOnceItsModeIsRepaired) {
  const std::string path = folder_.write("names", "10.0.0.0/8 us\n", 0666);
  watch();
  look_often();
  EXPECT_EQ(name_of("10.0.0.1"), "");
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(becomes("10.0.0.1", "us"));
}

TEST_F(NamesFileTest, MayBeAnotherOne) {
  folder_.write("names", "10.0.0.0/8 us\n");
  watch();
  ASSERT_TRUE(becomes("10.0.0.1", "us"));
  names_.watch(folder_.write("others", "10.0.0.0/8 them\n"));
  EXPECT_TRUE(becomes("10.0.0.1", "them"));
}

TEST_F(NamesFileTest, MayBeNone) {
  folder_.write("names", "10.0.0.0/8 us\n");
  watch();
  ASSERT_TRUE(becomes("10.0.0.1", "us"));
  names_.watch({});
  EXPECT_EQ(name_of("10.0.0.1"), "");
  EXPECT_EQ(loop_.poll(), 1U) << "only the cancelled look is left";
}

// Three warnings a minute, however often it changes.
TEST_F(NamesFileTest, CannotFillTheLog) {
  testing::internal::CaptureStderr();
  watch();
  for (int version = 0; version < 20; ++version) {
    replace(std::string(static_cast<std::size_t>(version), '\n') + "nonsense\n");
    look_often();
  }
  EXPECT_EQ(occurrences(testing::internal::GetCapturedStderr(), "cannot be used"), 3U);
}

// Nothing waits for a large file: the loop turns many times while it is read.
TEST_F(NamesFileTest, IsReadInSlices) {
  folder_.write("names", "10.0.0.0/8 us\n" + std::string(1U << 20U, '\n'));
  watch();
  int turns = 0;
  while (name_of("10.0.0.1").empty() && turns < 1000) {
    loop_.run_one_for(1s);
    ++turns;
  }
  EXPECT_GE(turns, 16);
  EXPECT_EQ(name_of("10.0.0.1"), "us");
}

}  // namespace
}  // namespace ctwarden::daemon
