// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/names_properties.h"

#include "daemon/names_text.h"
#include "daemon/printable.h"

#include <algorithm>
#include <cstddef>

namespace ctwarden::fuzz {

namespace {

void require(bool holds) {
  if (!holds) {
    __builtin_trap();
  }
}

auto read_in_pieces(std::string_view text, std::size_t size) {
  daemon::NamesText reader;
  while (!text.empty()) {
    reader.feed(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
  }
  return reader.finish();
}

// By its own simple reading: the word at the start of a line, where it is a range.
void check_accepted(const model::AddressNames& names, std::string_view text) {
  std::size_t ranges = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    const auto range =
        model::parse_prefix(line.substr(begin, line.find_first_of(" \t", begin) - begin));
    if (range) {
      ++ranges;
      const std::string_view name = names.name_of(range->family, range->address);
      require(!name.empty() && name.size() <= daemon::kMaxNameBytes && daemon::is_printable(name));
    }
  }
  require(ranges == names.size());
}

void check_refused(const daemon::NamesMistakes& mistakes) {
  require(!mistakes.kept.empty() && mistakes.kept.size() <= daemon::kMaxNamesMistakes);
  require(mistakes.count >= mistakes.kept.size());
  for (const daemon::NamesMistake& mistake : mistakes.kept) {
    require(mistake.line > 0 && !mistake.text.empty() && daemon::is_printable(mistake.text));
  }
  require(std::ranges::is_sorted(mistakes.kept, {}, &daemon::NamesMistake::line));
}

}  // namespace

void check_names_text(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::size_t size = static_cast<unsigned char>(input.front()) % 32 + 1;
  const std::string_view text = input.substr(1);
  const auto whole = read_in_pieces(text, text.size());
  const auto pieces = read_in_pieces(text, size);
  require(whole.has_value() == pieces.has_value());
  if (whole) {
    require(whole->size() == pieces->size());
    check_accepted(*whole, text);
    return;
  }
  check_refused(whole.error());
  require(std::ranges::equal(whole.error().kept, pieces.error().kept, {},
                             &daemon::NamesMistake::text, &daemon::NamesMistake::text));
}

}  // namespace ctwarden::fuzz
