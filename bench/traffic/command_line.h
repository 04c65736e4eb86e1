// SPDX-License-Identifier: GPL-2.0-or-later
//
// The command line of ctw-traffic as values. Errors are exceptions of CLI11, turned into exit codes
// in main.
#pragma once

#include "bench/traffic/calls.h"
#include "bench/traffic/generator.h"
#include "bench/traffic/lives.h"
#include "bench/traffic/table_writer.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ctwarden::traffic {

enum class Command : std::uint8_t { Udp, Tcp, Syn, Icmp, Dns, Call, Answer, Create, Delete, Flush };

// As typed; names and addresses are resolved by the functions below, once everything is known.
struct Arguments {
  Command command = Command::Udp;

  std::string device;
  std::string router_mac;
  std::string reply_device;
  std::string reply_router_mac;

  std::uint64_t count = 1;
  std::uint64_t first = 0;
  double rate = 0;
  double time_limit_seconds = 60;
  int family = 4;
  std::string nat;

  std::string source;
  std::string destination;
  std::uint32_t sources = 256;
  std::uint32_t destinations = 1;
  std::uint16_t source_port = 1024;
  std::uint32_t source_ports = 64512;
  std::uint16_t destination_port = 0;  // 0: the command's usual one
  std::uint32_t destination_ports = 1;

  bool reply = false;
  std::size_t payload = 18;
  std::size_t exchanges = 1;
  std::size_t data = 0;
  TcpEnd end = TcpEnd::Closed;

  bool hold = false;
  std::vector<std::uint16_t> ports;

  std::uint8_t protocol = 17;
  std::uint32_t status = EntryOptions{}.status;
  std::uint32_t timeout = EntryOptions{}.timeout_seconds;
  std::uint16_t zone = 0;
  std::uint32_t mark = 0;
  std::uint8_t tcp_state = 0;
};

// Adds every command and option; `arguments` is filled by app.parse and has to outlive it.
void add_commands(CLI::App& app, Arguments& arguments);

[[nodiscard]] model::Result<Load> load_of(const Arguments& arguments);
[[nodiscard]] model::Result<Calls> calls_of(const Arguments& arguments);
[[nodiscard]] Life life_of(const Arguments& arguments);
[[nodiscard]] model::Result<Legs> open_legs(const Arguments& arguments);
[[nodiscard]] model::Result<EntryOptions> entry_options_of(const Arguments& arguments);

}  // namespace ctwarden::traffic
