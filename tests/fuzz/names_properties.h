// SPDX-License-Identifier: GPL-2.0-or-later
//
// What must hold for a names file whatever its bytes. Traps on a violation; libFuzzer and the
// corpus replay share it.
#pragma once

#include <string_view>

namespace ctwarden::fuzz {

// The first byte says how the rest is cut into pieces. Either it is accepted, and every range in it
// has a name that can be shown; or there are mistakes, each with a line and printable. How it was
// cut makes no difference.
void check_names_text(std::string_view input);

}  // namespace ctwarden::fuzz
