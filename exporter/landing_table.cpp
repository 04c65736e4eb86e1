// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_table.h"

#include "exporter/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ctwarden::exporter {

std::string render_table(std::string_view title, std::string_view remark,
                         const std::vector<TableRow>& rows, std::uint64_t whole) {
  std::string out =
      fmt::format("<table><caption>{}{}{}{}</caption>\n<tbody>\n", title,
                  remark.empty() ? "" : " <span>", remark, remark.empty() ? "" : "</span>");
  for (const TableRow& row : rows) {
    const auto part = static_cast<double>(row.flows);
    const double width = whole == 0 ? 0 : std::min(100.0, 100 * part / static_cast<double>(whole));
    fmt::format_to(
        std::back_inserter(out),
        "<tr{}><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"p\">{}</td>"
        "<td class=\"b\" aria-hidden=\"true\">{}</td></tr>\n",
        row.flows == 0 ? R"( class="none")" : "", escape_html(row.label), grouped(row.flows),
        escape_html(percent(part, static_cast<double>(whole))),
        row.flows == 0
            ? std::string()
            : fmt::format(R"(<div class="bar"><i style="width:{:.1f}%"></i></div>)", width));
  }
  return out + "</tbody></table>\n";
}

}  // namespace ctwarden::exporter
