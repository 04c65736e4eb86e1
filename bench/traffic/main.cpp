// SPDX-License-Identifier: GPL-2.0-or-later
//
// ctw-traffic: generated traffic through a router namespace, real sockets across it, or entries
// straight into its table. See --help.
#include "bench/traffic/answerer.h"
#include "bench/traffic/calls.h"
#include "bench/traffic/command_line.h"
#include "bench/traffic/generator.h"
#include "bench/traffic/table_writer.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/core.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>

namespace {

using namespace ctwarden;
using namespace ctwarden::traffic;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int fail(const model::Error& error) {
  fmt::print(stderr, "ctw-traffic: {}\n", error.context);
  return error.code == EINVAL ? kUsage : kFailed;
}

double per_second(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

int send(const Arguments& arguments) {
  const auto load = load_of(arguments);
  if (!load) {
    return fail(load.error());
  }
  auto legs = open_legs(arguments);
  if (!legs) {
    return fail(legs.error());
  }
  const auto report = play(*legs, life_of(arguments), *load);
  if (!report) {
    return fail(report.error());
  }
  fmt::print("flows={} packets={} seconds={:.3f} flows_per_second={:.0f}\n", report->flows,
             report->packets, report->seconds, per_second(report->flows, report->seconds));
  return report->flows == load->count ? 0 : kFailed;
}

int call_out(const Arguments& arguments) {
  const auto calls = calls_of(arguments);
  if (!calls) {
    return fail(calls.error());
  }
  raise_descriptor_limit();
  const auto start = std::chrono::steady_clock::now();
  const auto sockets = call(*calls);
  if (!sockets) {
    return fail(sockets.error());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("flows={} seconds={:.3f} flows_per_second={:.0f}\n", sockets->size(), took.count(),
             per_second(sockets->size(), took.count()));
  std::fflush(stdout);  // whoever closes our standard input may be waiting for the figures
  while (arguments.hold && std::getchar() != EOF) {
  }
  return 0;
}

int answer_calls(const Arguments& arguments) {
  raise_descriptor_limit();
  auto answerer = Answerer::listen(arguments.ports);
  if (!answerer) {
    return fail(answerer.error());
  }
  fmt::print("answering\n");
  std::fflush(stdout);
  return fail(answerer->run());
}

int write_table(const Arguments& arguments) {
  auto writer = TableWriter::open();
  if (!writer) {
    return fail(writer.error());
  }
  if (arguments.command == Command::Flush) {
    const auto flushed = writer->flush();
    return flushed ? 0 : fail(flushed.error());
  }
  const auto load = load_of(arguments);
  const auto options = entry_options_of(arguments);
  if (!load || !options) {
    return fail(load ? options.error() : load.error());
  }
  const auto written =
      arguments.command == Command::Create
          ? writer->create_flows(load->space, load->first, load->count, *options)
          : writer->delete_flows(load->space, load->first, load->count, arguments.zone);
  if (!written) {
    return fail(written.error());
  }
  fmt::print("messages={} refused={} seconds={:.3f} messages_per_second={:.0f}\n",
             written->messages, written->refused, written->seconds,
             per_second(written->messages, written->seconds));
  if (written->refused > 0) {
    return fail({.code = written->first_error,
                 .context = fmt::format("the kernel refused {} of {}: {}", written->refused,
                                        written->messages, std::strerror(written->first_error))});
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Generates connection tracking load.", "ctw-traffic");
  Arguments arguments;
  add_commands(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  switch (arguments.command) {
    case Command::Call:
      return call_out(arguments);
    case Command::Answer:
      return answer_calls(arguments);
    case Command::Create:
    case Command::Delete:
    case Command::Flush:
      return write_table(arguments);
    default:
      return send(arguments);
  }
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return kFailed;
}
