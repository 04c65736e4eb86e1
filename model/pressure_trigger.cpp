// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/pressure_trigger.h"

namespace ctwarden::model {

namespace {
using namespace std::chrono_literals;

constexpr double kFull = 0.9;
constexpr double kRelaxed = 0.8;
constexpr double kSoonSeconds = 600;
constexpr auto kCoolDown = 10min;
}  // namespace

std::string_view name(PressureCause cause) noexcept {
  constexpr std::array<std::string_view, kPressureCauseCount> kNames = {"filling", "dropping",
                                                                        "will_fill"};
  return kNames[static_cast<std::size_t>(cause)];
}

bool PressureTrigger::rested(PressureCause cause, Time now) const {
  const auto& told = told_[static_cast<std::size_t>(cause)];
  return !told || now - *told >= kCoolDown;
}

std::optional<PressureCause> PressureTrigger::due(const Reading& reading, Time now) {
  const bool dropping = dropped_ && reading.dropped && *reading.dropped > *dropped_;
  dropped_ = reading.dropped;
  const bool was_full = full_;
  if (reading.used_ratio) {
    full_ = *reading.used_ratio >= (was_full ? kRelaxed : kFull);
  }
  const bool soon = reading.seconds_to_full && *reading.seconds_to_full <= kSoonSeconds;

  std::optional<PressureCause> cause;
  if (dropping && rested(PressureCause::Dropping, now)) {
    cause = PressureCause::Dropping;
  } else if (full_ && !was_full && rested(PressureCause::Filling, now)) {
    cause = PressureCause::Filling;
  } else if (soon && !full_ && rested(PressureCause::WillFill, now)) {
    cause = PressureCause::WillFill;
  }
  if (cause) {
    told_[static_cast<std::size_t>(*cause)] = now;
  }
  return cause;
}

}  // namespace ctwarden::model
