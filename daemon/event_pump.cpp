// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/event_pump.h"

#include "model/growth.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace ctwarden::daemon {

namespace {

using std::chrono::microseconds;

// Datagrams applied before timers, scrapes and dumps get their turn: about a millisecond's work.
constexpr std::size_t kTurnBudget = 1024;
constexpr std::size_t kCatchUpBudget = 8 * kTurnBudget;

// A queued event is charged about this much of the receive buffer (sk_buff head and data).
constexpr double kChargedBytes = 1280;
// And never less than this: the head is 232 bytes, and the data has its own footer.
constexpr std::uint64_t kLeastChargedBytes = 512;

constexpr microseconds kShortestRest{1000};
constexpr microseconds kLongestRest{8000};

// Updates that may wait for their NEW: two turns' worth.
constexpr std::size_t kMaxParked = 2 * kTurnBudget;

}  // namespace

EventPump::EventPump(boost::asio::io_context& loop, model::FlowTable& table, const Clock& clock,
                     std::function<void(const model::Error&)> failed)
    : table_(table),
      clock_(clock),
      failed_(std::move(failed)),
      lifecycle_(loop),
      updates_(loop),
      pace_(loop) {}

EventPump::~EventPump() { stop_waiting(); }  // the streams close their descriptors, nobody else

void EventPump::start_lifecycle(nlink::UniqueFd socket) { start(lifecycle_, std::move(socket)); }
void EventPump::start_updates(nlink::UniqueFd socket) { start(updates_, std::move(socket)); }

void EventPump::stop_updates() {
  check_loss(updates_);
  stop_waiting();
  updates_.stream.reset();
  if (!resting_) {
    wait();
  }
}

model::Result<void> EventPump::mute(bool muted) {
  if (muted == muted_ || !lifecycle_.stream) {
    return {};
  }
  auto done = lifecycle_.stream->refuse_all(muted);
  if (done) {
    muted_ = muted;
  }
  return done;
}

void EventPump::start(Source& source, nlink::UniqueFd socket) {
  stop_waiting();
  source.stream.emplace(std::move(socket));
  source.drops = 0;
  if (!resting_) {
    wait();
  }
}

void EventPump::wait() {
  waiting_ = true;
  for (Source* source : {&lifecycle_, &updates_}) {
    if (!source->stream) {
      continue;
    }
    source->readiness.assign(source->stream->descriptor());
    source->readiness.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                 [this](const boost::system::error_code& error) {
                                   if (!error && waiting_) {
                                     turn();
                                   }
                                 });
  }
}

// Leaves the poll set altogether: a descriptor that merely has no pending wait would still wake the
// loop.
void EventPump::stop_waiting() {
  waiting_ = false;
  for (Source* source : {&lifecycle_, &updates_}) {
    if (source->readiness.is_open()) {
      (void)source->readiness.release();
    }
  }
}

void EventPump::turn() {
  stop_waiting();
  resting_ = false;
  const std::size_t events = take(kTurnBudget);
  if (events >= kTurnBudget) {
    resting_ = true;
    boost::asio::post(pace_.get_executor(), [this] { turn(); });
  } else if (events > 0) {
    sleep(events);
  } else {
    wait();
  }
}

void EventPump::sleep(std::size_t events) {
  const auto now = std::chrono::steady_clock::now();
  const double elapsed = std::max(1e-4, std::chrono::duration<double>(now - last_turn_).count());
  last_turn_ = now;
  // Long enough to batch, short enough that a batch fills at most a quarter of the buffer.
  microseconds rest = kLongestRest;
  if (const auto memory =
          lifecycle_.stream ? lifecycle_.stream->memory() : model::Result<nlink::SocketMemory>{}) {
    const double rate = static_cast<double>(events) / elapsed;
    const double seconds = static_cast<double>(memory->buffer_bytes) / 4 / kChargedBytes / rate;
    rest = std::clamp(microseconds(static_cast<std::int64_t>(std::min(seconds, 1.0) * 1e6)),
                      kShortestRest, kLongestRest);
  }
  resting_ = true;
  pace_.expires_after(rest);
  pace_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      turn();
    }
  });
}

void EventPump::drain() {
  const auto memory =
      lifecycle_.stream ? lifecycle_.stream->memory() : model::Result<nlink::SocketMemory>{};
  const double events = memory ? static_cast<double>(memory->buffer_bytes) / kChargedBytes : 0;
  (void)take(kTurnBudget + 2 * static_cast<std::size_t>(events));
}

void EventPump::catch_up() { (void)take(kCatchUpBudget); }

std::uint64_t EventPump::waiting() const {
  const auto queue = buffer();
  return queue ? (queue->used_bytes + kLeastChargedBytes - 1) / kLeastChargedBytes : 0;
}

std::size_t EventPump::take(std::size_t budget) {
  const auto began = std::chrono::steady_clock::now();
  const std::size_t events = read_round(budget);
  check_losses();
  busy_ += std::chrono::steady_clock::now() - began;
  return events;
}

std::size_t EventPump::read_round(std::size_t budget) {
  const std::size_t lifecycle = read(lifecycle_, budget);
  const std::size_t updates = read(updates_, budget);
  if (!parked_.empty()) {
    // Whatever an update waits for was queued before the update was: it is readable now.
    const std::size_t more = read(lifecycle_, budget);
    retry_parked();
    return lifecycle + updates + more;
  }
  return lifecycle + updates;
}

std::size_t EventPump::read(Source& source, std::size_t budget) {
  std::size_t total = 0;
  while (source.stream && total < budget) {
    const auto batch = source.stream->receive();
    if (!batch) {
      source.stream.reset();
      failed_(batch.error());
      break;
    }
    counts_.malformed += batch->malformed;
    counts_.foreign += batch->foreign;
    total += batch->datagrams;
    apply(batch->events);
    if (batch->datagrams < nlink::EventStream::kBatch) {
      break;  // the queue was empty
    }
  }
  return total;
}

void EventPump::apply(std::span<const model::FlowEvent> events) {
  // Two passes, so that slots and counts are on their way to the cache when they are needed.
  keys_.clear();
  for (const model::FlowEvent& event : events) {
    keys_.push_back(table_.key_of(event));
    table_.prefetch(event, keys_.back());
  }
  const std::uint32_t now = clock_.seconds();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (table_.apply(events[i], keys_[i], now)) {
      continue;
    }
    if (parked_.size() < kMaxParked) {
      parked_.push_back({.event = events[i], .key = keys_[i]});
    } else {
      ++counts_.unmatched;
    }
  }
}

void EventPump::retry_parked() {
  const std::uint32_t now = clock_.seconds();
  for (const Parked& parked : parked_) {
    counts_.unmatched += table_.apply(parked.event, parked.key, now) ? 0U : 1U;
  }
  parked_.clear();
}

void EventPump::check_losses() {
  check_loss(lifecycle_);
  check_loss(updates_);
}

void EventPump::check_loss(Source& source) {
  if (!source.stream) {
    return;
  }
  if (const auto memory = source.stream->memory()) {
    const std::uint32_t lost = model::growth(source.drops, memory->drops);
    source.lost += lost;
    counts_.lost += lost;
    source.drops = memory->drops;
  }
}

std::optional<model::EventBuffer> EventPump::buffer() const {
  if (!lifecycle_.stream) {
    return std::nullopt;
  }
  const auto memory = lifecycle_.stream->memory();
  if (!memory) {
    return std::nullopt;
  }
  return model::EventBuffer{.bytes = memory->buffer_bytes, .used_bytes = memory->queued_bytes};
}

}  // namespace ctwarden::daemon
