// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/prospect.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace ctwarden::model {

namespace {

constexpr std::uint32_t kLast = LifeTable::kAges - 1;
// Flows seen at an age before their fate says anything about it.
constexpr double kEnough = 20;
// Ends that make a hazard: enough for one known to a tenth, and the least for one at all.
constexpr double kGoodHazard = 100;
constexpr double kLeastHazard = 20;
constexpr double kNothing = 1e-9;  // births a second not worth following

// What a second at some age does to a flow in a class.
struct Second {
  double seconds = 1;  // of it spent in the class
  std::array<double, LifeTable::kExits> exits{};
  bool guessed = false;

  [[nodiscard]] double left() const { return exits[0] + exits[1] + exits[2] + exits[3]; }
};

Second second_of(const LifeTable::Cell& cell) {
  Second second;
  if (cell.at_risk > 0) {
    second.seconds = double{cell.seconds} / cell.at_risk;
    for (std::size_t exit = 0; exit < LifeTable::kExits; ++exit) {
      second.exits[exit] = double{cell.exits[exit]} / cell.at_risk;
    }
  }
  return second;
}

bool starts_at_birth(FlowClass which) {
  return which == FlowClass::TcpHalfOpen || which == FlowClass::UdpOneWay ||
         which == FlowClass::Icmp;
}

// One class's part of the life table, with what to believe where it is thin.
class ClassLife {
 public:
  ClassLife(const LifeTable& lives, FlowClass which, const Expiry& expiry)
      : lives_(lives),
        which_(which),
        timeout_(expiry.timeout[static_cast<std::size_t>(which)]),
        prior_(expiry.changes_heard),
        round_(expiry.collector_round) {}

  // To be asked for rising ages.
  Second at(std::uint32_t age) {
    const LifeTable::Cell& cell = lives_.cell(which_, age);
    if (cell.at_risk >= kEnough || seen_from(age) >= kEnough) {
      hazard_.reset();
      return second_of(cell);
    }
    if (!hazard_) {
      hazard_ = hazard_before(age);
    }
    return believed(*hazard_, age);
  }

 private:
  // Flows seen at this age or a little above, on average: a thin stream leaves gaps.
  [[nodiscard]] double seen_from(std::uint32_t age) const {
    const std::uint32_t end = std::min(age + age / 8 + 2, kLast + 1);
    double sum = 0;
    for (std::uint32_t at = age; at < end; ++at) {
      sum += lives_.cell(which_, at).at_risk;
    }
    return sum / (end - age);
  }

  [[nodiscard]] LifeTable::Cell sum_of(std::uint32_t from, std::uint32_t to) const {
    LifeTable::Cell sum;
    for (std::uint32_t at = from; at < to; ++at) {
      const LifeTable::Cell& cell = lives_.cell(which_, at);
      sum.at_risk += cell.at_risk;
      sum.seconds += cell.seconds;
      for (std::size_t exit = 0; exit < LifeTable::kExits; ++exit) {
        sum.exits[exit] += cell.exits[exit];
      }
    }
    return sum;
  }

  // Over the greatest ages below, as few as give enough ends and so few that the hazard is the same
  // throughout: of flows that all live equally long, the first to end say nothing about the young.
  [[nodiscard]] Second hazard_before(std::uint32_t age) const {
    std::uint32_t from = age;
    for (double ends = 0; from > age / 4 && ends < kGoodHazard;) {
      ends += lives_.cell(which_, --from).left();
    }
    LifeTable::Cell sum = sum_of(from, age);
    for (; age - from > 1; sum = sum_of(from, age)) {
      const std::uint32_t middle = from + (age - from) / 2;
      const LifeTable::Cell older = sum_of(middle, age);
      const double expected = double{sum.left()} * older.at_risk / sum.at_risk;
      if (std::abs(older.left() - expected) <= 3 * std::sqrt(expected + 1)) {
        break;
      }
      from = middle;
    }
    return sum.left() >= kLeastHazard ? second_of(sum) : Second{};
  }

  [[nodiscard]] Second believed(const Second& second, std::uint32_t age) const {
    if (timeout_ && !starts_at_birth(which_) && prior_) {
      // Its clock began at an unknown age: right on average.
      return at_least(second, 1 / (*timeout_ + round_ / 2));
    }
    if (timeout_ && age < *timeout_ && prior_) {
      return second;
    }
    if (timeout_ && age >= *timeout_ && age < *timeout_ + kLongestRound) {
      // Past a round of the usual length only when the collector is that late.
      const double round = age < *timeout_ + round_ ? round_ : kLongestRound;
      return at_least(second, 1 / std::max(1.0, *timeout_ + round - age));
    }
    return second.left() > 0 ? second : guess(age);
  }

  static Second guess(std::uint32_t age) {
    Second second = at_least({}, 1 / std::max<double>(1, age));
    second.guessed = true;
    return second;
  }

  static Second at_least(Second second, double ends) {
    if (second.left() < ends) {
      second.exits[0] += ends - second.left();
      second.seconds = 1 - ends / 2;
    }
    return second;
  }

  const LifeTable& lives_;
  FlowClass which_;
  std::optional<double> timeout_;
  bool prior_;
  double round_;
  std::optional<Second> hazard_;
};

class Walk {
 public:
  Walk(const LifeTable& lives, FlowGroup group, const Expiry& expiry, Prospect& to)
      : group_(group), to_(to) {
    for (std::size_t i = 0; i < group.count; ++i) {
      lives_.emplace_back(lives, static_cast<FlowClass>(group.first + i), expiry);
    }
  }

  void run(const std::array<double, kFlowClassCount>& births) {
    std::array<double, 3> here{};
    std::copy_n(births.begin() + static_cast<std::ptrdiff_t>(group_.first), group_.count,
                here.begin());
    for (std::uint32_t age = 0; age < kLast; ++age) {
      to_.alive[age] = here[0] + here[1] + here[2];
      to_.before[age] = lived_;
      here = step(here, age);
    }
    to_.alive[kLast] = here[0] + here[1] + here[2];
    to_.before[kLast] = lived_;
    stay(here);
    to_.after = lived_ - to_.before[kLast];
  }

 private:
  void add(std::size_t which, double seconds, bool guessed) {
    to_.in_class[group_.first + which] += seconds;
    to_.guessed += guessed ? seconds : 0;
    lived_ += seconds;
  }

  // Who goes on to a later class is there within the same second; who goes back, in the next.
  std::array<double, 3> step(std::array<double, 3> here, std::uint32_t age) {
    std::array<double, 3> next{};
    for (std::size_t which = 0; which < group_.count; ++which) {
      if (here[which] < kNothing) {
        continue;
      }
      const Second second = lives_[which].at(age);
      add(which, here[which] * second.seconds, second.guessed);
      double left = second.exits[0];
      for (std::size_t to = 0; to < group_.count; ++to) {
        const double moved = here[which] * second.exits[to + 1];
        (to > which ? here[to] : next[to]) += moved;
        left += second.exits[to + 1];
      }
      next[which] += here[which] * std::max(0.0, 1 - left);
    }
    return next;
  }

  // Past the last age a hazard is the same for ever.
  void stay(std::array<double, 3> here) {
    for (std::size_t which = 0; which < group_.count; ++which) {
      if (here[which] < kNothing) {
        continue;
      }
      const Second second = lives_[which].at(kLast);
      const double left = second.left();
      const double stays = left > 0 ? 1 / left : kLast;
      add(which, here[which] * stays, second.guessed || left == 0);
      for (std::size_t to = which + 1; to < group_.count; ++to) {
        here[to] += here[which] * stays * second.exits[to + 1];
      }
    }
  }

  FlowGroup group_;
  Prospect& to_;
  std::vector<ClassLife> lives_;
  double lived_ = 0;
};

}  // namespace

double Prospect::late_hazard() const { return after > 0 ? alive.back() / after : 0; }

double Prospect::survive(std::uint32_t age, double seconds) const {
  const double now = alive[std::min(age, kLast)];
  if (now <= 0) {
    return 1;  // older than anything foreseen: its end is not foreseen either
  }
  const double then = age + seconds;
  if (then >= kLast) {
    return alive.back() / now * std::exp(-late_hazard() * (then - std::max<double>(age, kLast)));
  }
  const auto below = static_cast<std::uint32_t>(then);
  return std::lerp(alive[below], alive[below + 1], then - below) / now;
}

double Prospect::grown(double seconds) const {
  if (seconds >= kLast) {
    return before.back() + after * -std::expm1(-late_hazard() * (seconds - kLast));
  }
  const auto below = static_cast<std::uint32_t>(seconds);
  return std::lerp(before[below], before[below + 1], seconds - below);
}

Prospect prospect_of(const LifeTable& lives, FlowGroup group,
                     const std::array<double, kFlowClassCount>& births, const Expiry& expiry) {
  Prospect prospect;
  Walk(lives, group, expiry, prospect).run(births);
  return prospect;
}

}  // namespace ctwarden::model
