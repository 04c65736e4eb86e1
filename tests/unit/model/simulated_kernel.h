// SPDX-License-Identifier: GPL-2.0-or-later
//
// As much of the kernel as the table can notice: a few flows that come, change and go, a queue of
// messages about them, of which some are lost, and a dump whose rows are built long before they are
// read. Each flow has a protocol and a source of its own, so that a composition tells which flows a
// table holds and in which state, and the talkers tell it again. Established flows are replied.
#pragma once

#include "model/flow.h"
#include "tests/support/flows.h"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

namespace ctwarden::model {

class SimulatedKernel {
 public:
  static constexpr unsigned kFlows = kProtocolCount;
  struct Flow {
    TcpState state = TcpState::SynSent;
    bool silent = false;  // older than the first listener: no message is ever about it
  };

  // One that was there before anybody listened.
  void begin_with(unsigned flow) {
    flows_[flow] = {.state = TcpState::Established, .silent = true};
  }

  void create(unsigned flow, TcpState state, bool lost) {
    if (!flows_[flow]) {
      flows_[flow] = {.state = state, .silent = false};
      say(EventKind::New, flow, lost);
    }
  }
  void update(unsigned flow, TcpState state, bool lost) {
    if (flows_[flow] && !flows_[flow]->silent) {
      flows_[flow]->state = state;
      say(EventKind::Update, flow, lost);
    }
  }
  void destroy(unsigned flow, bool lost) {
    if (!flows_[flow]) {
      return;
    }
    if (flows_[flow]->silent) {
      ++silent_ends_;
    } else {
      say(EventKind::Destroy, flow, lost);
    }
    flows_[flow].reset();
  }

  std::optional<FlowEvent> read_event() { return take(events_); }

  void begin_dump() {
    rows_.clear();
    cursor_ = 0;
  }
  // Fills the next row, if the table holds a flow there. False at the end of the table.
  bool build_row() {
    if (cursor_ == kFlows) {
      return false;
    }
    if (flows_[cursor_]) {
      rows_.push_back(message(EventKind::DumpRow, cursor_));
    }
    ++cursor_;
    return true;
  }
  std::optional<FlowEvent> read_row() { return take(rows_); }

  [[nodiscard]] const std::optional<Flow>& flow(unsigned number) const { return flows_[number]; }
  [[nodiscard]] std::size_t queued() const { return events_.size(); }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t silent_ends() const { return silent_ends_; }

 private:
  static std::optional<FlowEvent> take(std::deque<FlowEvent>& queue) {
    if (queue.empty()) {
      return std::nullopt;
    }
    const FlowEvent first = queue.front();
    queue.pop_front();
    return first;
  }
  [[nodiscard]] FlowEvent message(EventKind kind, unsigned flow) const {
    FlowEvent event;
    event.kind = kind;
    constexpr std::array<std::uint8_t, kFlows> kNumbers = {6, 17, 1, 58, 132, 47, 136, 33, 50};
    event.original = support::tuple_of(kNumbers[flow], "192.0.2.1", 40000, "198.51.100.7", 443);
    event.original.source.bytes[3] = static_cast<std::uint8_t>(flow);
    event.id = flow;  // the same again for a tuple that is created again
    event.status = flows_[flow]->state < TcpState::Established
                       ? kStatusConfirmed
                       : kStatusConfirmed | kStatusSeenReply;
    event.tcp_state = static_cast<std::uint8_t>(flows_[flow]->state);
    return event;
  }
  void say(EventKind kind, unsigned flow, bool lost) {
    if (lost) {
      ++lost_;
    } else {
      events_.push_back(message(kind, flow));
    }
  }

  std::array<std::optional<Flow>, kFlows> flows_;
  std::deque<FlowEvent> events_;
  std::deque<FlowEvent> rows_;
  unsigned cursor_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t silent_ends_ = 0;
};

}  // namespace ctwarden::model
