// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/flow_text.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <sstream>
#include <string_view>
#include <tuple>

namespace ctwarden::support {
namespace {

using model::Counters;
using model::EventKind;
using model::FlowEvent;

// All sixteen bytes count: an IPv4 address with a byte set beyond its four is a bug, and must not
// print like one without.
std::string address_text(const model::Address& address, model::Family family) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool ipv4 = family == model::Family::Ipv4;
  inet_ntop(ipv4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
  std::string result(text.data());
  for (std::size_t i = 4; ipv4 && i < address.bytes.size(); ++i) {
    if (address.bytes[i] != 0) {
      return result + " with bytes beyond";
    }
  }
  return result;
}

std::string_view kind_text(EventKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"new", "update", "destroy", "dump row"};
  return kNames[static_cast<std::size_t>(kind)];
}

template <typename T>
void field(std::ostream& out, std::string_view name, const std::optional<T>& value) {
  if (value) {
    out << name << ' ' << +*value << '\n';
  }
}

void field(std::ostream& out, std::string_view name, const std::optional<Counters>& value) {
  if (value) {
    out << name << ' ' << value->packets << " packets " << value->bytes << " bytes\n";
  }
}

auto fields(const FlowEvent& event) {
  return std::tie(event.kind, event.has_helper, event.has_labels, event.requester, event.original,
                  event.reply, event.id, event.zone, event.status, event.timeout_seconds,
                  event.mark, event.tcp_state, event.sctp_state, event.dccp_state,
                  event.original_counters, event.reply_counters, event.start_ns, event.stop_ns);
}

}  // namespace

std::string to_text(const model::Tuple& tuple) {
  std::ostringstream out;
  out << name(tuple.family) << " protocol " << +tuple.protocol << ' '
      << address_text(tuple.source, tuple.family) << ' ' << tuple.source_port << " -> "
      << address_text(tuple.destination, tuple.family) << ' ' << tuple.destination_port << " zone "
      << tuple.zone;
  return out.str();
}

std::string to_text(const FlowEvent& event) {
  std::ostringstream out;
  out << kind_text(event.kind) << '\n' << "original " << to_text(event.original) << '\n';
  if (event.reply) {
    out << "reply " << to_text(*event.reply) << '\n';
  }
  if (event.requester != 0) {
    out << "requester " << event.requester << '\n';
  }
  field(out, "id", event.id);
  field(out, "zone", event.zone);
  field(out, "status", event.status);
  field(out, "timeout", event.timeout_seconds);
  field(out, "mark", event.mark);
  field(out, "tcp_state", event.tcp_state);
  field(out, "sctp_state", event.sctp_state);
  field(out, "dccp_state", event.dccp_state);
  field(out, "original_counters", event.original_counters);
  field(out, "reply_counters", event.reply_counters);
  field(out, "start_ns", event.start_ns);
  field(out, "stop_ns", event.stop_ns);
  out << (event.has_helper ? "helper\n" : "") << (event.has_labels ? "labels\n" : "");
  return out.str();
}

bool same_flow(const FlowEvent& left, const FlowEvent& right) {
  return fields(left) == fields(right);
}

}  // namespace ctwarden::support
