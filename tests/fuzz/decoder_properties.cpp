// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/decoder_properties.h"

#include "model/flow.h"
#include "nlink/flow_decoder.h"
#include "nlink/stats_decoder.h"
#include "tests/support/flow_text.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <variant>
#include <vector>

namespace ctwarden::fuzz {
namespace {

using model::EventKind;
using model::FlowEvent;
using nlink::Decoded;
using nlink::Step;

void require(bool holds, const char* property) {
  if (!holds) {
    std::cerr << "property broken: " << property << std::endl;
    std::abort();
  }
}

// Every optional set and every byte odd, so that a field the decoder forgets to reset shows.
FlowEvent dirty_event() {
  FlowEvent event;
  event.kind = EventKind::Destroy;
  event.has_helper = true;
  event.has_labels = true;
  event.requester = 0xdeadbeef;
  event.original.source.bytes.fill(0xa5);
  event.original.destination.bytes.fill(0x5a);
  event.original.source_port = event.original.destination_port = event.original.zone = 0xabcd;
  event.original.protocol = 0xee;
  event.original.family = model::Family::Ipv6;
  event.reply = event.original;
  event.id = event.status = event.timeout_seconds = event.mark = 0xcafecafe;
  event.zone = 0xcafe;
  event.tcp_state = event.sctp_state = event.dccp_state = 0xfe;
  event.original_counters = event.reply_counters = {.packets = 7, .bytes = 7};
  event.start_ns = event.stop_ns = 7;
  return event;
}

void check_step(const Step& step, std::size_t left) {
  require(step.size > 0 && step.size <= left, "a step goes forward and stays inside");
  require(step.size == left || step.size % 4 == 0, "the next message is aligned");
  require(step.error >= 0, "an errno is not negative");
  require(step.error == 0 || step.what == Decoded::Error || step.what == Decoded::Done,
          "only Error and Done carry an errno");
}

void check_flow(const FlowEvent& event) {
  require(!event.reply || event.reply->family == event.original.family, "one family a flow");
  require(event.kind != EventKind::DumpRow || event.requester == 0, "a dump row has no requester");
  for (std::size_t i = 4; event.original.family == model::Family::Ipv4 && i < 16; ++i) {
    require(event.original.source.bytes[i] == 0 && event.original.destination.bytes[i] == 0,
            "an IPv4 address leaves the rest zero");
  }
}

}  // namespace

void check_flow_decoder(std::span<const std::byte> datagram) {
  // A copy of exactly the size, at an odd address: the sanitizer sees one byte read beyond, and
  // alignment is not assumed.
  std::vector<std::byte> shifted(datagram.size() + 1);
  std::ranges::copy(datagram, shifted.begin() + 1);
  std::span<const std::byte> left = std::span(shifted).subspan(1);
  while (!left.empty()) {
    FlowEvent clean;
    FlowEvent dirty = dirty_event();
    const Step step = nlink::decode_message(left, clean);
    const Step again = nlink::decode_message(left, dirty);
    check_step(step, left.size());
    require(step.what == again.what && step.size == again.size && step.error == again.error,
            "the result does not depend on the output");
    if (step.what == Decoded::Flow) {
      require(support::same_flow(clean, dirty), "the output is overwritten completely");
      check_flow(clean);
    }
    left = left.subspan(step.size);
  }
}

void check_stats_decoder(std::span<const std::byte> datagram) {
  std::vector<std::byte> shifted(datagram.size() + 1);
  std::ranges::copy(datagram, shifted.begin() + 1);
  std::span<const std::byte> left = std::span(shifted).subspan(1);
  while (!left.empty()) {
    const nlink::StatsStep result = nlink::decode_stats(left);
    check_step(result.step, left.size());
    const bool filled = !std::holds_alternative<std::monostate>(result.value);
    require(filled == (result.step.what == Decoded::Flow), "a value exactly with Decoded::Flow");
    left = left.subspan(result.step.size);
  }
}

}  // namespace ctwarden::fuzz
