// SPDX-License-Identifier: GPL-2.0-or-later
//
// One reading of a names file, in slices short enough for the event loop. The file is judged once
// it is open, as configuration files are: regular, not changeable by everybody, not larger than
// kMaxNamesBytes.
#pragma once

#include "daemon/config.h"
#include "daemon/names_text.h"
#include "model/result.h"
#include "nlink/unique_fd.h"

#include <sys/stat.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ctwarden::daemon {

// What changes when a file is replaced, rewritten, or reached through another link.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  // of owner and mode, too: a repaired permission is news
  bool operator==(const FileStamp&) const = default;
};

[[nodiscard]] FileStamp stamp_of(const struct stat& status);
// Follows links: a Kubernetes ConfigMap changes by a link that leads elsewhere.
[[nodiscard]] model::Result<FileStamp> read_stamp(const std::filesystem::path& path);

class NamesReading {
 public:
  using Outcome = std::expected<model::AddressNames, NamesMistakes>;

  [[nodiscard]] static model::Result<NamesReading> open(const std::filesystem::path& path);

  // Reads and parses at most 64 KiB, about a millisecond; the outcome when that was the end. Not to
  // be called again then.
  [[nodiscard]] std::optional<Outcome> step();

  [[nodiscard]] const FileStamp& stamp() const { return stamp_; }
  // The file was written to while it was read: what was read is a mixture.
  [[nodiscard]] bool disturbed() const;

 private:
  NamesReading(nlink::UniqueFd file, FileStamp stamp) : file_(std::move(file)), stamp_(stamp) {}

  nlink::UniqueFd file_;
  FileStamp stamp_;
  std::uint64_t taken_ = 0;
  NamesText text_;
};

// All of it at once, for --check-config: what is wrong with the file, in the words of a
// configuration's problems. Nothing is wrong with no file.
[[nodiscard]] std::vector<ConfigProblem> check_names(const std::filesystem::path& file);

// "FILE:LINE", or the file alone for a mistake on line 0.
[[nodiscard]] std::string place_of(const std::filesystem::path& file, const NamesMistake& mistake);

}  // namespace ctwarden::daemon
