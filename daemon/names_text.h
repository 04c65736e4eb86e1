// SPDX-License-Identifier: GPL-2.0-or-later
//
// The text of a names file to names: a line is `CIDR NAME`, a comment (#), or blank. Pure, and fed
// in pieces, so that a large file is read in slices. Names are printable UTF-8: whoever shows one
// needs no second look.
#pragma once

#include "model/address_names.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::daemon {

// Three times the pods and services of the largest clusters' nodes; 10 MiB with names of the usual
// length.
inline constexpr std::size_t kMaxNamedRanges = 100'000;
// "namespace/pod" of Kubernetes fits in all but freak cases.
inline constexpr std::size_t kMaxNameBytes = 128;
inline constexpr std::size_t kMaxNamesLineBytes = 1024;  // the rest may be a comment
inline constexpr std::size_t kMaxNamesBytes = 16U << 20U;
// So many mistakes are kept; the rest is counted.
inline constexpr std::size_t kMaxNamesMistakes = 100;

struct NamesMistake {
  std::uint32_t line = 0;  // 0 is about the file as a whole
  std::string text;        // printable
};

struct NamesMistakes {
  std::vector<NamesMistake> kept;  // by line
  std::size_t count = 0;           // with those that were not kept
};

class NamesText {
 public:
  // Pieces of the text in order, cut anywhere.
  void feed(std::string_view piece);

  // All of it has been fed. Either every line is right or there are no names.
  [[nodiscard]] std::expected<model::AddressNames, NamesMistakes> finish();

 private:
  void read_line(std::string_view line);
  void mistake(std::uint32_t line, std::string text);

  std::string unfinished_;  // the last line, as far as it has come; capped
  std::uint32_t line_ = 0;
  model::AddressNames::Builder names_;
  NamesMistakes mistakes_;
};

}  // namespace ctwarden::daemon
