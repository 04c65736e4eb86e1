// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every field against libnetfilter_conntrack, on the same bytes.
#include "nlink/flow_decoder.h"
#include "tests/support/flow_generator.h"
#include "tests/support/flow_text.h"
#include "tests/support/library_decoder.h"
#include "tests/support/netlink_builder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <span>
#include <string>

namespace ctwarden::nlink {
namespace {

using model::FlowEvent;
using support::to_text;

TEST(DecoderAndLibrary, AgreeOnGeneratedMessages) {
  std::mt19937_64 engine(20240611);
  std::set<std::uint8_t> protocols;
  for (int i = 0; i < 5000; ++i) {
    SCOPED_TRACE(i);
    const FlowEvent flow = support::random_flow(engine);
    const support::Buffer message = support::flow_message(flow, support::random_wire(engine, flow));
    FlowEvent event;
    ASSERT_EQ(decode_message(message, event).what, Decoded::Flow);
    ASSERT_EQ(to_text(event), to_text(support::decode_with_library(message)));
    ASSERT_EQ(to_text(event), to_text(flow));
    protocols.insert(flow.original.protocol);
  }
  EXPECT_EQ(protocols.size(), 10U);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(DecoderAndLibrary, AgreeOnCapturedDatagrams) {
  std::size_t compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CTWARDEN_CAPTURES)) {
    if (entry.path().extension() != ".bin") {
      continue;
    }
    SCOPED_TRACE(entry.path());
    const std::string bytes = read_file(entry.path());
    std::span<const std::byte> left = std::as_bytes(std::span(bytes));
    for (const FlowEvent& expected : support::decode_all_with_library(left)) {
      FlowEvent event;
      const Step step = decode_message(left, event);
      ASSERT_EQ(step.what, Decoded::Flow);
      EXPECT_EQ(to_text(event), to_text(expected));
      left = left.subspan(step.size);
      ++compared;
    }
    // What follows the flows, if anything, ends a dump or is about statistics.
    FlowEvent event;
    const Decoded rest = left.empty() ? Decoded::Done : decode_message(left, event).what;
    EXPECT_TRUE(rest == Decoded::Done || rest == Decoded::Other);
  }
  EXPECT_GT(compared, 20U);
}

}  // namespace
}  // namespace ctwarden::nlink
