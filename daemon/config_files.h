// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration files as text: the main file, then the drop-ins `<dir>/<stem>.d/*.toml` by name
// (byte order, names with a leading dot left out). Only regular files that nobody but root or the
// daemon's own user can change are read; nothing here can block on a pipe or a device. What the
// text says is not looked at.
#pragma once

#include "daemon/config.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::daemon {

struct ConfigFile {
  std::string name;  // as shown in messages
  std::string text;
};

struct ConfigFiles {
  std::vector<ConfigFile> files;  // in the order they are merged
  std::vector<ConfigProblem> problems;
};

enum class Missing : std::uint8_t { Fine, Problem };

// `missing` is about the main file; a drop-in directory may always be absent.
[[nodiscard]] ConfigFiles read_config_files(const std::filesystem::path& main_file,
                                            Missing missing);

// "/etc/ctwarden/ctwarden.toml" -> "/etc/ctwarden/ctwarden.d"
[[nodiscard]] std::filesystem::path drop_in_directory(const std::filesystem::path& main_file);

// Why a file with this owner and mode cannot be trusted by a daemon running as `self`, and the
// command that mends it.
[[nodiscard]] std::optional<std::string> distrust(std::string_view file, uid_t owner, mode_t mode,
                                                  uid_t self);

}  // namespace ctwarden::daemon
