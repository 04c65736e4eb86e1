// SPDX-License-Identifier: GPL-2.0-or-later
//
// The last pressure reports, and their lines in the log. Bounded: eight reports of some ten KiB.
#pragma once

#include "model/address_names.h"
#include "model/pressure_report.h"

#include <deque>

namespace ctwarden::daemon {

class PressureReports {
 public:
  explicit PressureReports(const model::AddressNames& names) : names_(names) {}

  // Logs it as one record.
  void add(model::PressureReport report);

  [[nodiscard]] const std::deque<model::PressureReport>& latest() const { return reports_; }

 private:
  const model::AddressNames& names_;
  std::deque<model::PressureReport> reports_;  // oldest first
};

}  // namespace ctwarden::daemon
