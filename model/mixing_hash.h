// SPDX-License-Identifier: GPL-2.0-or-later
//
// A hash of a few words by wide multiplications under a secret, for counting: a third of what
// SipHash costs (keyed_hash.h, which the index of flows keeps). Who chooses addresses on the
// network does not know the secret and never sees a hash, so he cannot aim at a cell; if he hit
// one by luck, a count would get a wider bound, not a wrong one.
#pragma once

#include "model/flow.h"
#include "model/host.h"
#include "model/keyed_hash.h"

#include <array>
#include <bit>
#include <cstdint>

namespace ctwarden::model {

class MixingHash {
 public:
  explicit MixingHash(HashSecret secret)
      : a_(secret.k0), b_(secret.k1), c_(fold(secret.k0 ^ kPhi, secret.k1 | 1)), d_(c_ ^ kPhi) {}

  // Never 0: tables mark an empty place with it.
  [[nodiscard]] std::uint64_t operator()(std::uint64_t first, std::uint64_t second) const noexcept {
    return fold(fold(first ^ a_, second ^ b_) ^ c_, d_) | 1U;
  }
  [[nodiscard]] std::uint64_t operator()(const Host& host) const noexcept {
    return (*this)(host.high, host.low);
  }
  [[nodiscard]] std::uint64_t operator()(const Tuple& tuple) const noexcept {
    const auto words = std::bit_cast<std::array<std::uint64_t, sizeof(Tuple) / 8>>(tuple);
    const std::uint64_t source = fold(words[0] ^ a_, words[1] ^ b_);
    const std::uint64_t destination = fold(words[2] ^ c_, words[3] ^ a_);
    return (*this)(source ^ words[4], destination ^ d_);
  }

 private:
  static constexpr std::uint64_t kPhi = 0x9e3779b97f4a7c15;  // the golden ratio's fraction

  static std::uint64_t fold(std::uint64_t x, std::uint64_t y) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{x} * y;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::uint64_t a_;
  std::uint64_t b_;
  std::uint64_t c_;
  std::uint64_t d_;
};

}  // namespace ctwarden::model
