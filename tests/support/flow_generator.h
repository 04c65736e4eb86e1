// SPDX-License-Identifier: GPL-2.0-or-later
//
// Random but legal flows, from a seeded engine: every protocol, family, kind, zone form and
// optional field turns up within a few hundred. The same seed gives the same flows.
#pragma once

#include "model/flow.h"
#include "tests/support/netlink_builder.h"

#include <random>

namespace ctwarden::support {

[[nodiscard]] model::FlowEvent random_flow(std::mt19937_64& engine);

// A legal way to put `flow` on the wire.
[[nodiscard]] FlowWire random_wire(std::mt19937_64& engine, const model::FlowEvent& flow);

}  // namespace ctwarden::support
