// SPDX-License-Identifier: GPL-2.0-or-later
#include "exposition_text.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace ctwarden::exporter {

namespace {

std::filesystem::path source_path(std::string_view relative) {
  return std::filesystem::path(CTWARDEN_SOURCE_DIR) / relative;
}

// A temporary file, so that a promtool that stops reading early cannot fill a pipe against us.
class ScratchFile {
 public:
  explicit ScratchFile(std::string_view text) {
    const int descriptor = ::mkstemp(path_.data());
    if (descriptor >= 0) {
      ::close(descriptor);
    }
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ScratchFile(ScratchFile&&) = delete;
  ScratchFile& operator=(ScratchFile&&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "ctwarden-lint-XXXXXX").string();
};

}  // namespace

std::set<std::string> family_names(std::string_view exposition) {
  std::set<std::string> names;
  std::istringstream lines{std::string(exposition)};
  for (std::string hash, keyword, name, rest; lines >> hash;) {
    if (hash == "#" && lines >> keyword >> name && keyword == "TYPE") {
      names.insert(name);
    }
    std::getline(lines, rest);
  }
  return names;
}

std::map<std::string, std::string> samples(std::string_view exposition) {
  std::map<std::string, std::string> found;
  std::istringstream lines{std::string(exposition)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with('#') && space != std::string::npos) {
      found[line.substr(0, space)] = line.substr(space + 1);
    }
  }
  return found;
}

Lint promtool_lint(std::string_view exposition) {
  const ScratchFile file(exposition);
  const std::string command = "promtool check metrics < " + file.path() + " 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): a fixed command
  if (pipe == nullptr) {
    return {.exit_code = -1, .output = "cannot run promtool"};
  }
  Lint lint;
  std::array<char, 4096> chunk{};
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    lint.output.append(chunk.data(), got);
  }
  const int status = ::pclose(pipe);
  lint.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return lint;
}

Golden golden(std::string_view name, std::string_view actual) {
  const std::string relative = "tests/data/exposition/" + std::string(name) + ".prom";
  Golden result;
  if (std::getenv("CTWARDEN_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(source_path(relative), std::ios::binary) << actual;
    result.rewritten = true;
  }
  result.text = read_source_file(relative);
  return result;
}

std::string read_source_file(std::string_view path) {
  std::ifstream file(source_path(path), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace ctwarden::exporter
