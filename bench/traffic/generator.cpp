// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/generator.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <vector>

namespace ctwarden::traffic {
namespace {

using Clock = std::chrono::steady_clock;

class PinnedToOneCpu {
 public:
  PinnedToOneCpu() {
    const int cpu = sched_getcpu();
    if (cpu < 0 || sched_getaffinity(0, sizeof before_, &before_) != 0) {
      return;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(cpu), &one);
    pinned_ = sched_setaffinity(0, sizeof one, &one) == 0;
  }
  ~PinnedToOneCpu() {
    if (pinned_) {
      sched_setaffinity(0, sizeof before_, &before_);
    }
  }
  PinnedToOneCpu(const PinnedToOneCpu&) = delete;
  PinnedToOneCpu& operator=(const PinnedToOneCpu&) = delete;
  PinnedToOneCpu(PinnedToOneCpu&&) = delete;
  PinnedToOneCpu& operator=(PinnedToOneCpu&&) = delete;

  [[nodiscard]] bool pinned() const { return pinned_; }

 private:
  cpu_set_t before_{};
  bool pinned_ = false;
};

// Says how many flows may start now. Never lets a backlog of missed turns grow beyond one batch.
class Pacer {
 public:
  Pacer(double per_second, Clock::time_point start) : per_second_(per_second), next_(start) {}

  // Waits until a batch is due; at a low rate a batch is one flow, at a high one up to a
  // millisecond's worth.
  std::uint64_t wait(std::uint64_t wanted) {
    if (per_second_ <= 0) {
      return wanted;
    }
    const auto batch = std::min(
        wanted, std::max<std::uint64_t>(1, static_cast<std::uint64_t>(per_second_ / 1000)));
    const auto now = Clock::now();
    if (next_ > now) {
      sleep_until(next_);
    }
    const auto share = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(batch) / per_second_));
    next_ = std::max(next_, now - kMaxDebt) + share;
    return batch;
  }

 private:
  static constexpr std::chrono::milliseconds kMaxDebt{20};  // a scheduler's hiccup is made up for

  static void sleep_until(Clock::time_point when) {
    const auto since = when.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    timespec at{};
    at.tv_sec = seconds.count();
    at.tv_nsec = std::chrono::nanoseconds(since - seconds).count();
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
    }
  }

  double per_second_;
  Clock::time_point next_;
};

// The frames of one batch; every flow's tuples are computed once and used by each step.
class Batch {
 public:
  void select(const Load& load, std::uint64_t first, std::size_t count) {
    count_ = count;
    for (std::size_t i = 0; i < count; ++i) {
      forward_[i] = tuple_at(load.space, first + i);
      backward_[i] = inverse(forward_[i]);
      if (load.nat_source) {
        backward_[i].destination = *load.nat_source;
      }
    }
  }

  model::Result<void> send(Leg& leg, const Step& step) {
    const auto& tuples = step.from == Side::Client ? forward_ : backward_;
    std::array<std::span<const std::uint8_t>, kMaxBatch> frames;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t size =
          write_frame(bytes_[i], leg.own_mac(), leg.router_mac(), tuples[i], step);
      frames[i] = std::span(bytes_[i]).first(size);
    }
    return leg.send(std::span(frames).first(count_));
  }

 private:
  std::size_t count_ = 0;
  std::array<model::Tuple, kMaxBatch> forward_;
  std::array<model::Tuple, kMaxBatch> backward_;
  std::array<std::array<std::uint8_t, kMaxFrame>, kMaxBatch> bytes_{};
};

model::Result<void> check_life(const Legs& legs, const Life& life) {
  for (const Step& step : life) {
    if (step.payload.size() > kMaxPayload) {
      return model::fail(EMSGSIZE, "a payload is larger than a frame");
    }
    if (step.from == Side::Server && !legs.server) {
      return model::fail(EDESTADDRREQ, "the server speaks, but there is no server leg");
    }
  }
  return {};
}

}  // namespace

model::Result<Report> play(Legs& legs, const Life& life, const Load& load) {
  if (auto sound = check(load.space); !sound) {
    return std::unexpected(sound.error());
  }
  if (auto sound = check_life(legs, life); !sound) {
    return std::unexpected(sound.error());
  }
  const PinnedToOneCpu cpu;
  if (!cpu.pinned()) {
    return model::fail(EPERM, "stay on one CPU");
  }
  const auto batch = std::make_unique<Batch>();
  const auto start = Clock::now();
  Pacer pacer(load.per_second, start);
  Report report;
  while (report.flows < load.count && Clock::now() - start < load.time_limit) {
    const auto count = pacer.wait(std::min<std::uint64_t>(kMaxBatch, load.count - report.flows));
    batch->select(load, load.first + report.flows, count);
    for (const Step& step : life) {
      Leg& leg = step.from == Side::Client ? legs.client : *legs.server;
      if (auto sent = batch->send(leg, step); !sent) {
        return std::unexpected(sent.error());
      }
      report.packets += count;
    }
    report.flows += count;
  }
  report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return report;
}

}  // namespace ctwarden::traffic
