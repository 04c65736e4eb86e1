// SPDX-License-Identifier: GPL-2.0-or-later
//
// The landing page's list of findings: what is wrong, what it means, what to do.
#pragma once

#include "model/snapshot.h"

#include <string>

namespace ctwarden::exporter {

// Empty when nothing was found that the page does not say elsewhere. Without `addresses` a subject
// that names one is left out.
[[nodiscard]] std::string render_findings(const model::Snapshot& snapshot, bool addresses);

}  // namespace ctwarden::exporter
