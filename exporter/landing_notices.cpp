// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_notices.h"

#include "exporter/html.h"

#include <fmt/format.h>

#include <string_view>

namespace ctwarden::exporter {

namespace {

std::string notice(std::string_view headline, std::string_view text) {
  return fmt::format("<div class=\"notice\" role=\"note\"><p><strong>{}</strong> {}</p></div>\n",
                     headline, text);
}

std::string sync_words(const model::Snapshot& snapshot) {
  if (!snapshot.composition) {
    return "<p><strong>Reading the table for the first time.</strong> What it holds is shown once "
           "the first dump "
           "is complete.</p>\n";
  }
  if (snapshot.in_sync) {
    return "<p><strong class=\"ok\">In sync.</strong> The picture equals the kernel's table as far "
           "as anyone can "
           "know.</p>\n";
  }
  if (!snapshot.error_bound) {
    return "<p><strong class=\"down\">Not in sync.</strong> How far the picture is off is not "
           "known; the next resync "
           "repairs it.</p>\n";
  }
  return fmt::format(
      "<p><strong class=\"down\">Not in sync.</strong> At most {} of the flows counted here may be "
      "wrong; the next "
      "resync repairs it.</p>\n",
      grouped(*snapshot.error_bound));
}

std::string_view fidelity_words(model::Fidelity fidelity) {
  switch (fidelity) {
    case model::Fidelity::Full:
      return "Every event is followed.";
    case model::Fidelity::Lean:
      return "Births and ends are followed; TCP states are as fresh as the last dump.";
    case model::Fidelity::DumpOnly:
      break;
  }
  return "No events are followed; everything is as fresh as the last dump.";
}

}  // namespace

std::string render_notices(const model::Snapshot& snapshot) {
  std::string out;
  if (snapshot.limited) {
    out += notice(
        "Counts only.",
        "The daemon may not read the table itself: that takes CAP_NET_ADMIN in this network "
        "namespace "
        "when it starts. The kernel's own numbers are right; what the table holds is not known.");
  }
  if (snapshot.events_setting == 0 && snapshot.tracking != model::Tracking::Off) {
    out += notice("The kernel sends no events (nf_conntrack_events = 0).",
                  "The picture comes from dumps alone: rates and lifetimes are missing, and short "
                  "flows are never "
                  "seen. With nf_conntrack_events set to 2 new flows are reported again.");
  }
  if (snapshot.entries && snapshot.limit && *snapshot.limit > 0 &&
      *snapshot.entries >= *snapshot.limit) {
    out += notice("The table is full.", "New connections are being dropped.");
  }
  return out;
}

std::string sync_glance(const model::Snapshot& snapshot) {
  if (!snapshot.composition) {
    return "being read";
  }
  if (snapshot.in_sync) {
    return "<span class=\"ok\">in sync</span>";
  }
  return snapshot.error_bound ? fmt::format("<span class=\"down\">off by ≤ {}</span>",
                                            grouped(*snapshot.error_bound))
                              : "<span class=\"down\">not in sync</span>";
}

std::string render_trust(const model::Snapshot& snapshot) {
  if (snapshot.limited) {
    return {};
  }
  std::string out = "<section>\n<h2>How far to believe this</h2>\n" + sync_words(snapshot);
  out += fmt::format("<p>{} {}</p>\n", fidelity_words(snapshot.fidelity),
                     snapshot.events.lost == 0
                         ? "No event was lost since the start."
                         : grouped(snapshot.events.lost) + " events were lost since the start.");
  if (snapshot.silent_flows && *snapshot.silent_flows > 0) {
    out += fmt::format(
        "<p>{} flows are known from a dump only: older than the daemon, or begun while events were "
        "lost. Their end may come unannounced; dumps find it.</p>\n",
        grouped(*snapshot.silent_flows));
  }
  if (snapshot.resyncs.last_completed_unix_seconds) {
    out += fmt::format(
        "<p>Last full dump {}{}.</p>\n", utc_time(*snapshot.resyncs.last_completed_unix_seconds),
        snapshot.resyncs.last_duration_seconds
            ? ", took " + short_number(*snapshot.resyncs.last_duration_seconds) + "\u00a0s"
            : std::string());
  }
  return out + "</section>\n";
}

}  // namespace ctwarden::exporter
