// SPDX-License-Identifier: GPL-2.0-or-later
//
// One comparison of the table with a dump, in slices between event batches: the broker sends the
// request, the rows are read here. The rows repair what they show at once; only a complete dump,
// with an unchanged bucket count, may sweep what it did not show. A resize moves entries between
// buckets behind the dump's cursor, and the kernel does not say so.
#pragma once

#include "daemon/broker_link.h"
#include "daemon/clock.h"
#include "daemon/event_pump.h"
#include "daemon/kernel_query.h"
#include "model/flow_table.h"
#include "model/snapshot.h"
#include "nlink/kernel_files.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ctwarden::daemon {

class ResyncRunner {
 public:
  struct Outcome {
    model::ResyncReason reason{};
    bool complete = false;
    bool resized = false;   // given up because the bucket count changed
    bool gave_way = false;  // given up because it was told to
    std::string trouble;    // why it was given up
    int error = 0;          // errno of a refusal by the kernel
    model::SweepCounts counts;
    std::uint64_t rows = 0;
    std::chrono::milliseconds began{};
    std::chrono::milliseconds ended{};
  };
  using Finished = std::function<void(const Outcome&)>;

  ResyncRunner(boost::asio::io_context& loop, BrokerLink& broker, EventPump& pump,
               model::FlowTable& table, const nlink::KernelFiles& files, const Clock& clock,
               Finished finished);

  // Ignored while one runs.
  void begin(model::ResyncReason reason);
  // Why, if one runs.
  [[nodiscard]] std::optional<model::ResyncReason> running() const;
  // Gives up what runs, so that another can begin; not what is about to complete. True if nothing
  // runs any more.
  [[nodiscard]] bool give_way();
  // Gives up a dump whose answers stopped coming.
  void check_progress();

 private:
  enum class Stage : std::uint8_t { Idle, Asking, Reading, Sweeping };

  [[nodiscard]] std::optional<std::uint64_t> read_buckets() const;
  void read_slice();
  // False when the dump ended, one way or the other.
  bool apply(std::span<const std::byte> chunk);
  void apply_rows();
  void rest_or_continue(std::chrono::nanoseconds worked);
  void rows_complete();
  void sweep_slice();
  void give_up(std::string trouble, int error = 0);
  void finish();

  boost::asio::io_context& loop_;
  EventPump& pump_;
  model::FlowTable& table_;
  const nlink::KernelFiles& files_;
  const Clock& clock_;
  Finished finished_;

  KernelQuery query_;
  boost::asio::steady_timer pace_;
  Stage stage_ = Stage::Idle;
  Outcome outcome_;
  // Decoded and on their way to the cache, not yet applied; empty between two chunks.
  struct Row {
    model::FlowEvent flow;
    model::FlowKey key;
  };
  std::vector<Row> rows_;
  std::optional<std::uint64_t> buckets_;
  std::chrono::milliseconds last_progress_{};
  std::size_t next_table_ = 0;
  std::size_t held_bytes_ = 0;  // by the table, when memory was last given back
};

}  // namespace ctwarden::daemon
