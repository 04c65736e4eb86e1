// SPDX-License-Identifier: GPL-2.0-or-later
//
// Text for the landing page: escaping and numbers as people read them. Pure; never looks at the
// locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ctwarden::exporter {

// For element content and quoted attributes. Control bytes become U+FFFD.
[[nodiscard]] std::string escape_html(std::string_view text);

[[nodiscard]] std::string grouped(std::uint64_t number);  // "1,048,576"

// "0", "0.42", "7.3", "1,284": as many digits as say something.
[[nodiscard]] std::string short_number(double number);

// "70 %", "0.3 %", "<0.1 %", ">99 %", "0 %" (also when `whole` is 0). Not escaped.
[[nodiscard]] std::string percent(double part, double whole);

[[nodiscard]] std::string utc_time(double unix_seconds);  // "2026-02-03 14:03:11 UTC"

}  // namespace ctwarden::exporter
