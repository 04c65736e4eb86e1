// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/families.h"

#include <cstddef>

namespace ctwarden::exporter {

namespace {

void add_events(Exposition& out, const model::EventCounts& events) {
  out.counter("ctwarden_events_total", "Conntrack events received from the kernel.")
      .sample({{"event", "new"}}, static_cast<double>(events.created))
      .sample({{"event", "update"}}, static_cast<double>(events.updated))
      .sample({{"event", "destroy"}}, static_cast<double>(events.destroyed));
  out.counter("ctwarden_events_lost_total",
              "Events the kernel dropped because the event socket's buffer was full; exact.")
      .value(events.lost);
  out.counter("ctwarden_events_malformed_total",
              "Event datagrams that could not be decoded and were ignored whole.")
      .value(events.malformed);
  out.counter("ctwarden_events_foreign_total",
              "Datagrams on the event socket that did not come from the kernel, ignored.")
      .value(events.foreign);
  out.counter("ctwarden_events_unmatched_total",
              "Update events for a flow that is not in the picture.")
      .value(events.unmatched);
}

void add_buffer(Exposition& out, const model::EventBuffer& buffer) {
  out.gauge("ctwarden_event_buffer_bytes",
            "Size of the event socket's receive buffer, as the kernel charges it.")
      .value(buffer.bytes);
  out.gauge("ctwarden_event_buffer_used_bytes",
            "Bytes charged to the event socket's receive buffer at the moment of the scrape.")
      .value(buffer.used_bytes);
}

void add_resyncs(Exposition& out, const model::Resyncs& resyncs) {
  out.counter("ctwarden_resyncs_total",
              "Completed comparisons of the picture with a full dump, by what caused them.");
  for (std::size_t i = 0; i < model::kResyncReasonCount; ++i) {
    out.sample({{"reason", name(static_cast<model::ResyncReason>(i))}},
               static_cast<double>(resyncs.completed[i]));
  }
  out.counter("ctwarden_resyncs_aborted_total", "Resyncs given up before the dump was complete.")
      .value(resyncs.aborted);
  out.counter(
         "ctwarden_resync_ghosts_removed_total",
         "Flows removed by a resync although their end was never announced and should have been.")
      .value(resyncs.ghosts_removed);
  out.counter("ctwarden_resync_silent_removed_total",
              "Flows removed by a resync that were known from a dump only and may have been unable "
              "to announce their end.")
      .value(resyncs.silent_removed);
  out.counter(
         "ctwarden_resync_missing_added_total",
         "Flows added by a resync whose beginning was never announced; the first dump not counted.")
      .value(resyncs.missing_added);
  out.gauge("ctwarden_dump_duration_seconds", "How long the last complete dump took, in seconds.")
      .value(resyncs.last_duration_seconds);
  out.gauge("ctwarden_last_dump_timestamp_seconds",
            "When the last complete dump ended, in seconds since the Unix epoch.")
      .value(resyncs.last_completed_unix_seconds);
}

}  // namespace

void add_trust_families(Exposition& out, const model::Snapshot& snapshot) {
  // With counts only there is no picture to be in sync, no socket to lose events on and nothing to
  // compare.
  if (snapshot.limited) {
    return;
  }
  add_events(out, snapshot.events);
  if (snapshot.buffer) {
    add_buffer(out, *snapshot.buffer);
  }
  out.gauge("ctwarden_in_sync",
            "1 if the picture equals the table as far as anyone can know, 0 from a loss (or the "
            "start) "
            "until a resync repaired it.")
      .value(snapshot.in_sync);
  out.gauge("ctwarden_error_bound_entries",
            "At most so many flows of the picture may be wrong; absent until the first dump is "
            "complete.")
      .value(snapshot.error_bound);
  out.gauge(
         "ctwarden_mode_info",
         "How the picture is kept, always 1: full (all events), lean (births and ends; states from "
         "dumps), dump_only (no events).")
      .sample({{"fidelity", name(snapshot.fidelity)}}, 1);
  add_resyncs(out, snapshot.resyncs);
}

}  // namespace ctwarden::exporter
