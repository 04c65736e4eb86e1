// SPDX-License-Identifier: GPL-2.0-or-later
//
// The part of the landing page that says who fills the table: sections to stand in the page's
// columns.
#pragma once

#include "model/address_names.h"
#include "model/talkers_view.h"

#include <string>

namespace ctwarden::exporter {

// Services always; sources, destinations and SNAT pools only if the reader may see addresses, which
// is when `names` are given.
[[nodiscard]] std::string render_talkers(const model::TalkersView& talkers,
                                         const model::AddressNames* names);

}  // namespace ctwarden::exporter
