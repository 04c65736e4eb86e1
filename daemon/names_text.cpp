// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/names_text.h"

#include "daemon/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ctwarden::daemon {

namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// A # begins a comment at the start of a line or after a blank; "queue#7" is a name.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || kBlanks.contains(line[at - 1])) {
      return line.substr(0, at);
    }
  }
  return line;
}

}  // namespace

void NamesText::feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    // A line of any length takes no more memory than one byte too many.
    unfinished_ += part.substr(0, kMaxNamesLineBytes + 1 - unfinished_.size());
    if (end == std::string_view::npos) {
      return;
    }
    read_line(unfinished_);
    unfinished_.clear();
    piece.remove_prefix(end + 1);
  }
}

void NamesText::read_line(std::string_view line) {
  ++line_;
  if (line.size() > kMaxNamesLineBytes) {
    mistake(line_, fmt::format("is longer than {} bytes", kMaxNamesLineBytes));
    return;
  }
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  line = trimmed(without_comment(line));
  if (line.empty()) {
    return;
  }
  const std::size_t blank = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view cidr = line.substr(0, blank);
  const std::string_view name = trimmed(line.substr(blank));
  const auto range = model::parse_prefix(cidr);
  if (!range) {
    mistake(line_, fmt::format("{}: {}", in_quotes(cidr), range.error().context));
  } else if (name.empty()) {
    mistake(line_,
            fmt::format("{} has no name: write the range, a blank and its name", in_quotes(cidr)));
  } else if (name.size() > kMaxNameBytes) {
    mistake(line_,
            fmt::format("the name {} is longer than {} bytes", in_quotes(name), kMaxNameBytes));
  } else if (!is_printable(name)) {
    mistake(line_, fmt::format("the name {} holds control characters or bytes that are not UTF-8",
                               in_quotes(name)));
  } else if (names_.size() == kMaxNamedRanges) {
    mistake(line_, fmt::format("is one range too many: {} are the limit", kMaxNamedRanges));
  } else {
    names_.add(*range, name, line_);
  }
}

void NamesText::mistake(std::uint32_t line, std::string text) {
  ++mistakes_.count;
  if (mistakes_.kept.size() < kMaxNamesMistakes) {
    mistakes_.kept.push_back({.line = line, .text = std::move(text)});
  }
}

std::expected<model::AddressNames, NamesMistakes> NamesText::finish() {
  if (!unfinished_.empty()) {
    read_line(std::exchange(unfinished_, {}));
  }
  auto names = names_.build();
  if (!names) {
    for (const model::TwiceNamed& twice : names.error()) {
      mistake(twice.second, fmt::format("{} has a name already, on line {}",
                                        model::to_text(twice.range), twice.first));
    }
    std::ranges::stable_sort(mistakes_.kept, {}, &NamesMistake::line);
  }
  if (mistakes_.count > 0) {
    return std::unexpected(std::move(mistakes_));
  }
  return std::move(*names);
}

}  // namespace ctwarden::daemon
