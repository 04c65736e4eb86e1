// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/frames.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>

namespace ctwarden::traffic {
namespace {

constexpr std::uint8_t kHopLimit = 64;
constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kWindow = 65535;  // without the scale option: large enough for every life

// Appends in network order. The caller has made sure of the room (kMaxFrame).
class Writer {
 public:
  explicit Writer(std::uint8_t* at) : at_(at) {}
  void put8(unsigned value) { *at_++ = static_cast<std::uint8_t>(value); }
  void put16(unsigned value) {
    const std::uint16_t word = htons(static_cast<std::uint16_t>(value));
    put(&word, sizeof word);
  }
  void put32(std::uint32_t value) {
    const std::uint32_t word = htonl(value);
    put(&word, sizeof word);
  }
  void put(const void* bytes, std::size_t size) {
    std::memcpy(at_, bytes, size);
    at_ += size;
  }
  [[nodiscard]] std::uint8_t* at() const { return at_; }

 private:
  std::uint8_t* at_;
};

// The internet checksum (RFC 1071) before folding, over words as they lie in memory.
std::uint64_t sum(const std::uint8_t* bytes, std::size_t size, std::uint64_t total) {
  for (; size >= 4; bytes += 4, size -= 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    total += word;
  }
  std::uint32_t rest = 0;
  std::memcpy(&rest, bytes, size);
  return total + rest;
}

// Folded and complemented, ready to be stored as it is.
std::uint16_t checksum(std::uint64_t total) {
  while (total >> 16U != 0) {
    total = (total & 0xffffU) + (total >> 16U);
  }
  return static_cast<std::uint16_t>(~total);
}

std::size_t address_size(model::Family family) { return family == model::Family::Ipv4 ? 4 : 16; }

std::size_t transport_header_size(std::uint8_t protocol) {
  return protocol == IPPROTO_TCP ? 20 : 8;
}

void write_network_header(Writer& out, const model::Tuple& tuple, std::size_t transport_size) {
  const std::size_t size = address_size(tuple.family);
  std::uint8_t* start = out.at();
  if (tuple.family == model::Family::Ipv4) {
    out.put16(0x4500);
    out.put16(static_cast<unsigned>(20 + transport_size));
    out.put16(0);
    out.put16(kDontFragment);
    out.put8(kHopLimit);
    out.put8(tuple.protocol);
    out.put16(0);
  } else {
    out.put32(0x60000000);
    out.put16(static_cast<unsigned>(transport_size));
    out.put8(tuple.protocol);
    out.put8(kHopLimit);
  }
  out.put(tuple.source.bytes.data(), size);
  out.put(tuple.destination.bytes.data(), size);
  if (tuple.family == model::Family::Ipv4) {
    const std::uint16_t value = checksum(sum(start, 20, 0));
    std::memcpy(start + 10, &value, sizeof value);
  }
}

// Writes the header with a zero checksum; returns where the checksum belongs.
std::uint8_t* write_transport_header(Writer& out, const model::Tuple& tuple, const Step& step) {
  std::uint8_t* start = out.at();
  switch (tuple.protocol) {
    case IPPROTO_TCP:
      out.put16(tuple.source_port);
      out.put16(tuple.destination_port);
      out.put32(step.sequence);
      out.put32(step.acknowledgement);
      out.put8(0x50);  // five words of header
      out.put8(step.tcp_flags);
      out.put16(kWindow);
      out.put32(0);
      return start + 16;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      out.put16(tuple.destination_port);  // type and code
      out.put16(0);
      out.put16(tuple.source_port);  // id
      out.put16(1);
      return start + 2;
    default:
      out.put16(tuple.source_port);
      out.put16(tuple.destination_port);
      out.put16(static_cast<unsigned>(8 + step.payload.size()));
      out.put16(0);
      return start + 6;
  }
}

// ICMP alone has no pseudo header.
std::uint64_t pseudo_header_sum(const model::Tuple& tuple, std::size_t transport_size) {
  if (tuple.protocol == IPPROTO_ICMP) {
    return 0;
  }
  const std::size_t size = address_size(tuple.family);
  std::uint64_t total = sum(tuple.source.bytes.data(), size, 0);
  total = sum(tuple.destination.bytes.data(), size, total);
  return total + htons(tuple.protocol) + htons(static_cast<std::uint16_t>(transport_size));
}

}  // namespace

model::Result<Mac> parse_mac(std::string_view text) {
  Mac mac{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (std::size_t i = 0; i < mac.size(); ++i) {
    const auto [next, error] = std::from_chars(at, std::min(at + 2, end), mac[i], 16);
    const bool last = i + 1 == mac.size();
    if (error != std::errc{} || next != at + 2 ||
        (last ? next != end : next == end || *next != ':')) {
      return model::fail(EINVAL, "'" + std::string(text) + "' is no MAC address");
    }
    at = last ? next : next + 1;
  }
  return mac;
}

std::size_t write_frame(std::span<std::uint8_t> out, const Mac& source, const Mac& destination,
                        const model::Tuple& tuple, const Step& step) {
  const std::size_t transport_size = transport_header_size(tuple.protocol) + step.payload.size();
  Writer writer(out.data());
  writer.put(destination.data(), destination.size());
  writer.put(source.data(), source.size());
  writer.put16(tuple.family == model::Family::Ipv4 ? ETH_P_IP : ETH_P_IPV6);
  write_network_header(writer, tuple, transport_size);

  std::uint8_t* transport = writer.at();
  std::uint8_t* field = write_transport_header(writer, tuple, step);
  writer.put(step.payload.data(), step.payload.size());
  std::uint16_t value =
      checksum(sum(transport, transport_size, pseudo_header_sum(tuple, transport_size)));
  if (value == 0 && tuple.protocol == IPPROTO_UDP) {
    value = 0xffff;  // 0 would say "no checksum" (RFC 768)
  }
  std::memcpy(field, &value, sizeof value);
  return static_cast<std::size_t>(writer.at() - out.data());
}

}  // namespace ctwarden::traffic
