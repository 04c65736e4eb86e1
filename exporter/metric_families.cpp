// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/metric_families.h"

#include "exporter/exposition.h"
#include "exporter/families.h"

namespace ctwarden::exporter {

namespace {

void add_daemon_families(Exposition& out, const model::Snapshot& snapshot, const BuildInfo& build) {
  out.gauge("ctwarden_build_info", "Version and source revision of the running daemon; always 1.")
      .sample({{"version", build.version}, {"revision", build.revision}}, 1);

  const auto up = [](const model::Collector& collector) { return collector.up ? 1.0 : 0.0; };
  out.gauge("ctwarden_up", "1 if the collector works, 0 if not; the page at / says why.")
      .sample({{"collector", "events"}}, up(snapshot.events_collector))
      .sample({{"collector", "dump"}}, up(snapshot.dump_collector))
      .sample({{"collector", "stats"}}, up(snapshot.stats_collector))
      .sample({{"collector", "settings"}}, up(snapshot.settings_collector));

  out.gauge(
         "ctwarden_limited",
         "1 if the daemon has no access to the table itself (no ctnetlink) and knows counts only, "
         "0 with full access.")
      .value(snapshot.limited);
}

// Names, types and meanings as the Prometheus client libraries have them.
void add_process_families(Exposition& out, const model::ProcessUsage& process) {
  out.counter("process_cpu_seconds_total", "User and system CPU time spent, in seconds.")
      .value(process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Resident memory size, in bytes.")
      .value(process.resident_bytes);
  out.gauge("process_virtual_memory_bytes", "Virtual memory size, in bytes.")
      .value(process.virtual_bytes);
  out.gauge("process_open_fds", "Number of open file descriptors.").value(process.open_fds);
  out.gauge("process_max_fds", "Limit of open file descriptors; absent when unlimited.")
      .value(process.max_fds);
  out.gauge("process_start_time_seconds",
            "Start time of the process, in seconds since the Unix epoch.")
      .value(process.start_unix_seconds);
}

}  // namespace

std::string render_metrics(const model::Snapshot& snapshot, const BuildInfo& build,
                           const ExportOptions& options) {
  Exposition out;
  add_daemon_families(out, snapshot, build);
  add_kernel_families(out, snapshot, options);
  add_picture_families(out, snapshot);
  add_talker_families(out, snapshot);
  add_trust_families(out, snapshot);
  add_finding_families(out, snapshot);
  add_process_families(out, snapshot.process);
  return out.text();
}

}  // namespace ctwarden::exporter
