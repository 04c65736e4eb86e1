// SPDX-License-Identifier: GPL-2.0-or-later
//
// Feeds the forecast once a second: the life table, the kernel's count, limit and timeouts. Without
// every change of state (full fidelity) a flow may long have left the class it is counted in.
#pragma once

#include "daemon/clock.h"
#include "model/flow_table.h"
#include "model/forecaster.h"
#include "model/snapshot.h"
#include "nlink/kernel_files.h"

#include <optional>

namespace ctwarden::daemon {

class ForecastWatch {
 public:
  ForecastWatch(model::FlowTable& table, const nlink::KernelFiles& files, const Clock& clock)
      : table_(table), files_(files), clock_(clock) {}

  void tick(model::Fidelity fidelity);
  [[nodiscard]] const std::optional<model::Forecast>& forecast() const {
    return forecaster_.forecast();
  }

 private:
  model::FlowTable& table_;
  const nlink::KernelFiles& files_;
  const Clock& clock_;
  model::Forecaster forecaster_;
};

}  // namespace ctwarden::daemon
