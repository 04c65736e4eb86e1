// SPDX-License-Identifier: GPL-2.0-or-later
//
// The part of the landing page that says what the table holds: sections to stand in the page's
// columns.
#pragma once

#include "model/snapshot.h"

#include <string>

namespace ctwarden::exporter {

[[nodiscard]] std::string render_composition(const model::Composition& composition);

}  // namespace ctwarden::exporter
