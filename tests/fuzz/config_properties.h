// SPDX-License-Identifier: GPL-2.0-or-later
//
// What must hold for a configuration file whatever its bytes. Traps on a violation; libFuzzer and
// the corpus replay share it.
#pragma once

#include <string_view>

namespace ctwarden::fuzz {

// Either the text is accepted, and what it made is in range and survives being rendered and read
// back; or there are problems, each printable and with the file's name, and the configuration is as
// it was.
void check_config(std::string_view text);

}  // namespace ctwarden::fuzz
