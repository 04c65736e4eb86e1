// SPDX-License-Identifier: GPL-2.0-or-later
//
// ctwardend started by somebody else than root, or by a root with less than all rights. setpriv(1)
// of util-linux becomes that somebody and then the daemon, so the process number stays.
#pragma once

#include "tests/support/daemon_process.h"
#include "tests/support/shell.h"

#include <sys/mount.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace ctwarden::tests {

using Words = std::vector<std::string>;

inline constexpr const char* kNobody = "65534";

// A copy of the daemon where everybody reaches it, which the build tree need not be. On a mount of
// its own, because the test's /run neither executes nor honours file capabilities; it goes with
// /run.
inline std::string daemon_for_everybody() {
  const std::filesystem::path directory = "/run/programs";
  const auto program = directory / "ctwardend";
  if (std::filesystem::create_directory(directory)) {
    if (::mount("tmpfs", directory.c_str(), "tmpfs", 0, "mode=0755") != 0) {
      throw std::system_error(errno, std::generic_category(), "mount " + directory.native());
    }
    std::filesystem::copy_file(daemon_path(), program);
  }
  return program;
}

inline Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Nobody, with no capability but those the options give.
inline Words as_nobody(const Words& setpriv_options, const Words& arguments = {}) {
  Words words = {"setpriv", "--reuid", kNobody, "--regid", kNobody, "--clear-groups"};
  words = joined(words, setpriv_options);
  words.push_back(daemon_for_everybody());
  return joined(words, arguments);
}

// Root, with what the options take away.
inline Words as_root(const Words& setpriv_options, const Words& arguments = {}) {
  Words words = joined({"setpriv"}, setpriv_options);
  words.push_back(daemon_path());
  return joined(words, arguments);
}

}  // namespace ctwarden::tests
