// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_page.h"

#include "exporter/html.h"
#include "exporter/landing_composition.h"
#include "exporter/landing_findings.h"
#include "exporter/landing_notices.h"
#include "exporter/landing_style.h"
#include "exporter/landing_talkers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace ctwarden::exporter {

namespace {

// From here new connections are near to being dropped; the same steps the shipped alerts use.
constexpr double kWarnRatio = 0.8;
constexpr double kBadRatio = 0.95;

std::string_view pressure_class(double ratio) {
  if (ratio >= kBadRatio) {
    return "bad";
  }
  return ratio >= kWarnRatio ? "warn" : "calm";
}

std::string render_full_gauge(std::uint64_t entries, std::uint64_t limit) {
  const auto part = static_cast<double>(entries);
  const auto whole = static_cast<double>(limit);
  const std::string share = escape_html(percent(part, whole));
  const std::string_view pressure = pressure_class(part / whole);
  const std::uint64_t room = limit > entries ? limit - entries : 0;
  return fmt::format(
      "<p class=\"gauge\">{0} <small>of {1} entries</small></p>\n"
      "<div class=\"bar {2}\" role=\"meter\" aria-label=\"Table used\" aria-valuemin=\"0\" "
      "aria-valuemax=\"{3}\" aria-valuenow=\"{4}\" aria-valuetext=\"{5}\">"
      "<i style=\"width:{6:.2f}%\"></i></div>\n"
      "<p class=\"under\"><strong class=\"{2}\">{5} full</strong><span>room for {7} "
      "more</span></p>\n",
      grouped(entries), grouped(limit), pressure, limit, std::min(entries, limit), share,
      std::min(100.0, 100 * part / whole), grouped(room));
}

std::string render_gauge(const model::Snapshot& snapshot) {
  if (snapshot.tracking == model::Tracking::Off && snapshot.entries.value_or(0) == 0) {
    return "<p class=\"statement\">This namespace is not tracking connections.</p>\n"
           "<p>No rule needs it: nothing here translates addresses or asks for the state of a "
           "connection, so the "
           "kernel keeps no table. It begins as soon as such a rule is loaded.</p>\n";
  }
  if (!snapshot.entries) {
    return "<p class=\"statement\">The number of entries is not known.</p>\n";
  }
  if (snapshot.limit && *snapshot.limit > 0) {
    return render_full_gauge(*snapshot.entries, *snapshot.limit);
  }
  return fmt::format("<p class=\"gauge\">{} <small>{}</small></p>\n", grouped(*snapshot.entries),
                     snapshot.limit ? "no limit set" : "limit not known");
}

std::string tile(std::string_view label, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", label, value);
}

// "45 s", "12 min", "3 h".
std::string duration_words(double seconds) {
  const auto in = [&](double unit, std::string_view word) {
    return fmt::format("{:.0f} <small>{}</small>", seconds / unit, word);
  };
  return seconds < 90 ? in(1, "s") : seconds < 5'400 ? in(60, "min") : in(3'600, "h");
}

// The numbers to glance at. The picture's state is among them, because it says what the others are
// worth.
std::string render_glance(const model::Snapshot& snapshot) {
  std::string out = "<dl class=\"glance\">\n";
  if (snapshot.rates) {
    const auto& [created, destroyed] = *snapshot.rates;
    const auto per_second = [](double value) { return short_number(value) + " <small>/s</small>"; };
    out += tile("new flows", per_second(created));
    out += tile("ended flows", per_second(destroyed));
    out += tile("change", (created > destroyed ? "+" : "") + per_second(created - destroyed));
  }
  if (snapshot.forecast) {
    out += tile("heading for", short_number(std::round(snapshot.forecast->plateau_entries)) +
                                   " <small>entries</small>");
    if (const auto& seconds = snapshot.forecast->seconds_to_full;
        seconds && std::isfinite(*seconds)) {
      out += tile("until it is full", duration_words(*seconds));
    }
  }
  return out + tile("the picture below", sync_glance(snapshot)) + "</dl>\n";
}

struct StatWords {
  model::Stat stat;
  std::string_view words;
  bool is_loss;  // a packet or a flow was harmed
};

constexpr std::array<StatWords, 5> kStatWords = {{
    {.stat = model::Stat::Drop, .words = "Packets dropped, no room", .is_loss = true},
    {.stat = model::Stat::EarlyDrop, .words = "Entries evicted to make room", .is_loss = true},
    {.stat = model::Stat::InsertFailed, .words = "Insertions lost to a duplicate", .is_loss = true},
    {.stat = model::Stat::ChainTooLong, .words = "Hash chain too long", .is_loss = true},
    {.stat = model::Stat::Invalid, .words = "Invalid packets", .is_loss = false},
}};

std::string render_kernel_counters(const model::StatAccumulator& stats) {
  std::string rows;
  for (const auto& [stat, words, is_loss] : kStatWords) {
    if (const auto total = stats.total(stat)) {
      const std::string_view style = *total == 0 ? "none" : (is_loss ? "loss" : "some");
      fmt::format_to(std::back_inserter(rows),
                     "<tr class=\"{}\"><th scope=\"row\">{}</th><td class=\"n\">{}</td></tr>\n",
                     style, words, grouped(*total));
    }
  }
  if (rows.empty()) {
    return {};
  }
  return "<section>\n<table><caption>Counted by the kernel <span>since "
         "boot</span></caption>\n<tbody>\n" +
         rows + "</tbody></table>\n</section>\n";
}

std::string render_sources(const model::Snapshot& snapshot) {
  const std::array<std::pair<std::string_view, const model::Collector*>, 4> sources = {{
      {"Events", &snapshot.events_collector},
      {"Dumps", &snapshot.dump_collector},
      {"Statistics", &snapshot.stats_collector},
      {"Settings", &snapshot.settings_collector},
  }};
  std::string out = "<section>\n<table class=\"sources\"><caption>Sources</caption>\n<tbody>\n";
  for (const auto& [title, collector] : sources) {
    fmt::format_to(
        std::back_inserter(out), "<tr><th scope=\"row\">{}</th><td>{}{}</td></tr>\n", title,
        collector->up ? "<span class=\"ok\">works</span>" : "<span class=\"down\">down</span>",
        collector->detail.empty() ? "" : ": " + escape_html(collector->detail));
  }
  return out + "</tbody></table>\n</section>\n";
}

// What a browser's tab shows: the one number, if there is one.
std::string title(const model::Snapshot& snapshot) {
  if (!snapshot.entries || !snapshot.limit || *snapshot.limit == 0) {
    return "ctwarden";
  }
  return escape_html(percent(static_cast<double>(*snapshot.entries),
                             static_cast<double>(*snapshot.limit))) +
         " full · ctwarden";
}

}  // namespace

std::string render_landing_page(const model::Snapshot& snapshot, const BuildInfo& build,
                                const PageOptions& options) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"refresh\" content=\"5\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n<div class=\"page\">\n<header><b>ctwarden</b><span>{} "
      "({})</span></header>\n<main>\n",
      title(snapshot), kLandingStyle, escape_html(build.version), escape_html(build.revision));
  out += "<h1>Connection tracking table</h1>\n";
  out += render_gauge(snapshot);
  out += render_notices(snapshot);
  const bool tracking = snapshot.tracking != model::Tracking::Off;
  if (tracking && !snapshot.limited) {
    out += render_glance(snapshot);
  }
  out += render_findings(snapshot, options.addresses);
  out += "<div class=\"columns\">\n";
  if (snapshot.composition && (tracking || snapshot.composition->flows > 0)) {
    if (options.talkers != nullptr) {
      out += render_talkers(*options.talkers, options.addresses ? options.names : nullptr);
    }
    out += render_composition(*snapshot.composition);
  }
  out += render_kernel_counters(snapshot.stats);
  out += render_trust(snapshot);
  out += render_sources(snapshot);
  out +=
      "</div>\n</main>\n<footer><nav aria-label=\"Endpoints\"><a href=\"/metrics\">/metrics</a>"
      "<a href=\"/livez\">/livez</a><a href=\"/readyz\">/readyz</a></nav>"
      "<span>renews itself every 5 seconds</span></footer>\n</div>\n</body>\n</html>\n";
  return out;
}

}  // namespace ctwarden::exporter
