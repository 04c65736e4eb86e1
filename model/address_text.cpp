// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/address_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <span>
#include <system_error>

namespace ctwarden::model {

namespace {

constexpr std::uint8_t bits_of(Family family) { return family == Family::Ipv4 ? 32 : 128; }

// The whole text as a number of at most `digits` digits, without sign.
std::optional<std::uint16_t> number(std::string_view text, int base, std::size_t digits) noexcept {
  std::uint16_t value = 0;
  const char* begin =
      text.data();  // NOLINT(bugprone-suspicious-stringview-data-usage): with its end
  const char* end = begin + text.size();
  const auto [at, error] = std::from_chars(begin, end, value, base);
  if (text.empty() || text.size() > digits || error != std::errc{} || at != end) {
    return std::nullopt;
  }
  return value;
}

std::optional<Address> parse_ipv4(std::string_view text) noexcept {
  Address address;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view octet = text.substr(0, dot);
    const auto value = number(octet, 10, 3);
    if (!value || *value > 255 || (octet.size() > 1 && octet.front() == '0')) {
      return std::nullopt;
    }
    address.bytes[i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return address;
}

struct Bytes {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;

  bool append(std::span<const std::uint8_t> more) noexcept {
    if (more.size() > bytes.size() - size) {
      return false;
    }
    std::ranges::copy(more, bytes.begin() + static_cast<std::ptrdiff_t>(size));
    size += more.size();
    return true;
  }
};

// "1:2:3", nothing at all, or with `ends` "1:2:192.0.2.1".
std::optional<Bytes> parse_groups(std::string_view text, bool ends) noexcept {
  Bytes groups;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (const auto value = number(group, 16, 4)) {
      const std::array<std::uint8_t, 2> pair = {static_cast<std::uint8_t>(*value >> 8U),
                                                static_cast<std::uint8_t>(*value & 0xFFU)};
      if (!groups.append(pair)) {
        return std::nullopt;
      }
    } else {
      const auto ipv4 = last && ends ? parse_ipv4(group) : std::nullopt;
      if (!ipv4 || !groups.append(std::span(ipv4->bytes).first(4))) {
        return std::nullopt;
      }
    }
    if (last) {
      break;
    }
    text.remove_prefix(colon + 1);
    if (text.empty()) {
      return std::nullopt;  // a colon at the end
    }
  }
  return groups;
}

std::optional<Address> parse_ipv6(std::string_view text) noexcept {
  const std::size_t gap = text.find("::");
  const bool whole = gap == std::string_view::npos;
  const auto head = parse_groups(text.substr(0, gap), whole);
  const auto tail = whole ? Bytes{} : parse_groups(text.substr(gap + 2), true);
  if (!head || !tail) {
    return std::nullopt;
  }
  // "::" stands for one group of zeros at least.
  const std::size_t given = head->size + tail->size;
  if (whole ? given != 16 : given > 14) {
    return std::nullopt;
  }
  Address address{.bytes = head->bytes};
  std::copy_n(tail->bytes.begin(), tail->size,
              address.bytes.end() - static_cast<std::ptrdiff_t>(tail->size));
  return address;
}

// The address with everything after the first `length` bits set to 0.
Address masked(Address address, unsigned length) noexcept {
  for (unsigned i = 0; i < address.bytes.size(); ++i) {
    const unsigned kept = std::clamp(length, i * 8, i * 8 + 8) - i * 8;
    address.bytes[i] &= static_cast<std::uint8_t>(0xFF00U >> kept);
  }
  return address;
}

void append_number(std::string& out, unsigned value, int base) {
  std::array<char, 8> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  out.append(digits.data(), end);
}

void append_ipv4(std::string& out, std::span<const std::uint8_t> bytes) {
  for (std::size_t i = 0; i < 4; ++i) {
    out += i == 0 ? "" : ".";
    append_number(out, bytes[i], 10);
  }
}

struct Run {
  std::size_t first = 0;
  std::size_t size = 0;
};

// The first of the longest runs of zero groups; a single one is not worth a "::".
Run longest_zeros(const std::array<unsigned, 8>& groups) {
  Run best;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) {
      ++end;
    }
    if (end - i > std::max<std::size_t>(best.size, 1)) {
      best = {.first = i, .size = end - i};
    }
  }
  return best;
}

void append_ipv6(std::string& out, const Address& address) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i] = static_cast<unsigned>(address.bytes[2 * i]) << 8U | address.bytes[2 * i + 1];
  }
  const Run zeros = longest_zeros(groups);
  const bool mapped = zeros.first == 0 && zeros.size == 5 && groups[5] == 0xFFFF;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (zeros.size > 0 && i == zeros.first) {
      out += "::";
      i += zeros.size - 1;
      continue;
    }
    if (i > 0 && i != zeros.first + zeros.size) {
      out += ':';
    }
    if (mapped && i == 6) {
      append_ipv4(out, std::span(address.bytes).subspan(12));
      return;
    }
    append_number(out, groups[i], 16);
  }
}

}  // namespace

std::optional<FamilyAddress> parse_address(std::string_view text) noexcept {
  if (const auto ipv4 = parse_ipv4(text)) {
    return FamilyAddress{.family = Family::Ipv4, .address = *ipv4};
  }
  if (const auto ipv6 = parse_ipv6(text)) {
    return FamilyAddress{.family = Family::Ipv6, .address = *ipv6};
  }
  return std::nullopt;
}

Result<Prefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) {
    return fail(EINVAL, "not an address, like 192.0.2.1 or 2001:db8::1");
  }
  const std::uint8_t most = bits_of(address->family);
  std::uint16_t length = most;
  if (slash != std::string_view::npos) {
    const auto given = number(text.substr(slash + 1), 10, 3);
    if (!given || *given > most) {
      return fail(EINVAL, "the length after the slash must be from 0 to " + std::to_string(most));
    }
    length = *given;
  }
  const Prefix prefix{.family = address->family,
                      .address = masked(address->address, length),
                      .length = static_cast<std::uint8_t>(length)};
  if (prefix.address != address->address) {
    return fail(EINVAL, "has bits set beyond its length: write " + to_text(prefix) +
                            " for the range, or the address alone");
  }
  return prefix;
}

bool contains(const Prefix& prefix, Family family, const Address& address) noexcept {
  return prefix.family == family && masked(address, prefix.length) == prefix.address;
}

std::string to_text(Family family, const Address& address) {
  std::string out;
  if (family == Family::Ipv4) {
    append_ipv4(out, address.bytes);
  } else {
    append_ipv6(out, address);
  }
  return out;
}

std::string to_text(const Prefix& prefix) {
  std::string out = to_text(prefix.family, prefix.address) + '/';
  append_number(out, prefix.length, 10);
  return out;
}

}  // namespace ctwarden::model
