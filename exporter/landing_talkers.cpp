// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_talkers.h"

#include "exporter/html.h"
#include "exporter/landing_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace ctwarden::exporter {

namespace {

constexpr std::size_t kShown = 8;

template <typename Talker, typename Label>
std::vector<TableRow> rows_of(const std::vector<Talker>& talkers, Label label) {
  std::vector<TableRow> rows;
  for (std::size_t i = 0; i < std::min(kShown, talkers.size()); ++i) {
    rows.push_back(label(talkers[i]));
  }
  return rows;
}

TableRow service_row(const model::ServiceTalker& talker) {
  const bool tcp = talker.service.protocol == model::Protocol::Tcp;
  return {.label = fmt::format("{} {}", tcp ? "TCP" : "UDP", talker.service.port),
          .flows = talker.flows};
}

auto address_row(const model::AddressNames& names) {
  return [&names](const model::AddressTalker& talker) {
    return TableRow{.label = named_text(names, talker.family, talker.address),
                    .flows = talker.flows.upper};
  };
}

std::string section(std::string_view title, std::string_view remark,
                    const std::vector<TableRow>& rows, std::uint64_t whole) {
  return rows.empty() ? std::string()
                      : "<section>\n" + render_table(title, remark, rows, whole) + "</section>\n";
}

std::string pools(const std::vector<model::SnatPoolUse>& uses, const model::AddressNames& names) {
  std::string rows;
  for (std::size_t i = 0; i < std::min(kShown, uses.size()); ++i) {
    const model::SnatPoolUse& pool = uses[i];
    rows += fmt::format(
        "<tr><th scope=\"row\">{} to {}, {} {}</th><td class=\"n\">{} of {}</td>"
        "<td class=\"p\">{}</td></tr>\n",
        escape_html(named_text(names, pool.family, pool.egress)),
        escape_html(named_text(names, pool.family, pool.destination)), name(pool.protocol),
        pool.destination_port, grouped(pool.used.upper), grouped(pool.range),
        escape_html(percent(static_cast<double>(pool.used.upper), pool.range)));
  }
  return rows.empty() ? rows
                      : "<section>\n<table><caption>Translated source ports <span>in use towards "
                        "one service</span></caption>\n<tbody>\n" +
                            rows + "</tbody></table>\n</section>\n";
}

}  // namespace

std::string render_talkers(const model::TalkersView& talkers, const model::AddressNames* names) {
  std::string out = section("Services", "by destination port",
                            rows_of(talkers.services_before, service_row), talkers.flows);
  if (names != nullptr) {
    const std::string_view remark = talkers.exact ? "" : "at most";
    out += section("Sources", remark, rows_of(talkers.sources, address_row(*names)), talkers.flows);
    out +=
        section("Destinations", talkers.exact ? "after translation" : "after translation, at most",
                rows_of(talkers.destinations, address_row(*names)), talkers.flows);
    out += pools(talkers.pools, *names);
  }
  return out;
}

}  // namespace ctwarden::exporter
