// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a table under pressure looked like in that moment, for whoever asks afterwards.
#pragma once

#include "model/pressure_trigger.h"
#include "model/snapshot.h"
#include "model/talkers_view.h"

namespace ctwarden::model {

struct PressureReport {
  double unix_seconds = 0;
  PressureCause cause{};
  Snapshot picture;
  TalkersView talkers;
};

}  // namespace ctwarden::model
