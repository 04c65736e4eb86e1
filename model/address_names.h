// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names for ranges of addresses; the longest range that holds an address gives its name. Built
// once, never changed: 32 bytes a range and the bytes of its name.
//
// Ranges in CIDR form either nest or do not touch. Sorted by their first address, shorter prefixes
// before longer ones, the last range that begins at or before an address is the longest one that
// holds it, or lies inside that one: the way out leads from range to enclosing range.
#pragma once

#include "model/address_text.h"
#include "model/flow.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::model {

struct TwiceNamed {
  Prefix range;
  std::uint32_t first = 0;  // origins, the smaller one first
  std::uint32_t second = 0;
  bool operator==(const TwiceNamed&) const = default;
};

class AddressNames {
 public:
  class Builder;

  AddressNames() = default;  // no names

  // Empty when no range holds the address. Valid as long as this object is unchanged.
  [[nodiscard]] std::string_view name_of(Family family, const Address& address) const noexcept;

  [[nodiscard]] std::size_t size() const { return ranges_[0].size() + ranges_[1].size(); }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  // An address as a number, most significant half first.
  struct Number {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Number&) const = default;
  };
  struct Range {
    Number first;
    std::uint8_t length = 0;
    std::uint32_t link = 0;     // index of the next longer range; while building, the origin
    std::uint32_t name_at = 0;  // into names_
    std::uint32_t name_bytes = 0;
  };
  static_assert(sizeof(Range) == 32);
  static constexpr std::uint32_t kNone = UINT32_MAX;

  static Number number_of(const Address& address) noexcept;
  static bool holds(const Range& range, Number address) noexcept;

  std::array<std::vector<Range>, 2> ranges_;  // by family
  std::string names_;
};

// "10.1.2.3 web" where the address has a name, else the address alone.
[[nodiscard]] std::string named_text(const AddressNames& names, Family family,
                                     const Address& address);

class AddressNames::Builder {
 public:
  // `origin` is whatever the caller needs to find the place again, as a line number.
  void add(const Prefix& range, std::string_view name, std::uint32_t origin);

  [[nodiscard]] std::size_t size() const { return built_.size(); }

  // A range that is named twice makes all of it an error; the list is in order of `second`. The
  // builder is empty afterwards. Sorts: about 5 ms for 100,000 ranges.
  [[nodiscard]] std::expected<AddressNames, std::vector<TwiceNamed>> build();

 private:
  AddressNames built_;
};

}  // namespace ctwarden::model
