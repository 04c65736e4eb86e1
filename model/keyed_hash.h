// SPDX-License-Identifier: GPL-2.0-or-later
//
// SipHash-1-3 over the words of a tuple, with a secret drawn once per process: whoever chooses
// addresses and ports on the network cannot choose collisions in our index. The kernel protects its
// own table the same way (siphash since 4.16). Aumasson and Bernstein, "SipHash: a fast short-input
// PRF", 2012; one compression and three finalization rounds are the variant in use for hash tables.
#pragma once

#include "model/flow.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace ctwarden::model {

struct HashSecret {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

class KeyedHash {
 public:
  explicit KeyedHash(HashSecret secret)
      : v0_(secret.k0 ^ 0x736f6d6570736575ULL),
        v1_(secret.k1 ^ 0x646f72616e646f6dULL),
        v2_(secret.k0 ^ 0x6c7967656e657261ULL),
        v3_(secret.k1 ^ 0x7465646279746573ULL) {}

  // Hashes the tuple with its zone. IPv4 needs two words, IPv6 five; the family is part of the last
  // one, so the two never meet.
  [[nodiscard]] std::uint64_t operator()(const Tuple& tuple) const noexcept {
    KeyedHash state = *this;
    const auto word = [](const auto* from) {
      std::uint64_t value = 0;
      std::memcpy(&value, from, sizeof value);
      return value;
    };
    if (tuple.family == Family::Ipv4) {
      std::uint32_t source = 0;
      std::uint32_t destination = 0;
      std::memcpy(&source, tuple.source.bytes.data(), sizeof source);
      std::memcpy(&destination, tuple.destination.bytes.data(), sizeof destination);
      state.compress(std::uint64_t{source} << 32 | destination);
    } else {
      state.compress(word(tuple.source.bytes.data()));
      state.compress(word(tuple.source.bytes.data() + 8));
      state.compress(word(tuple.destination.bytes.data()));
      state.compress(word(tuple.destination.bytes.data() + 8));
    }
    state.compress(word(
        &tuple.source_port));  // ports, zone, protocol and family: the tuple's last eight bytes
    return state.finish();
  }

 private:
  void compress(std::uint64_t m) noexcept {
    v3_ ^= m;
    round();
    v0_ ^= m;
  }
  std::uint64_t finish() noexcept {
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }
  void round() noexcept {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};
static_assert(offsetof(Tuple, source_port) + 8 == sizeof(Tuple));

}  // namespace ctwarden::model
