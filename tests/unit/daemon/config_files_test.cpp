// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_files.h"

#include "tests/unit/daemon/scratch_folder.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace ctwarden::daemon {
namespace {

std::string problems_of(const std::filesystem::path& file) {
  return render_problems(read_config_files(file, Missing::Problem).problems);
}

TEST(ConfigFiles, ReadsTheMainFileThenDropInsByName) {
  ScratchFolder folder;
  const auto main = folder.write("c.toml", "main");
  folder.write("c.d/20-b.toml", "b");
  folder.write("c.d/10-a.toml", "a");
  folder.write("c.d/9.toml", "c");
  const auto read = read_config_files(main, Missing::Problem);
  std::string texts;
  for (const auto& file : read.files) {
    texts += file.name.substr(folder.path().native().size()) + "=" + file.text + " ";
  }
  EXPECT_EQ(texts, "/c.toml=main /c.d/10-a.toml=a /c.d/20-b.toml=b /c.d/9.toml=c ");
  EXPECT_TRUE(read.problems.empty());
}

TEST(ConfigFiles, LeavesOutHiddenFilesAndOtherEndings) {
  ScratchFolder folder;
  const auto main = folder.write("c.toml", "");
  folder.write("c.d/.10.toml.swp", "x");
  folder.write("c.d/.hidden.toml", "x");
  folder.write("c.d/10.toml.bak", "x");
  EXPECT_EQ(read_config_files(main, Missing::Problem).files.size(), 1U);
}

TEST(ConfigFiles, FollowsTheLinksOfAConfigMap) {
  ScratchFolder folder;
  folder.write("..data/c.toml", "linked");
  std::filesystem::create_symlink("..data/c.toml", folder.path() / "c.toml");
  const auto read = read_config_files(folder.path() / "c.toml", Missing::Problem);
  ASSERT_EQ(read.files.size(), 1U);
  EXPECT_EQ(read.files.front().text, "linked");
}

TEST(ConfigFiles, NamesTheDropInDirectoryAfterTheFile) {
  EXPECT_EQ(drop_in_directory("/etc/ctwarden/ctwarden.toml"), "/etc/ctwarden/ctwarden.d");
  EXPECT_EQ(drop_in_directory("local.toml"), "local.d");
}

TEST(ConfigFiles, MindsAMissingFileOnlyWhenItWasNamed) {
  ScratchFolder folder;
  const auto file = folder.path() / "c.toml";
  EXPECT_EQ(problems_of(file), file.native() + ": cannot be read: No such file or directory\n");
  EXPECT_TRUE(read_config_files(file, Missing::Fine).problems.empty());
}

TEST(ConfigFiles, ReadsDropInsOfAMissingMainFile) {
  ScratchFolder folder;
  folder.write("c.d/a.toml", "a");
  EXPECT_EQ(read_config_files(folder.path() / "c.toml", Missing::Fine).files.size(), 1U);
}

TEST(ConfigFiles, TakesAnEmptyFile) {
  ScratchFolder folder;
  const auto read = read_config_files(folder.write("c.toml", ""), Missing::Problem);
  ASSERT_EQ(read.files.size(), 1U);
  EXPECT_EQ(read.files.front().text, "");
}

TEST(ConfigFiles, RefusesADirectory) {
  ScratchFolder folder;
  EXPECT_EQ(problems_of(folder.path()),
            folder.path().native() + ": is a directory: name the file in it\n");
}

TEST(ConfigFiles, RefusesAPipeWithoutWaitingForItsWriter) {
  ScratchFolder folder;
  const auto pipe = folder.path() / "c.toml";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(problems_of(pipe), pipe.native() + ": is not a regular file\n");
}

TEST(ConfigFiles, RefusesADevice) {
  EXPECT_EQ(problems_of("/dev/zero"), "/dev/zero: is not a regular file\n");
}

TEST(ConfigFiles, RefusesLinksInACircle) {
  ScratchFolder folder;
  const auto link = folder.path() / "c.toml";
  std::filesystem::create_symlink(link, link);
  EXPECT_EQ(problems_of(link),
            link.native() + ": cannot be read: Too many levels of symbolic links\n");
}

TEST(ConfigFiles, ReadsAMebibyteAndNoMore) {
  ScratchFolder folder;
  EXPECT_EQ(problems_of(folder.write("fits.toml", std::string(kMaxConfigBytes, '\n'))), "");
  const auto large = folder.write("large.toml", std::string(kMaxConfigBytes + 1, '\n'));
  EXPECT_EQ(problems_of(large),
            large + ": is larger than 1048576 bytes: this cannot be a configuration\n");
}

TEST(ConfigFiles, RefusesAFileEverybodyCanChange) {
  ScratchFolder folder;
  const auto file = folder.write("it's.toml", "", 0666);
  EXPECT_EQ(problems_of(file), file +
                                   ": can be changed by everybody (mode 0666): run \"chmod o-w '" +
                                   folder.path().native() + "/it'\\''s.toml'\"\n");
}

TEST(ConfigFiles, RefusesADropInDirectoryThatIsNone) {
  ScratchFolder folder;
  const auto main = folder.write("c.toml", "");
  const auto wrong = folder.write("c.d", "");
  EXPECT_EQ(problems_of(main), wrong + ": cannot be read: Not a directory\n");
}

TEST(ConfigFiles, TellsTheProblemsOfAllFiles) {
  ScratchFolder folder;
  const auto main = folder.write("c.toml", "", 0646);
  folder.write("c.d/a.toml", "", 0647);
  folder.write("c.d/b.toml", "fine");
  const auto read = read_config_files(main, Missing::Problem);
  EXPECT_EQ(read.problems.size(), 2U);
  EXPECT_EQ(read.files.size(), 1U);
}

TEST(Distrust, TrustsRootAndTheDaemonsOwnUser) {
  EXPECT_EQ(distrust("f", 0, S_IFREG | 0644, 998), std::nullopt);
  EXPECT_EQ(distrust("f", 998, S_IFREG | 0600, 998), std::nullopt);
  EXPECT_EQ(distrust("f", 0, S_IFREG | 0664, 998), std::nullopt);
}

TEST(Distrust, RefusesAnotherOwnerEvenForRoot) {
  EXPECT_EQ(distrust("/etc/f", 1000, S_IFREG | 0644, 0),
            "belongs to user id 1000, who is neither root nor the daemon's own user (0): run "
            "\"chown root /etc/f\"");
}

}  // namespace
}  // namespace ctwarden::daemon
