// SPDX-License-Identifier: GPL-2.0-or-later
//
// Starts that fail: the exit status is the documented one and the message says where and what.
#include "tests/kernel/started_as.h"
#include "tests/kernel/watched_node.h"

#include <sys/stat.h>

namespace ctwarden::tests {
namespace {

constexpr const char* kFile = "/run/ctwarden-test.toml";

class BadStart : public WatchedNode {
 protected:
  static Output start(const Words& arguments) {
    return run_command(joined({daemon_path()}, arguments));
  }
  static Output start_with(const std::string& configuration) {
    return start({"--config", config_file(configuration)});
  }
  static void expect(const Output& output, int code, const std::string& text) {
    EXPECT_EQ(output.code, code);
    EXPECT_NE(output.err.find(text), std::string::npos) << output.err;
  }
};

TEST_F(BadStart, NamesTheAddressThatIsTaken) {
  start_daemon();
  expect(start({"--runtime-dir", "/run/other"}), 1,
         "listen on 127.0.0.1:10087: Address already in use");
}

TEST_F(BadStart, SaysWhereAnInvalidAddressIs) {
  expect(start_with("[metrics]\nlisten = [\"127.0.0.1:10087\", \"127.0.0.1\"]\n"), 6,
         std::string(kFile) + ":2:");
}

TEST_F(BadStart, NamesTheVariableWithAnInvalidAddress) {
  const Output output = run_command({"env", "CTWARDEN_METRICS_LISTEN=127.0.0.1", daemon_path()});
  expect(output, 6, "environment CTWARDEN_METRICS_LISTEN: ");
}

TEST_F(BadStart, SaysWhereAnUnknownKeyIsAndWhatWasMeant) {
  const Output output =
      start_with("mode = \"observe\"\n\n[metrics]\n  lissen = [\"127.0.0.1:10087\"]\n");
  expect(output, 6, std::string(kFile) + ":4:3: ");
  expect(output, 6, "did you mean \"listen\"?");
}

TEST_F(BadStart, SaysWhereAFileIsBroken) {
  expect(start_with("[metrics\n"), 6, std::string(kFile) + ":1:");
}

TEST_F(BadStart, RefusesAnOversizedFile) {
  expect(start_with(std::string((1U << 20) + 1, '\n')), 6,
         std::string(kFile) + ": is larger than 1048576 bytes");
}

TEST_F(BadStart, RefusesAFileItCannotRead) {
  config_file("");
  ASSERT_EQ(::chmod(kFile, 0600), 0);
  const Output output = run_command(as_nobody({"--inh-caps", "-all"}, {"--config", kFile}));
  expect(output, 6, std::string(kFile) + ": cannot be read: Permission denied");
}

TEST_F(BadStart, RefusesAFileThatIsNotThere) {
  expect(start({"--config", "/run/none.toml"}), 6, "/run/none.toml: cannot be read: No such file");
}

TEST_F(BadStart, RefusesToTune) {
  const std::string message =
      "mode \"tune\" is not available: this version observes and changes nothing";
  expect(start_with("mode = \"tune\"\n"), 6, std::string(kFile) + ":1:8: " + message);
  expect(start({"--mode", "tune"}), 6, "--mode: " + message);
}

TEST_F(BadStart, HintsAtTheDirectoryItMayNotCreate) {
  const Output output =
      run_command(as_nobody({"--inh-caps", "-all"}, {"--runtime-dir", "/usr/ctwarden"}));
  expect(output, 1,
         "create the runtime directory /usr/ctwarden: Permission denied (choose another one with "
         "--runtime-dir");
}

TEST_F(BadStart, HintsAtTheDirectoryItMayNotWrite) {
  ASSERT_EQ(::mkdir("/run/ctwarden", 0755), 0);
  const Output output = run_command(as_nobody({"--inh-caps", "-all"}));
  expect(output, 1,
         "write in the runtime directory /run/ctwarden: Permission denied (choose another one with "
         "--runtime-dir");
}

TEST_F(BadStart, IsAUsageErrorForAnUnknownFlagOrValue) {
  expect(start({"--metrics-listn", "127.0.0.1:1"}), 2, "did you mean \"--metrics-listen\"?");
  expect(start({"--metrics-listen", "127.0.0.1"}), 2, "--metrics-listen");
  expect(start({"--log-level", "loud"}), 2, "ctwardend --help");
}

TEST_F(BadStart, LeavesNoLockBehind) {
  expect(start({"--metrics-listen", "192.0.2.1:10087"}), 1, "192.0.2.1:10087");
  start_daemon();
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
}

TEST_F(BadStart, IsNotAnEmptyFile) {
  start_daemon({"--config", config_file("")});
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
}

TEST_F(BadStart, IsForeseenByCheckConfig) {
  const Output bad =
      start({"--check-config", "--config", config_file("[events]\nbuffer_bytes = \"8MB\"\n")});
  expect(bad, 6, std::string(kFile) + ":2:16: ");
  EXPECT_EQ(bad.out, "");
  const Output good =
      start({"--check-config", "--config", config_file("[events]\nbuffer_bytes = \"9MiB\"\n")});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_TRUE(good.out.starts_with("OK\n"));
  EXPECT_NE(good.out.find("buffer_bytes = \"9MiB\""), std::string::npos) << good.out;
}

}  // namespace
}  // namespace ctwarden::tests
