// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/flows.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace ctwarden::support {

model::Address address_of(std::string_view text) {
  model::Address address;
  const int family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (inet_pton(family, std::string(text).c_str(), address.bytes.data()) != 1) {
    throw std::invalid_argument("not an address");
  }
  return address;
}

model::Tuple tuple_of(std::uint8_t protocol, std::string_view source, std::uint16_t source_port,
                      std::string_view destination, std::uint16_t destination_port) {
  const bool ipv4 = source.find(':') == std::string_view::npos;
  return {.source = address_of(source),
          .destination = address_of(destination),
          .source_port = source_port,
          .destination_port = destination_port,
          .zone = 0,
          .protocol = protocol,
          .family = ipv4 ? model::Family::Ipv4 : model::Family::Ipv6};
}

model::Tuple reverse_of(const model::Tuple& tuple) {
  model::Tuple reverse = tuple;
  std::swap(reverse.source, reverse.destination);
  std::swap(reverse.source_port, reverse.destination_port);
  return reverse;
}

model::FlowEvent tcp_flow() {
  model::FlowEvent flow;
  flow.kind = model::EventKind::New;
  flow.original = tuple_of(IPPROTO_TCP, "192.0.2.1", 40000, "198.51.100.7", 443);
  flow.reply = reverse_of(flow.original);
  flow.id = 0x01020304;
  flow.status = model::kStatusConfirmed;
  flow.timeout_seconds = 120;
  flow.tcp_state = 1;
  return flow;
}

}  // namespace ctwarden::support
