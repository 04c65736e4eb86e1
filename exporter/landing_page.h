// SPDX-License-Identifier: GPL-2.0-or-later
//
// The page at "/": what a person wants to know first, in plain words, readable without scripts. One
// self-contained HTML document that refreshes itself; no external resource.
#pragma once

#include "exporter/metric_families.h"
#include "model/address_names.h"
#include "model/snapshot.h"
#include "model/talkers_view.h"

#include <string>
#include <string_view>

namespace ctwarden::exporter {

struct PageOptions {
  const model::TalkersView* talkers = nullptr;  // who fills the table, if known
  const model::AddressNames* names = nullptr;
  // Whether the reader may see addresses of flows. Not over TCP, unless the operator says so.
  bool addresses = false;
};

[[nodiscard]] std::string render_landing_page(const model::Snapshot& snapshot,
                                              const BuildInfo& build,
                                              const PageOptions& options = {});

inline constexpr std::string_view kLandingContentType = "text/html; charset=utf-8";

}  // namespace ctwarden::exporter
