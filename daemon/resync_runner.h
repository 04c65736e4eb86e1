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
#include "model/flow_table.h"
#include "model/snapshot.h"
#include "nlink/answer_reader.h"
#include "nlink/kernel_files.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ctwarden::daemon {

class ResyncRunner {
 public:
  struct Outcome {
    model::ResyncReason reason{};
    bool complete = false;
    bool resized = false;  // given up because the bucket count changed
    std::string trouble;   // why it was given up
    int error = 0;         // errno of a refusal by the kernel
    model::SweepCounts counts;
    std::uint64_t rows = 0;
    std::chrono::milliseconds began{};
    std::chrono::milliseconds ended{};
  };
  using Finished = std::function<void(const Outcome&)>;

  ResyncRunner(boost::asio::io_context& loop, BrokerLink& broker, EventPump& pump,
               model::FlowTable& table, const nlink::KernelFiles& files, const Clock& clock,
               Finished finished);
  ~ResyncRunner();
  ResyncRunner(const ResyncRunner&) = delete;
  ResyncRunner& operator=(const ResyncRunner&) = delete;
  ResyncRunner(ResyncRunner&&) = delete;
  ResyncRunner& operator=(ResyncRunner&&) = delete;

  // Ignored while one runs.
  void begin(model::ResyncReason reason);
  [[nodiscard]] bool running() const { return running_; }
  // Gives up a dump whose answers stopped coming.
  void check_progress();

 private:
  void request();
  [[nodiscard]] std::optional<std::uint64_t> read_buckets() const;
  void wait();
  void read_slice();
  // False when the dump ended, one way or the other.
  bool apply(std::span<const std::byte> chunk);
  void apply_rows();
  void rest_or_continue(std::chrono::nanoseconds worked);
  void rows_complete();
  void sweep_slice();
  void give_up(std::string trouble, int error = 0, bool resized = false);
  void finish();

  boost::asio::io_context& loop_;
  BrokerLink& broker_;
  EventPump& pump_;
  model::FlowTable& table_;
  const nlink::KernelFiles& files_;
  const Clock& clock_;
  Finished finished_;

  std::optional<nlink::AnswerReader> reader_;
  boost::asio::posix::stream_descriptor readiness_;
  boost::asio::steady_timer pace_;
  bool running_ = false;
  bool reading_ = false;
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
};

}  // namespace ctwarden::daemon
