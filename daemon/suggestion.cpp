// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace ctwarden::daemon {

namespace {

// Longer words are not misspelt keys; the bound keeps the work constant whatever a file holds.
constexpr std::size_t kLongestWord = 64;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);  // the row before the last, for swaps
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({change, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : (c == '-' ? '_' : c);
  }
  return out;
}

}  // namespace

std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> known) {
  if (word.size() < 2 || word.size() > kLongestWord) {
    return std::nullopt;
  }
  const std::string plain = lower(word);
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const std::string_view candidate : known) {
    const std::string other = lower(candidate);
    std::size_t distance = edit_distance(plain, other);
    if (plain.size() >= 3 && (other.starts_with(plain) || plain.starts_with(other))) {
      distance = std::min<std::size_t>(distance, 1);
    }
    const bool near = distance * 3 <= std::max<std::size_t>(plain.size(), 3);
    if (near && (!best || distance < best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  const auto best = closest(word, known);
  return best ? fmt::format("; did you mean \"{}\"?", *best) : std::string{};
}

}  // namespace ctwarden::daemon
