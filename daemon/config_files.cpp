// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_files.h"

#include "nlink/unique_fd.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <expected>
#include <system_error>
#include <utility>

namespace ctwarden::daemon {

namespace {

std::string reason(int code) { return std::generic_category().message(code); }

std::unexpected<model::Error> unreadable(int code) {
  return model::fail(code, "cannot be read: " + reason(code));
}

// For a shell, where the name needs it.
std::string shell_word(std::string_view file) {
  const bool plain = std::ranges::all_of(file, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+").contains(c);
  });
  if (plain) {
    return std::string(file);
  }
  std::string word = "'";
  for (const char c : file) {
    c == '\'' ? word += "'\\''" : word += c;
  }
  return word += '\'';
}

// At most one byte more than is allowed, so that a file that grows while it is read cannot fill the
// memory.
model::Result<std::string> read_text(int descriptor) {
  std::string text;
  text.resize(kMaxConfigBytes + 1);
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = read(descriptor, text.data() + used, text.size() - used);
    if (got == 0) {
      break;
    }
    if (got < 0 && errno != EINTR) {
      return unreadable(errno);
    }
    used += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  if (used > kMaxConfigBytes) {
    return model::fail(EFBIG, fmt::format("is larger than {} bytes: this cannot be a configuration",
                                          kMaxConfigBytes));
  }
  text.resize(used);
  return text;
}

// O_NONBLOCK: opening a FIFO would wait for its writer. The checks are made on the open file, not
// on its name.
model::Result<std::string> read_file(const std::filesystem::path& path) {
  const nlink::UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    return unreadable(errno);
  }
  struct stat status{};
  if (fstat(file.get(), &status) != 0) {
    return unreadable(errno);
  }
  if (S_ISDIR(status.st_mode)) {
    return model::fail(EISDIR, "is a directory: name the file in it");
  }
  if (!S_ISREG(status.st_mode)) {
    return model::fail(EINVAL, "is not a regular file");
  }
  if (auto why = distrust(path.native(), status.st_uid, status.st_mode, geteuid())) {
    return model::fail(EPERM, std::move(*why));
  }
  return read_text(file.get());
}

model::Result<std::vector<std::filesystem::path>> list_drop_ins(
    const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    const std::string name = entry->path().filename().native();
    if (!name.starts_with('.') && name.ends_with(".toml")) {
      found.push_back(entry->path());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return unreadable(error.value());
  }
  std::ranges::sort(found,
                    [](const auto& a, const auto& b) { return a.filename() < b.filename(); });
  return found;
}

}  // namespace

std::filesystem::path drop_in_directory(const std::filesystem::path& main_file) {
  return main_file.parent_path() / (main_file.stem().native() + ".d");
}

std::optional<std::string> distrust(std::string_view file, uid_t owner, mode_t mode, uid_t self) {
  if ((mode & S_IWOTH) != 0) {
    return fmt::format("can be changed by everybody (mode {:04o}): run \"chmod o-w {}\"",
                       mode & 07777U, shell_word(file));
  }
  if (owner != 0 && owner != self) {
    return fmt::format(
        "belongs to user id {}, who is neither root nor the daemon's own user ({}): run \"chown "
        "root "
        "{}\"",
        owner, self, shell_word(file));
  }
  return std::nullopt;
}

ConfigFiles read_config_files(const std::filesystem::path& main_file, Missing missing) {
  ConfigFiles result;
  const auto add = [&result](const std::filesystem::path& path, bool may_be_missing) {
    auto text = read_file(path);
    if (text) {
      result.files.push_back({.name = path.native(), .text = std::move(*text)});
    } else if (text.error().code != ENOENT || !may_be_missing) {
      result.problems.push_back({.where = path.native(), .text = text.error().context});
    }
  };
  add(main_file, missing == Missing::Fine);
  const auto directory = drop_in_directory(main_file);
  const auto drop_ins = list_drop_ins(directory);
  if (!drop_ins) {
    result.problems.push_back({.where = directory.native(), .text = drop_ins.error().context});
    return result;
  }
  for (const auto& path : *drop_ins) {
    add(path, false);
  }
  return result;
}

}  // namespace ctwarden::daemon
