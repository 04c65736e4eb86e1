// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/names_reading.h"

#include "daemon/config_files.h"
#include "daemon/printable.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace ctwarden::daemon {

namespace {

std::unexpected<model::Error> unreadable(int code) {
  return model::fail(code, "cannot be read: " + std::generic_category().message(code));
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

NamesReading::Outcome failed(std::string why) {
  return std::unexpected(NamesMistakes{.kept = {{.line = 0, .text = std::move(why)}}, .count = 1});
}

std::string too_large() { return fmt::format("is larger than {} bytes", kMaxNamesBytes); }

}  // namespace

FileStamp stamp_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .bytes = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

model::Result<FileStamp> read_stamp(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return unreadable(errno);
  }
  return stamp_of(status);
}

// O_NONBLOCK: opening a FIFO would wait for its writer.
model::Result<NamesReading> NamesReading::open(const std::filesystem::path& path) {
  nlink::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return unreadable(errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return model::fail(EINVAL, "is not a regular file");
  }
  if (auto why = distrust(path.native(), status.st_uid, status.st_mode, ::geteuid())) {
    return model::fail(EPERM, to_printable(*why));
  }
  const FileStamp stamp = stamp_of(status);
  if (stamp.bytes > kMaxNamesBytes) {
    return model::fail(EFBIG, too_large());
  }
  return NamesReading(std::move(file), stamp);
}

std::optional<NamesReading::Outcome> NamesReading::step() {
  std::array<char, 65536> piece{};
  const ssize_t got = ::read(file_.get(), piece.data(), piece.size());
  if (got < 0) {
    return errno == EINTR ? std::optional<Outcome>{} : failed(unreadable(errno).error().context);
  }
  if (got == 0) {
    return text_.finish();
  }
  taken_ += static_cast<std::uint64_t>(got);
  if (taken_ > kMaxNamesBytes) {  // it grows while it is read
    return failed(too_large());
  }
  text_.feed(std::string_view(piece.data(), static_cast<std::size_t>(got)));
  return std::nullopt;
}

bool NamesReading::disturbed() const {
  struct stat status{};
  return ::fstat(file_.get(), &status) != 0 || status.st_nlink == 0
             ? false  // replaced, not written to
             : stamp_of(status) != stamp_;
}

std::string place_of(const std::filesystem::path& file, const NamesMistake& mistake) {
  return mistake.line == 0 ? file.native() : fmt::format("{}:{}", file.native(), mistake.line);
}

std::vector<ConfigProblem> check_names(const std::filesystem::path& file) {
  if (file.empty()) {
    return {};
  }
  auto reading = NamesReading::open(file);
  if (!reading) {
    return {{.where = file.native(), .text = reading.error().context}};
  }
  std::optional<NamesReading::Outcome> outcome;
  while (!outcome) {
    outcome = reading->step();
  }
  std::vector<ConfigProblem> problems;
  if (!*outcome) {
    const NamesMistakes& mistakes = outcome->error();
    for (const NamesMistake& mistake : mistakes.kept) {
      problems.push_back({.where = place_of(file, mistake), .text = mistake.text});
    }
    if (mistakes.count > mistakes.kept.size()) {
      problems.push_back(
          {.where = file.native(),
           .text = fmt::format("{} more mistakes", mistakes.count - mistakes.kept.size())});
    }
  }
  return problems;
}

}  // namespace ctwarden::daemon
