// SPDX-License-Identifier: GPL-2.0-or-later
//
// The landing page's plain words: what limits what the page can know, and how far the rest can be
// believed.
#pragma once

#include "model/snapshot.h"

#include <string>

namespace ctwarden::exporter {

// What a reader must know before reading on; empty on a healthy node.
[[nodiscard]] std::string render_notices(const model::Snapshot& snapshot);

// "in sync", or how far from it, in a word or two.
[[nodiscard]] std::string sync_glance(const model::Snapshot& snapshot);

// The section about sync, fidelity, loss and the last dump.
[[nodiscard]] std::string render_trust(const model::Snapshot& snapshot);

}  // namespace ctwarden::exporter
