// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/names_reading.h"

#include "tests/unit/daemon/scratch_folder.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ctwarden::daemon {
namespace {

std::string why_not(const std::filesystem::path& file) {
  const auto reading = NamesReading::open(file);
  return reading ? "opened" : reading.error().context;
}

std::string problems_of(const std::filesystem::path& file) {
  return render_problems(check_names(file));
}

TEST(NamesReading, TakesALargeFileInSlices) {
  ScratchFolder folder;
  auto reading =
      NamesReading::open(folder.write("names", "10.0.0.0/8 us\n" + std::string(200'000, '\n')));
  ASSERT_TRUE(reading);
  int slices = 1;
  auto outcome = reading->step();
  for (; !outcome; ++slices) {
    outcome = reading->step();
  }
  EXPECT_EQ(slices, 5);  // 64 KiB each, and the end
  ASSERT_TRUE(*outcome);
  EXPECT_EQ((*outcome)->size(), 1U);
}

TEST(NamesReading, OfAMissingFileSaysSo) {
  EXPECT_EQ(why_not("/nonexistent/names"), "cannot be read: No such file or directory");
}

TEST(NamesReading, RefusesWhatIsNoRegularFile) {
  const ScratchFolder folder;
  const std::string fifo = folder.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(why_not(fifo), "is not a regular file");
  EXPECT_EQ(why_not(folder.path()), "is not a regular file");
  EXPECT_EQ(why_not("/dev/zero"), "is not a regular file");
}

TEST(NamesReading, RefusesAFileThatEverybodyCanChange) {
  ScratchFolder folder;
  EXPECT_NE(why_not(folder.write("names", "", 0666)).find("can be changed by everybody"),
            std::string::npos);
}

TEST(NamesReading, RefusesAFileThatIsTooLarge) {
  ScratchFolder folder;
  const std::string file = folder.write("names", "");
  std::filesystem::resize_file(file, kMaxNamesBytes);
  EXPECT_EQ(why_not(file), "opened");
  std::filesystem::resize_file(file, kMaxNamesBytes + 1);
  EXPECT_EQ(why_not(file), "is larger than 16777216 bytes");
}

TEST(NamesReading, StopsAtAFileThatGrowsBeyondTheLimit) {
  ScratchFolder folder;
  const std::string file = folder.write("names", "");
  std::filesystem::resize_file(file, kMaxNamesBytes);
  auto reading = NamesReading::open(file);
  ASSERT_TRUE(reading);
  std::filesystem::resize_file(file, kMaxNamesBytes + 1);
  auto outcome = reading->step();
  while (!outcome) {
    outcome = reading->step();
  }
  ASSERT_FALSE(*outcome);
  EXPECT_EQ(outcome->error().kept.front().text, "is larger than 16777216 bytes");
}

TEST(NamesReading, NoticesThatTheFileWasWrittenTo) {
  ScratchFolder folder;
  const std::string file = folder.write("names", "10.0.0.0/8 us\n");
  const auto reading = NamesReading::open(file);
  ASSERT_TRUE(reading);
  EXPECT_FALSE(reading->disturbed());
  std::ofstream(file, std::ios::app) << "::1 me\n";
  EXPECT_TRUE(reading->disturbed());
}

TEST(NamesReading, IsNotDisturbedByAReplacement) {
  ScratchFolder folder;
  const std::string file = folder.write("names", "10.0.0.0/8 us\n");
  const auto reading = NamesReading::open(file);
  ASSERT_TRUE(reading);
  std::filesystem::rename(folder.write("new", "::1 me\n"), file);
  EXPECT_FALSE(reading->disturbed());
}

TEST(FileStamp, ChangesWithALinkAboveTheFile) {
  ScratchFolder folder;
  folder.write("1/names", "a");
  folder.write("2/names", "a");
  std::filesystem::create_symlink("1", folder.path() / "now");
  const auto before = read_stamp(folder.path() / "now/names");
  std::filesystem::create_symlink("2", folder.path() / "next");
  std::filesystem::rename(folder.path() / "next", folder.path() / "now");
  const auto after = read_stamp(folder.path() / "now/names");
  ASSERT_TRUE(before && after);
  EXPECT_NE(*before, *after);
}

TEST(FileStamp, ChangesWithTheMode) {
  ScratchFolder folder;
  const std::string file = folder.write("names", "a");
  const auto before = read_stamp(file);
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  EXPECT_NE(before.value(), read_stamp(file).value());
}

TEST(CheckNames, FindsNothingWrongWithAGoodFileOrNone) {
  ScratchFolder folder;
  EXPECT_EQ(problems_of(folder.write("names", "10.0.0.0/8 us\n")), "");
  EXPECT_EQ(problems_of(""), "");
}

TEST(CheckNames, TellsEveryMistakeWithItsPlace) {
  ScratchFolder folder;
  const std::string file = folder.write("names", "10.0.0.0/8 us\nx y\n::1\n");
  EXPECT_EQ(problems_of(file),
            file + ":2: \"x\": not an address, like 192.0.2.1 or 2001:db8::1\n" + file +
                ":3: \"::1\" has no name: write the range, a blank and its name\n");
}

TEST(CheckNames, CountsWhatItDoesNotTell) {
  ScratchFolder folder;
  std::string text;
  for (int i = 0; i < 130; ++i) {
    text += "x\n";
  }
  const auto problems = check_names(folder.write("names", text));
  ASSERT_EQ(problems.size(), 101U);
  EXPECT_EQ(problems.back().text, "30 more mistakes");
}

TEST(CheckNames, SaysThatAFileIsMissing) {
  EXPECT_EQ(problems_of("/nonexistent/names"),
            "/nonexistent/names: cannot be read: No such file or directory\n");
}

}  // namespace
}  // namespace ctwarden::daemon
