// SPDX-License-Identifier: GPL-2.0-or-later
//
// A decoded flow as text, one field a line, absent fields left out: two flows are equal when their
// texts are, and a failing EXPECT_EQ shows which field differs.
#pragma once

#include "model/flow.h"

#include <string>

namespace ctwarden::support {

[[nodiscard]] std::string to_text(const model::FlowEvent& event);
[[nodiscard]] std::string to_text(const model::Tuple& tuple);

// Field by field, without the text: for fuzzers.
[[nodiscard]] bool same_flow(const model::FlowEvent& left, const model::FlowEvent& right);

}  // namespace ctwarden::support
