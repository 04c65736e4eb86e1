// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/readers.h"

#include "tests/support/daemon_process.h"
#include "tests/support/shell.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace ctwarden::bench {
namespace {

namespace fs = std::filesystem;

std::string write_file(const std::string& folder, const std::string& name,
                       const std::string& text) {
  std::string path = folder + "/" + name;
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) {
    throw std::runtime_error("write " + path);
  }
  return path;
}

Reader peer(Program program, const std::string& name, const std::string& mode, unsigned groups) {
  Reader reader{.program = program,
                .name = name,
                .groups = groups,
                .command = {CTWARDEN_PEER_PATH, mode},
                .account = Account::Tally};
  for (int group = 1; group <= 3; ++group) {
    if ((groups & 1U << (group - 1)) != 0) {
      reader.command.push_back(std::to_string(group));
    }
  }
  return reader;
}

Reader library_reader(unsigned groups) {
  return peer(Program::Library, "libnetfilter_conntrack, count only", "library", groups);
}

Reader daemon(bool updates, const std::string& folder) {
  const std::string config = fmt::format(R"(runtime_dir = "{0}/ctwarden"
state_dir = "{0}/ctwarden-state"
metrics.listen = "{1}"
events.updates = {2}
events.cpu_budget = 1.0
log.level = "warning"
)",
                                         folder, kMetricsAddress, updates);
  const std::string name = updates ? "full.toml" : "lean.toml";
  return {.program = Program::Daemon,
          .name = updates ? "**ctwardend**, updates = true" : "**ctwardend**, updates = false",
          .groups = updates ? kAllEvents : kLifecycle,
          .command = {tests::daemon_path(), "--config", write_file(folder, name, config)},
          .account = Account::Metrics};
}

Reader conntrackd(const std::string& folder) {
  const std::string config = fmt::format(R"(General {{
  HashSize 262144
  HashLimit 1048576
  LogFile off
  Syslog off
  LockFile {0}/conntrackd.lock
  UNIX {{
    Path {0}/conntrackd.ctl
  }}
}}
Stats {{
  LogFile off
}}
)",
                                         folder);
  return {.program = Program::Conntrackd,
          .name = "conntrackd, statistics mode",
          .groups = kAllEvents,
          .command = {"conntrackd", "-C", write_file(folder, "conntrackd.conf", config)}};
}

std::string plugin(const std::string& name) {
  for (const auto& triplet : fs::directory_iterator("/usr/lib")) {
    const fs::path path = triplet.path() / "ulogd" / name;
    if (std::error_code error; fs::exists(path, error)) {
      return path;
    }
  }
  throw std::runtime_error("ulogd2 has no " + name);
}

// Its groups are its defaults.
Reader ulogd(const std::string& folder) {
  const std::string config =
      fmt::format(R"([global]
logfile="{0}/ulogd.log"
loglevel=5
plugin="{1}"
plugin="{2}"
stack=ct1:NFCT,out1:GPRINT
[ct1]
hash_enable=1
hash_buckets=262144
hash_max_entries=1048576
[out1]
file="/dev/null"
)",
                  folder, plugin("ulogd_inpflow_NFCT.so"), plugin("ulogd_output_GPRINT.so"));
  return {.program = Program::Ulogd,
          .name = "ulogd2, NFCT with hash, to /dev/null",
          .groups = kLifecycle,
          .command = {"ulogd", "-c", write_file(folder, "ulogd.conf", config)}};
}

Reader conntrack_command(unsigned groups) {
  std::string kinds = group_names(groups);
  for (char& c : kinds) {
    c = c == ' ' ? ',' : c;
  }
  return {.program = Program::ConntrackCommand,
          .name = "conntrack -E > /dev/null",
          .groups = groups,
          .command = {"sh", "-c", fmt::format("exec conntrack -E -e {} >/dev/null", kinds)}};
}

std::string first_line(const std::vector<std::string>& command) {
  const auto output = tests::run_command(command);
  const std::string text = output.out + output.err;
  return text.substr(0, text.find('\n'));
}

}  // namespace

Reader counting_reader() {
  return peer(Program::AttributeTables, "libmnl, attribute tables", "libmnl", kAllEvents);
}

std::vector<Reader> readers(bool updates, const std::string& folder) {
  std::vector<Reader> all;
  all.push_back(peer(Program::Woken, "receive only, `recvmmsg` of 64", "batches", kAllEvents));
  all.push_back(peer(Program::Singly, "receive only, one `recv` each", "single", kAllEvents));
  if (updates) {
    all.push_back(peer(Program::Woken, "receive only, `recvmmsg` of 64", "batches", kLifecycle));
  }
  all.push_back(daemon(false, folder));
  if (updates) {
    all.push_back(daemon(true, folder));
  }
  all.push_back(counting_reader());
  all.push_back(library_reader(kAllEvents));
  all.push_back(ulogd(folder));
  all.push_back(conntrackd(folder));
  all.push_back(conntrack_command(kAllEvents));
  return all;
}

std::vector<Reader> listeners(bool updates, const std::string& folder) {
  std::vector<Reader> all;
  const auto add = [&](bool full) {
    const unsigned groups = full ? kAllEvents : kLifecycle;
    all.push_back(peer(Program::Woken, "receive only, woken for events", "batches", groups));
    all.push_back(peer(Program::Paced, "receive only, every 4 ms", "paced", groups));
    all.push_back(daemon(full, folder));
    all.push_back(library_reader(groups));
  };
  add(false);
  all.push_back(ulogd(folder));
  if (updates) {
    add(true);
  }
  all.push_back(conntrackd(folder));
  return all;
}

std::vector<Reader> remembering_peers(const std::string& folder) {
  return {conntrackd(folder), ulogd(folder)};
}

std::string peer_path() { return CTWARDEN_PEER_PATH; }

std::string daemon_version() {
  return first_line({tests::daemon_path(), "--version"}) + ", " + CTWARDEN_BUILD_TYPE;
}

std::vector<std::string> peer_versions() {
  const auto package = [](const std::string& name) {
    return name + " " + first_line({"dpkg-query", "-W", "-f", "${Version}", name});
  };
  return {package("conntrack"), package("conntrackd"), package("ulogd2"), package("libmnl0"),
          package("libnetfilter-conntrack3")};
}

}  // namespace ctwarden::bench
