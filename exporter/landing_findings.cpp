// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_findings.h"

#include "exporter/html.h"

#include <fmt/format.h>

#include <string_view>

namespace ctwarden::exporter {

namespace {

// The page's head says these in larger letters.
bool said_above(model::FindingKind kind) {
  return kind == model::FindingKind::NotTracking || kind == model::FindingKind::EventsOff;
}

// "snat_pool" to "Snat pool".
std::string headline(const model::Finding& finding, bool addresses) {
  std::string words(name(finding.kind));
  for (char& c : words) {
    c = c == '_' ? ' ' : c;
  }
  words[0] = static_cast<char>(words[0] - 'a' + 'A');
  const bool hidden = finding.subject.empty() || (finding.names_address && !addresses);
  return hidden ? words : words + ": " + escape_html(finding.subject);
}

std::string render(const model::Finding& finding, bool addresses) {
  return fmt::format(
      "<li class=\"{}\"><p><strong>{}</strong> <span>{}</span></p><p>{}</p><pre>{}</pre></li>\n",
      name(finding.severity), headline(finding, addresses), name(finding.severity),
      escape_html(finding.meaning), escape_html(finding.next));
}

}  // namespace

std::string render_findings(const model::Snapshot& snapshot, bool addresses) {
  std::string items;
  for (const model::StandingFinding& each : snapshot.findings) {
    if (!said_above(each.finding.kind)) {
      items += render(each.finding, addresses);
    }
  }
  if (items.empty()) {
    return {};
  }
  return "<section>\n<h2>Findings</h2>\n<ul class=\"findings\">\n" + items + "</ul>\n</section>\n";
}

}  // namespace ctwarden::exporter
