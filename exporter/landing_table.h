// SPDX-License-Identifier: GPL-2.0-or-later
//
// The tables of the landing page: a label, a number, its share of the whole and a bar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::exporter {

struct TableRow {
  std::string label;
  std::uint64_t flows = 0;
};

// `title` and `remark` are markup.
[[nodiscard]] std::string render_table(std::string_view title, std::string_view remark,
                                       const std::vector<TableRow>& rows, std::uint64_t whole);

}  // namespace ctwarden::exporter
