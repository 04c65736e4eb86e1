// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/address_names.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ctwarden::model {

namespace {

std::uint64_t big_endian(const std::uint8_t* bytes) noexcept {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) {
    number = number << 8U | bytes[i];
  }
  return number;
}

Address to_address(std::uint64_t high, std::uint64_t low) noexcept {
  Address address;
  for (unsigned i = 0; i < 8; ++i) {
    address.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    address.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return address;
}

// Ones in the first `bits` places of 64.
std::uint64_t mask(unsigned bits) noexcept {
  return bits == 0 ? 0 : ~std::uint64_t{0} << (64 - bits);
}

}  // namespace

AddressNames::Number AddressNames::number_of(const Address& address) noexcept {
  return {.high = big_endian(address.bytes.data()), .low = big_endian(address.bytes.data() + 8)};
}

bool AddressNames::holds(const Range& range, Number address) noexcept {
  const unsigned length = range.length;
  return ((address.high ^ range.first.high) & mask(std::min(length, 64U))) == 0 &&
         ((address.low ^ range.first.low) & mask(std::max(length, 64U) - 64)) == 0;
}

std::string_view AddressNames::name_of(Family family, const Address& address) const noexcept {
  const auto& ranges = ranges_[static_cast<std::size_t>(family)];
  const Number wanted = number_of(address);
  const auto after = std::ranges::upper_bound(ranges, wanted, {}, &Range::first);
  auto at = static_cast<std::uint32_t>(after - ranges.begin()) - 1;  // kNone before the first
  while (at != kNone) {
    const Range& range = ranges[at];
    if (holds(range, wanted)) {
      return std::string_view(names_).substr(range.name_at, range.name_bytes);
    }
    at = range.link;
  }
  return {};
}

std::size_t AddressNames::memory_bytes() const {
  return (ranges_[0].capacity() + ranges_[1].capacity()) * sizeof(Range) + names_.capacity();
}

void AddressNames::Builder::add(const Prefix& range, std::string_view name, std::uint32_t origin) {
  built_.ranges_[static_cast<std::size_t>(range.family)].push_back(
      {.first = number_of(range.address),
       .length = range.length,
       .link = origin,
       .name_at = static_cast<std::uint32_t>(built_.names_.size()),
       .name_bytes = static_cast<std::uint32_t>(name.size())});
  built_.names_ += name;
}

std::expected<AddressNames, std::vector<TwiceNamed>> AddressNames::Builder::build() {
  AddressNames names = std::exchange(built_, {});
  std::vector<TwiceNamed> twice;
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    auto& ranges = names.ranges_[static_cast<std::size_t>(family)];
    std::ranges::sort(ranges, [](const Range& a, const Range& b) {
      return std::tie(a.first, a.length, a.link) < std::tie(b.first, b.length, b.link);
    });
    std::uint32_t named_first = 0;  // origin of the first of equal ranges
    for (std::uint32_t at = 0; at < ranges.size(); ++at) {
      Range& range = ranges[at];
      const std::uint32_t origin = range.link;
      range.link = at - 1;  // kNone for the first
      if (at > 0 && ranges[at - 1].first == range.first && ranges[at - 1].length == range.length) {
        twice.push_back({.range = {.family = family,
                                   .address = to_address(range.first.high, range.first.low),
                                   .length = range.length},
                         .first = named_first,
                         .second = origin});
        continue;
      }
      named_first = origin;
      while (range.link != kNone && !holds(ranges[range.link], range.first)) {
        range.link = ranges[range.link].link;
      }
    }
  }
  if (!twice.empty()) {
    std::ranges::sort(twice, {}, &TwiceNamed::second);
    return std::unexpected(std::move(twice));
  }
  for (auto& ranges : names.ranges_) {
    ranges.shrink_to_fit();
  }
  names.names_.shrink_to_fit();
  return names;
}

std::string named_text(const AddressNames& names, Family family, const Address& address) {
  const std::string_view name = names.name_of(family, address);
  return name.empty() ? to_text(family, address)
                      : to_text(family, address) + " " + std::string(name);
}

}  // namespace ctwarden::model
