// SPDX-License-Identifier: GPL-2.0-or-later
//
// When to write a pressure report: in the moment a table fills, drops, or is about to. Pure; told
// the numbers about once a second.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ctwarden::model {

enum class PressureCause : std::uint8_t { Filling, Dropping, WillFill };
inline constexpr std::size_t kPressureCauseCount = 3;
std::string_view name(PressureCause cause) noexcept;  // "filling"

class PressureTrigger {
 public:
  using Time = std::chrono::milliseconds;

  struct Reading {
    std::optional<double> used_ratio;       // entries / limit
    std::optional<std::uint64_t> dropped;   // running total of drops and evictions
    std::optional<double> seconds_to_full;  // from the forecast
  };

  // The worst cause that is due: Dropping before Filling before WillFill. Each has its own
  // cool-down, and Filling is told again only after the table emptied a good deal.
  [[nodiscard]] std::optional<PressureCause> due(const Reading& reading, Time now);

 private:
  [[nodiscard]] bool rested(PressureCause cause, Time now) const;

  std::array<std::optional<Time>, kPressureCauseCount> told_{};
  bool full_ = false;
  std::optional<std::uint64_t> dropped_;
};

}  // namespace ctwarden::model
