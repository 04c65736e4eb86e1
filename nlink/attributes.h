// SPDX-License-Identifier: GPL-2.0-or-later
//
// Netlink attributes for the decoders of this folder: a walk over bytes that checks every length
// against the bytes at hand. Owns and allocates nothing. Private to nlink.
//
// Length policy, the one of the kernel's non-strict parser and of libmnl: a payload shorter than
// its type is an error, a longer one is read by its prefix, so that a later kernel may append.
// Framing is strict: an attribute that claims less than its header or more than the bytes left, and
// leftover bytes too few for a header, break the message.
#pragma once

#include <linux/netlink.h>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace ctwarden::nlink {

using Bytes = std::span<const std::byte>;

// Loads in host order (netlink and attribute headers) and in network order (ctnetlink payloads).
// The caller has checked that the bytes are there; they need no alignment.
template <std::unsigned_integral T>
[[nodiscard]] inline T load_native(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <std::unsigned_integral T>
[[nodiscard]] inline T load_network(const std::byte* from) noexcept {
  const T value = load_native<T>(from);
  if constexpr (std::endian::native == std::endian::little) {
    return std::byteswap(value);
  } else {
    return value;
  }
}

// The size of a message or attribute with its padding; both are aligned to four bytes.
[[nodiscard]] constexpr std::size_t aligned(std::size_t size) noexcept {
  return (size + NLA_ALIGNTO - 1) & ~std::size_t{NLA_ALIGNTO - 1};
}

// The uapi's own constants are signed.
inline constexpr std::size_t kAttributeHeader = sizeof(nlattr);

struct Attribute {
  std::uint16_t type = 0;  // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
  Bytes payload;

  // False, with `value` untouched, when the payload is shorter than T.
  template <std::unsigned_integral T>
  [[nodiscard]] bool read(T& value) const noexcept {
    if (payload.size() < sizeof(T)) {
      return false;
    }
    value = load_network<T>(payload.data());
    return true;
  }

  template <std::unsigned_integral T>
  [[nodiscard]] bool read(std::optional<T>& value) const noexcept {
    if (payload.size() < sizeof(T)) {
      return false;
    }
    value = load_network<T>(payload.data());
    return true;
  }
};

// Calls `visit` for every attribute in `bytes`, in order, until it returns false. True when every
// attribute was visited and accepted, and nothing is left over.
template <typename Visit>
[[nodiscard]] inline bool walk_attributes(Bytes bytes, Visit visit) noexcept {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  while (left >= kAttributeHeader) {
    const std::size_t length = load_native<std::uint16_t>(at);
    if (length < kAttributeHeader || length > left) {
      return false;
    }
    const auto type = static_cast<std::uint16_t>(
        load_native<std::uint16_t>(at + sizeof(std::uint16_t)) & NLA_TYPE_MASK);
    if (!visit(Attribute{.type = type,
                         .payload = Bytes(at + kAttributeHeader, length - kAttributeHeader)})) {
      return false;
    }
    // The last attribute may come without its padding.
    if (aligned(length) >= left) {
      return true;
    }
    at += aligned(length);
    left -= aligned(length);
  }
  return left == 0;
}

}  // namespace ctwarden::nlink
