// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

namespace ctwarden::traffic {
namespace {

constexpr const char* kFooter = R"(
The program stands outside a router and plays both ends of its traffic. It sends Ethernet frames on a device whose
other end is the router (a veth pair into the namespace under test), and answers on a second one:

  namespace X (here)                         namespace R (the router, ip_forward=1)
    c0  ---------------------------------->  rc0  route 10.1.0.0/16 and fd00:1::/48
    s0  <----------------------------------  rs0  route 10.2.0.0/16 and fd00:2::/48

R needs a permanent neighbour for the next hop of both routes, and a rule with a ct expression, or nothing is tracked:

  ip netns exec X ctw-traffic udp --device c0 --dmac $MAC_OF_RC0 --count 100000
  ip netns exec X ctw-traffic tcp --device c0 --dmac $MAC_OF_RC0 --reply-device s0 --reply-dmac $MAC_OF_RS0 \
      --count 10000 --rate 2000
  ip netns exec R ctw-traffic create --protocol tcp --tcp-state established --count 200000

Behind SNAT or masquerade, give the router's address with --nat; flows then have to be distinct without their source
address: source-ports x destinations x destination-ports of them are.
Prints one line of key=value figures. Exit codes: 0 all sent, 1 failed or stopped by the time limit, 2 usage.)";

const std::map<std::string, TcpEnd> tcp_ends = {{"syn", TcpEnd::SynOnly},
                                                {"syn-ack", TcpEnd::SynAckOnly},
                                                {"established", TcpEnd::Established},
                                                {"closed", TcpEnd::Closed},
                                                {"reset", TcpEnd::Reset}};

const std::map<std::string, std::uint8_t> protocols = {{"tcp", std::uint8_t{IPPROTO_TCP}},
                                                       {"udp", std::uint8_t{IPPROTO_UDP}},
                                                       {"icmp", std::uint8_t{IPPROTO_ICMP}}};

// The kernel's numbers, include/uapi/linux/netfilter/nf_conntrack_tcp.h.
const std::map<std::string, std::uint8_t> tcp_states = {
    {"none", 0},       {"syn_sent", 1}, {"syn_recv", 2},  {"established", 3}, {"fin_wait", 4},
    {"close_wait", 5}, {"last_ack", 6}, {"time_wait", 7}, {"close", 8},       {"syn_sent2", 9}};

// The names are in the help texts; CLI11's own list of them and their numbers is not for people.
template <typename Value>
CLI::Validator one_of(const std::map<std::string, Value>& names) {
  return CLI::CheckedTransformer(names, CLI::ignore_case).description("NAME");
}

void add_space_options(CLI::App& command, Arguments& to) {
  command.add_option("--count", to.count, "How many flows")->capture_default_str();
  command.add_option("--first", to.first, "Number of the first tuple (they wrap)");
  command.add_option("--family", to.family, "4 or 6")->check(CLI::IsMember({4, 6}));
  command.add_option("--source", to.source, "First source address [10.1.0.10, fd00:1::10]");
  command.add_option("--sources", to.sources, "Source addresses")->capture_default_str();
  command.add_option("--destination", to.destination,
                     "First destination address [10.2.0.10, fd00:2::10]");
  command.add_option("--destinations", to.destinations, "Destination addresses")
      ->capture_default_str();
  command.add_option("--source-port", to.source_port, "First source port, or echo id")
      ->capture_default_str();
  command.add_option("--source-ports", to.source_ports, "Source ports")->capture_default_str();
  command.add_option("--destination-port", to.destination_port,
                     "First destination port [udp 9, tcp 80, dns 53]");
  command.add_option("--destination-ports", to.destination_ports, "Destination ports")
      ->capture_default_str();
}

void add_sending_options(CLI::App& command, Arguments& to) {
  command.add_option("--device", to.device, "Device towards the router, client side")->required();
  command.add_option("--dmac", to.router_mac, "MAC of the router's end of --device")->required();
  command.add_option("--reply-device", to.reply_device, "Device towards the router, server side");
  command.add_option("--reply-dmac", to.reply_router_mac,
                     "MAC of the router's end of --reply-device");
  command.add_option("--rate", to.rate, "Flows a second, 0 for as fast as possible")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--time-limit", to.time_limit_seconds, "Seconds after which it stops")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--nat", to.nat, "The server answers to this address");
}

void add_entry_options(CLI::App& command, Arguments& to) {
  command.add_option("--protocol", to.protocol, "tcp, udp or icmp")->transform(one_of(protocols));
  command.add_option("--zone", to.zone, "Conntrack zone");
}

CLI::App& add_command(CLI::App& app, Arguments& to, Command which, const std::string& name,
                      const std::string& help) {
  CLI::App& command = *app.add_subcommand(name, help);
  command.callback([&to, which] { to.command = which; });
  return command;
}

void add_packet_commands(CLI::App& app, Arguments& to) {
  CLI::App& udp = add_command(app, to, Command::Udp, "udp", "UDP datagrams, one flow each");
  udp.add_flag("--reply", to.reply, "The server answers");
  udp.add_option("--payload", to.payload, "Bytes in a datagram")
      ->check(CLI::Range(std::size_t{0}, kMaxPayload));
  udp.add_option("--exchanges", to.exchanges, "Datagrams each way");

  CLI::App& tcp = add_command(app, to, Command::Tcp, "tcp", "TCP connections");
  tcp.add_option("--end", to.end, "syn, syn-ack, established, closed [default] or reset")
      ->transform(one_of(tcp_ends));
  tcp.add_option("--data", to.data, "Bytes of one data segment each way, 0 for none")
      ->check(CLI::Range(std::size_t{0}, kMaxPayload));

  CLI::App& syn = add_command(app, to, Command::Syn, "syn", "TCP SYN packets, never answered");
  CLI::App& icmp = add_command(app, to, Command::Icmp, "icmp", "Echo requests of either family");
  icmp.add_flag("--reply", to.reply, "The server answers");
  CLI::App& dns = add_command(app, to, Command::Dns, "dns", "DNS queries");
  dns.add_flag("--reply", to.reply, "The server answers");

  for (CLI::App* command : {&udp, &tcp, &syn, &icmp, &dns}) {
    add_space_options(*command, to);
    add_sending_options(*command, to);
  }
}

void add_socket_commands(CLI::App& app, Arguments& to) {
  CLI::App& call = add_command(app, to, Command::Call, "call",
                               "Flows through real sockets, each asked and answered once");
  call.add_option("--to", to.destination, "Address of the answerer")->required();
  call.add_option("--port", to.destination_port, "Port of the answerer")->required();
  call.add_option("--protocol", to.protocol, "tcp or udp")->transform(one_of(protocols));
  call.add_option("--count", to.count, "How many flows")->capture_default_str();
  call.add_option("--rate", to.rate, "Flows a second, 0 for as fast as possible")
      ->check(CLI::NonNegativeNumber);
  call.add_flag("--hold", to.hold, "Keep the flows open until standard input ends");

  CLI::App& answer = add_command(app, to, Command::Answer, "answer",
                                 "Echoes what call sends, over TCP and UDP, until it is stopped");
  answer.add_option("--port", to.ports, "Ports to listen on")->required();
}

void add_table_commands(CLI::App& app, Arguments& to) {
  CLI::App& create = add_command(app, to, Command::Create, "create",
                                 "Entries through ctnetlink, without a packet, in this namespace");
  create.add_option("--status", to.status, "CTA_STATUS bits")->capture_default_str();
  create.add_option("--timeout", to.timeout, "Seconds")->capture_default_str();
  create.add_option("--mark", to.mark, "Connection mark");
  create.add_option("--tcp-state", to.tcp_state, "established, time_wait, ...")
      ->transform(one_of(tcp_states));
  create.add_option("--nat", to.nat, "Source NAT to this address");
  CLI::App& erase = add_command(app, to, Command::Delete, "delete",
                                "Deletes the entries that create makes from the same options");
  for (CLI::App* command : {&create, &erase}) {
    add_space_options(*command, to);
    add_entry_options(*command, to);
  }
  add_command(app, to, Command::Flush, "flush", "Empties this namespace's table");
}

std::uint8_t protocol_of(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::Tcp:
    case Command::Syn:
      return IPPROTO_TCP;
    case Command::Udp:
    case Command::Dns:
      return IPPROTO_UDP;
    case Command::Icmp:
      break;
    case Command::Call:
    case Command::Answer:
    case Command::Create:
    case Command::Delete:
    case Command::Flush:
      if (arguments.protocol != IPPROTO_ICMP) {
        return arguments.protocol;
      }
      break;
  }
  return arguments.family == 6 ? std::uint8_t{IPPROTO_ICMPV6} : std::uint8_t{IPPROTO_ICMP};
}

std::uint16_t destination_port_of(const Arguments& arguments, std::uint8_t protocol) {
  if (arguments.destination_port != 0) {
    return arguments.destination_port;
  }
  if (arguments.command == Command::Dns) {
    return 53;
  }
  return protocol == IPPROTO_TCP ? 80 : 9;
}

model::Result<model::Address> address_of(const std::string& text, model::Family family) {
  const auto parsed = parse_address(text);
  if (!parsed) {
    return std::unexpected(parsed.error());
  }
  if (parsed->family != family) {
    return model::fail(EAFNOSUPPORT, text + " is not of the family asked for (--family)");
  }
  return parsed->address;
}

model::Result<FlowSpace> space_of(const Arguments& arguments) {
  const bool v6 = arguments.family == 6;
  FlowSpace space;
  space.family = v6 ? model::Family::Ipv6 : model::Family::Ipv4;
  space.protocol = protocol_of(arguments);
  const auto source =
      address_of(!arguments.source.empty() ? arguments.source : (v6 ? "fd00:1::10" : "10.1.0.10"),
                 space.family);
  const auto destination = address_of(
      !arguments.destination.empty() ? arguments.destination : (v6 ? "fd00:2::10" : "10.2.0.10"),
      space.family);
  if (!source || !destination) {
    return std::unexpected((source ? destination : source).error());
  }
  space.first_source = *source;
  space.sources = arguments.sources;
  space.first_destination = *destination;
  space.destinations = arguments.destinations;
  space.first_source_port = arguments.source_port;
  space.source_ports =
      std::min(arguments.source_ports, std::uint32_t{65536} - arguments.source_port);
  space.first_destination_port = destination_port_of(arguments, space.protocol);
  space.destination_ports = arguments.destination_ports;
  return space;
}

model::Result<Leg> open_leg(const std::string& device, const std::string& router_mac) {
  const auto mac = parse_mac(router_mac);
  if (!mac) {
    return std::unexpected(mac.error());
  }
  return Leg::open(device, *mac);
}

}  // namespace

void add_commands(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(1);
  app.footer(kFooter);
  add_packet_commands(app, arguments);
  add_socket_commands(app, arguments);
  add_table_commands(app, arguments);
}

model::Result<Load> load_of(const Arguments& arguments) {
  auto space = space_of(arguments);
  if (!space) {
    return std::unexpected(space.error());
  }
  Load load;
  load.space = *space;
  load.first = arguments.first;
  load.count = arguments.count;
  load.per_second = arguments.rate;
  load.time_limit =
      std::chrono::milliseconds(static_cast<std::int64_t>(arguments.time_limit_seconds * 1000));
  if (!arguments.nat.empty()) {
    const auto nat = address_of(arguments.nat, space->family);
    if (!nat) {
      return std::unexpected(nat.error());
    }
    load.nat_source = *nat;
  }
  return load;
}

model::Result<Calls> calls_of(const Arguments& arguments) {
  const auto to = parse_address(arguments.destination);
  if (!to) {
    return std::unexpected(to.error());
  }
  if (arguments.protocol == IPPROTO_ICMP) {
    return model::fail(EINVAL, "call speaks tcp or udp");
  }
  return Calls{.to = *to,
               .port = arguments.destination_port,
               .protocol = arguments.protocol,
               .count = arguments.count,
               .per_second = arguments.rate};
}

Life life_of(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::Tcp:
      return tcp_life(arguments.end, arguments.data);
    case Command::Syn:
      return tcp_life(TcpEnd::SynOnly);
    case Command::Icmp:
      return echo_life(arguments.reply);
    case Command::Dns:
      return dns_life(arguments.reply);
    case Command::Udp:
    case Command::Call:
    case Command::Answer:
    case Command::Create:
    case Command::Delete:
    case Command::Flush:
      break;
  }
  return udp_life(arguments.reply, arguments.payload, arguments.exchanges);
}

model::Result<Legs> open_legs(const Arguments& arguments) {
  auto client = open_leg(arguments.device, arguments.router_mac);
  if (!client) {
    return std::unexpected(client.error());
  }
  Legs legs{.client = std::move(*client), .server = std::nullopt};
  if (!arguments.reply_device.empty()) {
    auto server = open_leg(arguments.reply_device, arguments.reply_router_mac);
    if (!server) {
      return std::unexpected(server.error());
    }
    legs.server = std::move(*server);
  }
  return legs;
}

model::Result<EntryOptions> entry_options_of(const Arguments& arguments) {
  const auto load = load_of(arguments);
  if (!load) {
    return std::unexpected(load.error());
  }
  EntryOptions options;
  options.status = arguments.status;
  options.timeout_seconds = arguments.timeout;
  options.zone = arguments.zone;
  options.mark = arguments.mark;
  options.nat_source = load->nat_source;
  if (arguments.tcp_state != 0) {
    options.tcp_state = arguments.tcp_state;
  }
  return options;
}

}  // namespace ctwarden::traffic
