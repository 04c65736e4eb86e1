// SPDX-License-Identifier: GPL-2.0-or-later
//
// Moves events from the sockets into the table, in batches, at a pace.
//
// Idle, it waits for a socket to become readable. Once anything arrived, it leaves the sockets
// alone for a few milliseconds, drains them and sleeps again, until a look finds nothing. Nobody
// waits on the socket meanwhile, so the kernel's packet path has nobody to wake: that saves it 1.5
// us an event, and us 2 us (measured, docs/benchmarks.md).
//
// NEW and DESTROY come on one socket and keep their order. UPDATE comes on another: an update read
// before the NEW it belongs to is kept for one more round, then dropped and counted.
#pragma once

#include "daemon/clock.h"
#include "model/flow_table.h"
#include "model/result.h"
#include "model/snapshot.h"
#include "nlink/event_stream.h"
#include "nlink/unique_fd.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace ctwarden::daemon {

class EventPump {
 public:
  // `failed` is called when a socket breaks; its stream is closed by then.
  EventPump(boost::asio::io_context& loop, model::FlowTable& table, const Clock& clock,
            std::function<void(const model::Error&)> failed);
  ~EventPump();
  EventPump(const EventPump&) = delete;
  EventPump& operator=(const EventPump&) = delete;
  EventPump(EventPump&&) = delete;
  EventPump& operator=(EventPump&&) = delete;

  void start_lifecycle(nlink::UniqueFd socket);
  void start_updates(nlink::UniqueFd socket);
  void stop_updates();
  // Refuses every NEW and DESTROY while set; nothing changes when it already is as asked.
  [[nodiscard]] model::Result<void> mute(bool muted);
  [[nodiscard]] bool muted() const { return muted_; }

  // Applies what is queued now. Bounded by two buffers' worth, so that a flood cannot hold the
  // caller.
  void drain();
  // The same for a few milliseconds at most: for callers who must answer.
  void catch_up();
  // NEW and DESTROY messages that are queued and not applied, at most.
  [[nodiscard]] std::uint64_t waiting() const;

  [[nodiscard]] bool lifecycle() const { return lifecycle_.stream.has_value(); }
  [[nodiscard]] bool updates() const { return updates_.stream.has_value(); }
  // Lost, malformed, foreign and unmatched of both sockets; the rest is the table's.
  [[nodiscard]] const model::EventCounts& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t losses() const { return counts_.losses(); }
  [[nodiscard]] std::uint64_t lifecycle_lost() const { return lifecycle_.lost; }
  [[nodiscard]] std::uint64_t updates_lost() const { return updates_.lost; }
  // Time spent on events since the start.
  [[nodiscard]] std::chrono::nanoseconds busy() const { return busy_; }
  [[nodiscard]] std::optional<model::EventBuffer> buffer() const;
  // Reads the drop counters.
  void check_losses();

 private:
  struct Source {
    explicit Source(boost::asio::io_context& loop) : readiness(loop) {}
    std::optional<nlink::EventStream> stream;
    boost::asio::posix::stream_descriptor
        readiness;  // holds the descriptor only while waiting for it
    std::uint32_t drops = 0;
    std::uint64_t lost = 0;
  };
  struct Parked {
    model::FlowEvent event;
    model::FlowKey key;
  };

  void start(Source& source, nlink::UniqueFd socket);
  void wait();
  void stop_waiting();
  void turn();
  void sleep(std::size_t events);
  [[nodiscard]] std::size_t take(std::size_t budget);
  [[nodiscard]] std::size_t read_round(std::size_t budget);
  [[nodiscard]] std::size_t read(Source& source, std::size_t budget);
  void apply(std::span<const model::FlowEvent> events);
  void retry_parked();
  void check_loss(Source& source);

  model::FlowTable& table_;
  const Clock& clock_;
  std::function<void(const model::Error&)> failed_;
  Source lifecycle_;
  Source updates_;
  boost::asio::steady_timer pace_;
  bool waiting_ = false;
  bool resting_ = false;
  bool muted_ = false;
  std::chrono::nanoseconds busy_{0};
  std::chrono::steady_clock::time_point last_turn_;
  model::EventCounts counts_;
  std::vector<model::FlowKey> keys_;
  std::vector<Parked> parked_;
};

}  // namespace ctwarden::daemon
