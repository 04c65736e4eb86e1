// SPDX-License-Identifier: GPL-2.0-or-later
//
// The part of the landing page that says who fills the table: sections to stand in the page's
// columns.
#pragma once

#include "model/talkers_view.h"

#include <string>

namespace ctwarden::exporter {

// Services always; sources, destinations and SNAT pools only with `addresses`.
[[nodiscard]] std::string render_talkers(const model::TalkersView& talkers, bool addresses);

}  // namespace ctwarden::exporter
