// SPDX-License-Identifier: GPL-2.0-or-later
//
// A conntrack table in fast motion for the forecast: flows arrive at random with a rate, live as a
// distribution says, and are told to a LifeTable and a Forecaster, second by second.
#pragma once

#include "model/forecaster.h"
#include "model/life_table.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <vector>

namespace ctwarden::model {

// Draws lifetimes in seconds; `mean` is what they average to, `settled` after how long a table of
// such flows is steady.
struct Lifetimes {
  double mean = 0;
  double settled = 0;
  std::function<double(std::mt19937_64&)> draw;
};

inline Lifetimes fixed(double seconds) {
  return {.mean = seconds, .settled = 1.2 * seconds, .draw = [=](auto&) { return seconds; }};
}
inline Lifetimes exponential(double mean) {
  return {.mean = mean, .settled = 5 * mean, .draw = [=](auto& random) {
            return std::exponential_distribution(1 / mean)(random);
          }};
}
inline Lifetimes either(double share, const Lifetimes& one, const Lifetimes& other) {
  return {.mean = share * one.mean + (1 - share) * other.mean,
          .settled = std::max(one.settled, other.settled),
          .draw = [=](auto& random) {
            return std::bernoulli_distribution(share)(random) ? one.draw(random)
                                                              : other.draw(random);
          }};
}
// As the kernel's collector does it: what expired waits for the next round.
inline Lifetimes collected(double timeout, double round) {
  return {
      .mean = timeout + round / 2, .settled = 1.2 * (timeout + round), .draw = [=](auto& random) {
        return timeout + std::uniform_real_distribution<>(0, round)(random);
      }};
}

struct Stage {
  FlowClass which = FlowClass::UdpOneWay;
  Lifetimes lifetimes;
};
// Flows that arrive at a rate and go through stages.
struct Stream {
  double per_second = 0;
  std::vector<Stage> stages;
};
inline Stream udp(double per_second, const Lifetimes& lifetimes) {
  return {.per_second = per_second,
          .stages = {{.which = FlowClass::UdpOneWay, .lifetimes = lifetimes}}};
}

class SimulatedFlows {
 public:
  explicit SimulatedFlows(std::uint64_t seed) : random_(seed) {}

  TableLimits limits;  // the count is filled in
  LifeTable lives;
  Forecaster forecaster;

  // The Forecaster looks every second.
  void run(double seconds, const std::vector<Stream>& streams) {
    for (const double end = now_ + seconds; now_ < end;) {
      for (const Stream& stream : streams) {
        begin_flows(stream);
      }
      const double tick = now_ + 1;
      while (!steps_.empty() && steps_.top().at < tick) {
        take(steps_.top());
      }
      now_ = tick;
      lives.advance(second(now_));
      limits.entries = count_;
      forecaster.observe(now_, lives, limits);
    }
  }
  void run(double seconds, const Stream& stream) { run(seconds, std::vector{stream}); }

  [[nodiscard]] const std::optional<Forecast>& forecast() const { return forecaster.forecast(); }
  // Infinite when it will not fill, less than 0 when nothing is said.
  [[nodiscard]] double seconds_to_full() const {
    return forecast() ? forecast()->seconds_to_full.value_or(-1) : -1;
  }
  [[nodiscard]] double plateau() const { return forecast() ? forecast()->plateau_entries : -1; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double now() const { return now_; }

 private:
  struct Step {
    double at = 0;
    double birth = 0;
    std::size_t stage = 0;  // that begins
    const std::vector<Stage>* stages = nullptr;
    bool operator>(const Step& other) const { return at > other.at; }
  };
  static std::uint32_t second(double at) { return static_cast<std::uint32_t>(at); }

  // Those of the coming second.
  void begin_flows(const Stream& stream) {
    const auto flows = std::poisson_distribution<>(std::max(stream.per_second, 1e-9))(random_);
    if (flows > 0) {
      life_stories_.push_back(stream.stages);
    }
    for (int i = 0; i < flows; ++i) {
      const double at = now_ + std::uniform_real_distribution<>(0, 1)(random_);
      steps_.push({.at = at, .birth = at, .stage = 0, .stages = &life_stories_.back()});
    }
  }
  void take(Step step) {
    steps_.pop();
    lives.advance(second(step.at));
    const LifeTable::Age age = second(step.at) - second(step.birth);
    const auto& stages = *step.stages;
    const bool ends = step.stage == stages.size();
    if (step.stage == 0) {
      lives.born(stages[0].which);
      ++count_;
    } else if (ends) {
      lives.ended(stages.back().which, age);
      --count_;
    } else {
      lives.moved(stages[step.stage - 1].which, stages[step.stage].which, age);
    }
    if (!ends) {
      step.at += stages[step.stage].lifetimes.draw(random_);
      ++step.stage;
      steps_.push(step);
    }
  }

  std::mt19937_64 random_;
  std::deque<std::vector<Stage>> life_stories_;  // steps point into it
  std::priority_queue<Step, std::vector<Step>, std::greater<>> steps_;
  std::uint64_t count_ = 0;
  double now_ = 0;
};

}  // namespace ctwarden::model
