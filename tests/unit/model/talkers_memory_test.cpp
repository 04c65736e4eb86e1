// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/talkers.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace ctwarden::model {
namespace {

// Each number has a source, a destination and a SNAT pool of its own.
FlowEvent flow(std::uint32_t number) {
  FlowEvent event;
  event.original.protocol = 6;
  event.original.source_port = 40000;
  event.original.destination_port = static_cast<std::uint16_t>(number);
  std::memcpy(event.original.source.bytes.data(), &number, sizeof number);
  event.original.destination = event.original.source;
  event.original.destination.bytes[3] ^= 0x80;
  event.reply = Tuple{.source = event.original.destination,
                      .destination = event.original.source,
                      .source_port = event.original.destination_port,
                      .destination_port = 40000,
                      .protocol = 6};
  event.status = kStatusConfirmed | kStatusSourceNat;
  return event;
}

// The worst there is: every list overflows, every pane is full, and a dump runs.
TEST(TalkersMemory, StaysWithinTwentyFourMebibytesAtAMillionFlows) {
  Talkers talkers(HashSecret{.k0 = 1, .k1 = 2});
  std::uint32_t number = 0;
  for (std::uint32_t now = 0; now < 1'000; ++now) {
    for (int i = 0; i < 1'000; ++i) {
      talkers.born(flow(number), now);
      talkers.enters(flow(number), true);
      ++number;
    }
  }
  talkers.begin_resync(false);
  for (std::uint32_t i = 0; i < number; ++i) {
    talkers.stays(flow(i), true, true, false);
  }
  EXPECT_FALSE(talkers.occupancy().sources().exact());
  EXPECT_FALSE(talkers.occupancy().pools().exact());
  const double mebibytes = static_cast<double>(talkers.memory_bytes()) / 1048576;
  RecordProperty("mebibytes", std::to_string(mebibytes));
  EXPECT_LE(mebibytes, 24);
  EXPECT_GE(mebibytes, 12) << "the worst was not reached";
}

}  // namespace
}  // namespace ctwarden::model
