// SPDX-License-Identifier: GPL-2.0-or-later
//
// A folder of its own for one test, removed with everything in it. Files are 0644 whatever the
// umask, as an operator's.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ctwarden::daemon {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "ctwarden-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("mkdtemp " + pattern);
    }
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ScratchFolder(ScratchFolder&&) = delete;
  ScratchFolder& operator=(ScratchFolder&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::string write(std::string_view name, std::string_view text, mode_t mode = 0644) {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    if (chmod(file.c_str(), mode) != 0) {
      throw std::runtime_error("chmod " + file.native());
    }
    return file.native();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace ctwarden::daemon
