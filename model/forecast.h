// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where the table is heading, as plain values. Absent as a whole while there is not enough
// evidence.
#pragma once

#include "model/flow_class.h"

#include <array>
#include <optional>

namespace ctwarden::model {

struct Forecast {
  // Entries the table comes to if flows go on to arrive as they do now; the mean over the rounds of
  // the kernel's collector, around which the count swings.
  double plateau_entries = 0;
  std::array<double, kFlowClassCount> plateau_by_class{};
  std::array<double, kFlowClassCount> born_per_second{};
  FlowClass driver = FlowClass::Other;  // grows most, or is largest where nothing grows

  // Until the count reaches the limit; infinite when it will not. From then on the kernel drops new
  // flows, or entries that are not assured for them. Absent without a limit.
  std::optional<double> seconds_to_full;
  // The same if the forecast is as wrong as it was lately; absent until that is known.
  std::optional<double> earliest_full;
  std::optional<double> latest_full;
  // The count's own trend was a far better guide lately: the seconds are by that.
  bool by_trend = false;
  bool operator==(const Forecast&) const = default;
};

}  // namespace ctwarden::model
