// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fuzzers' properties over systematic damage: every truncation, every single-byte change,
// seeded noise.
#include "nlink/flow_decoder.h"
#include "tests/fuzz/decoder_properties.h"
#include "tests/support/flow_generator.h"
#include "tests/support/flows.h"
#include "tests/support/netlink_builder.h"

#include <gtest/gtest.h>

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

namespace ctwarden::fuzz {
namespace {

using support::Buffer;

void check_both(std::span<const std::byte> bytes) {
  check_flow_decoder(bytes);
  check_stats_decoder(bytes);
}

// A long IPv4 row, an IPv6 event and statistics: between them every attribute the decoders know.
std::vector<Buffer> samples() {
  model::FlowEvent row = support::tcp_flow();
  row.kind = model::EventKind::DumpRow;
  row.zone = row.original.zone = 5;
  row.reply = support::reverse_of(row.original);
  row.mark = 1;
  row.original_counters = row.reply_counters = {.packets = 1, .bytes = 2};
  row.start_ns = row.stop_ns = 3;
  row.has_helper = row.has_labels = true;
  model::FlowEvent event;
  event.original = support::tuple_of(IPPROTO_ICMPV6, "2001:db8::1", 1, "2001:db8::2", 0x8000);
  event.original.zone = 7;
  model::CpuStats stats;
  stats.values.fill(9);
  return {support::flow_message(row, {.kernel_extras = true}), support::flow_message(event),
          support::cpu_stats_message(stats),
          support::datagram({support::flow_message(event), support::error_message(1)})};
}

TEST(Mutation, OfALengthIsNeverReadBeyondTheBytes) {
  for (const Buffer& sample : samples()) {
    for (std::size_t size = 1; size < sample.size(); ++size) {
      check_both(std::span(sample).first(size));
    }
  }
}

// The frame says how long the message is: cut anywhere, it is malformed as a whole.
TEST(Truncation, IsMalformedAtEveryByte) {
  const Buffer whole = support::flow_message(support::tcp_flow());
  for (std::size_t size = 1; size < whole.size(); ++size) {
    model::FlowEvent event;
    const nlink::Step step = nlink::decode_message(std::span(whole).first(size), event);
    EXPECT_EQ(step.what, nlink::Decoded::Malformed);
    EXPECT_EQ(step.size, size);
  }
}

// As above, but with a frame that agrees with the cut, so that the attributes are what is broken.
TEST(Truncation, OfTheAttributesInsideAnHonestFrameHoldsTheProperties) {
  for (const Buffer& sample : samples()) {
    for (std::uint32_t size = 16; size < sample.size(); ++size) {
      Buffer cut(sample.begin(), sample.begin() + size);
      std::memcpy(cut.data(), &size, sizeof size);
      check_both(cut);
    }
  }
}

TEST(Mutation, OfEverySingleByteToEveryValueHoldsTheProperties) {
  for (Buffer sample : samples()) {
    for (std::byte& target : sample) {
      const std::byte before = target;
      for (unsigned value = 0; value < 256; ++value) {
        target = static_cast<std::byte>(value);
        check_both(sample);
      }
      target = before;
    }
  }
}

TEST(Mutation, OfSeveralBytesAtOnceHoldsTheProperties) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 20000; ++i) {
    const model::FlowEvent flow = support::random_flow(engine);
    Buffer message = support::flow_message(flow, support::random_wire(engine, flow));
    for (unsigned changes = 1 + engine() % 8; changes > 0; --changes) {
      message[engine() % message.size()] = static_cast<std::byte>(engine());
    }
    check_both(message);
  }
}

TEST(Noise, HoldsTheProperties) {
  std::mt19937_64 engine(2);
  for (int i = 0; i < 20000; ++i) {
    Buffer noise(1 + engine() % 300);
    std::ranges::generate(noise, [&] { return static_cast<std::byte>(engine()); });
    check_both(noise);
  }
}

}  // namespace
}  // namespace ctwarden::fuzz
