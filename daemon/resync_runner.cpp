// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/resync_runner.h"

#include "nlink/flow_decoder.h"

#include <boost/asio/post.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <utility>

namespace ctwarden::daemon {

namespace {

using namespace std::chrono_literals;

// A slice of the sweep: 64 of 1,024 tables, about 4 ms at 4 M flows.
constexpr std::size_t kTablesPerSlice = 64;

// What a peak needed lies in pieces all over the heap, and free() alone gives little of it back:
// from 4 M flows to 10,000, 83 of 115 MiB stay resident, with this 4. Once a slice that freed so
// much, so that no pause is long (measured: 2.7 ms with its sweep; all of it at the end: 6 ms).
constexpr std::size_t kWorthGivingBack = 1UL << 20;

// Work this long, then rest in proportion to what the work took of the processor: on a crowded
// machine most of a slice is waiting for it. The first picture is urgent; a repair may use a
// quarter of a core, the background cycle a tenth.
constexpr auto kSlice = 2ms;
std::chrono::nanoseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}
int rest_share(model::ResyncReason reason) {
  switch (reason) {
    case model::ResyncReason::Start:
      return 0;
    case model::ResyncReason::Loss:
    case model::ResyncReason::Resize:
      return 3;
    case model::ResyncReason::Interval:
    case model::ResyncReason::CountGap:
      return 9;
  }
  return 9;
}

// Their index slots are fetched together, as those of a batch of events: one after the other, a row
// of a large table costs a wait for memory.
constexpr std::size_t kRowsAhead = 32;

// Rows come as fast as they are read; silence this long means that they will not come.
constexpr auto kPatience = 30s;

constexpr const char* kTooManyEnded = "too many flows ended while the dump ran";

}  // namespace

ResyncRunner::ResyncRunner(boost::asio::io_context& loop, BrokerLink& broker, EventPump& pump,
                           model::FlowTable& table, const nlink::KernelFiles& files,
                           const Clock& clock, Finished finished)
    : loop_(loop),
      pump_(pump),
      table_(table),
      files_(files),
      clock_(clock),
      finished_(std::move(finished)),
      query_(
          loop, broker,
          {.open = broker::Verb::OpenDump,
           .request = broker::Verb::RequestDump,
           .name = "the dump"},
          {.readable =
               [this] {
                 stage_ = Stage::Reading;
                 read_slice();
               },
           .refused = [this](const model::Error& error) { give_up(error.context, error.code); }}),
      pace_(loop) {}

void ResyncRunner::begin(model::ResyncReason reason) {
  if (stage_ != Stage::Idle) {
    return;
  }
  stage_ = Stage::Asking;
  outcome_ = Outcome{};
  outcome_.reason = reason;
  outcome_.began = clock_.now();
  last_progress_ = outcome_.began;
  buckets_ = read_buckets();
  const auto entries = files_.read_setting("nf_conntrack_count");
  table_.begin_resync(reason == model::ResyncReason::Start ? entries.value_or(0) : 0);
  query_.ask();
}

std::optional<model::ResyncReason> ResyncRunner::running() const {
  return stage_ == Stage::Idle ? std::nullopt : std::optional(outcome_.reason);
}

bool ResyncRunner::give_way() {
  if (stage_ == Stage::Asking || stage_ == Stage::Reading) {
    outcome_.gave_way = true;
    give_up("a repair is more urgent");
  }
  return stage_ == Stage::Idle;
}

// Unreadable both times, in a namespace without /proc/sys, is no resize.
std::optional<std::uint64_t> ResyncRunner::read_buckets() const {
  const auto buckets = files_.read_setting("nf_conntrack_buckets");
  return buckets ? std::optional(*buckets) : std::nullopt;
}

void ResyncRunner::read_slice() {
  if (stage_ != Stage::Reading) {
    return;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto used = processor_time();
  do {
    const auto answer = query_.read();
    if (!answer) {
      give_up(answer.error().context, answer.error().code);
      return;
    }
    const auto& chunk = *answer;
    if (!chunk || !apply(*chunk)) {
      return;
    }
    // Between chunks of a dump that shares the core, so that no event waits longer than one chunk.
  } while (rest_share(outcome_.reason) != 0 && std::chrono::steady_clock::now() - began < kSlice);
  rest_or_continue(processor_time() - used);
}

void ResyncRunner::rest_or_continue(std::chrono::nanoseconds worked) {
  const int share = rest_share(outcome_.reason);
  if (share == 0) {
    boost::asio::post(loop_, [this] { read_slice(); });
    return;
  }
  pace_.expires_after(worked * share);
  pace_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      read_slice();
    }
  });
}

bool ResyncRunner::apply(std::span<const std::byte> chunk) {
  if (table_.tombstones_full()) {
    give_up(kTooManyEnded);  // its rows can no longer be told from stale ones
    return false;
  }
  if (!chunk.empty()) {
    last_progress_ = clock_.now();
  }
  model::FlowEvent row;
  while (!chunk.empty()) {
    const nlink::Step step = nlink::decode_message(chunk, row);
    switch (step.what) {
      case nlink::Decoded::Flow:
        ++outcome_.rows;
        rows_.push_back({.flow = row, .key = table_.key_of(row)});
        table_.prefetch(row, rows_.back().key);
        if (rows_.size() == kRowsAhead) {
          apply_rows();
        }
        break;
      case nlink::Decoded::Other:
        break;
      case nlink::Decoded::Malformed:
        give_up("a part of the dump could not be decoded");
        return false;
      case nlink::Decoded::Error:
        if (step.error != 0) {
          give_up(std::string("the kernel refused the dump: ") + std::strerror(step.error),
                  step.error);
          return false;
        }
        break;
      case nlink::Decoded::Done:
        if (step.error != 0) {
          give_up(std::string("the kernel broke off the dump: ") + std::strerror(step.error),
                  step.error);
        } else {
          apply_rows();
          rows_complete();
        }
        return false;
    }
    chunk = chunk.subspan(step.size);
  }
  apply_rows();
  return true;
}

void ResyncRunner::apply_rows() {
  const std::uint32_t now = clock_.seconds();
  for (const Row& row : rows_) {
    table_.apply(row.flow, row.key, now);
  }
  rows_.clear();
}

void ResyncRunner::rows_complete() {
  stage_ = Stage::Sweeping;
  // What was queued while the dump ran is news the sweep must know.
  pump_.drain();
  if (table_.tombstones_full()) {
    give_up(kTooManyEnded);
    return;
  }
  if (buckets_ != read_buckets()) {
    outcome_.resized = true;
    give_up("the hash table was resized while it was dumped");
    return;
  }
  outcome_.counts = table_.finish_rows();
  next_table_ = 0;
  held_bytes_ = table_.memory_bytes();
  sweep_slice();
}

void ResyncRunner::sweep_slice() {
  const std::size_t end = std::min(next_table_ + kTablesPerSlice, model::FlowIndex::kTables);
  for (; next_table_ < end; ++next_table_) {
    const auto swept = table_.sweep(next_table_, clock_.seconds());
    outcome_.counts.ghosts += swept.ghosts;
    outcome_.counts.silent += swept.silent;
  }
  if (const std::size_t held = table_.memory_bytes(); held + kWorthGivingBack <= held_bytes_) {
    ::malloc_trim(0);
    held_bytes_ = held;
  }
  if (next_table_ < model::FlowIndex::kTables) {
    boost::asio::post(loop_, [this] { sweep_slice(); });
    return;
  }
  outcome_.complete = true;
  finish();
}

void ResyncRunner::check_progress() {
  if (stage_ == Stage::Reading && clock_.now() - last_progress_ > kPatience) {
    give_up("the dump stopped half-way");
  }
}

void ResyncRunner::give_up(std::string trouble, int error) {
  rows_.clear();
  table_.abort_resync();
  outcome_.trouble = std::move(trouble);
  outcome_.error = error;
  query_.forget();
  pace_.cancel();
  finish();
}

void ResyncRunner::finish() {
  stage_ = Stage::Idle;
  outcome_.ended = clock_.now();
  finished_(outcome_);
}

}  // namespace ctwarden::daemon
