// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/kernel_dump.h"

#include <arpa/inet.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace ctwarden::tests {
namespace {

// The attributes of one direction in the library's numbering.
struct Direction {
  nf_conntrack_attr v4_source;
  nf_conntrack_attr v4_destination;
  nf_conntrack_attr v6_source;
  nf_conntrack_attr v6_destination;
  nf_conntrack_attr source_port;
  nf_conntrack_attr destination_port;
  nf_conntrack_attr zone;
};

constexpr Direction kOriginal = {.v4_source = ATTR_ORIG_IPV4_SRC,
                                 .v4_destination = ATTR_ORIG_IPV4_DST,
                                 .v6_source = ATTR_ORIG_IPV6_SRC,
                                 .v6_destination = ATTR_ORIG_IPV6_DST,
                                 .source_port = ATTR_ORIG_PORT_SRC,
                                 .destination_port = ATTR_ORIG_PORT_DST,
                                 .zone = ATTR_ORIG_ZONE};
constexpr Direction kReply = {.v4_source = ATTR_REPL_IPV4_SRC,
                              .v4_destination = ATTR_REPL_IPV4_DST,
                              .v6_source = ATTR_REPL_IPV6_SRC,
                              .v6_destination = ATTR_REPL_IPV6_DST,
                              .source_port = ATTR_REPL_PORT_SRC,
                              .destination_port = ATTR_REPL_PORT_DST,
                              .zone = ATTR_REPL_ZONE};

bool has(const nf_conntrack* entry, nf_conntrack_attr attribute) {
  return nfct_attr_is_set(entry, attribute) > 0;
}

void copy_address(model::Address& to, const nf_conntrack* entry, nf_conntrack_attr attribute,
                  std::size_t size) {
  if (const void* bytes = nfct_get_attr(entry, attribute)) {
    std::memcpy(to.bytes.data(), bytes, size);
  }
}

// One set of echo attributes describes the original direction; the reply carries the answering
// type.
std::uint16_t echo_type(const nf_conntrack* entry, bool reply) {
  const std::uint8_t code = nfct_get_attr_u8(entry, ATTR_ICMP_CODE);
  std::uint8_t type = nfct_get_attr_u8(entry, ATTR_ICMP_TYPE);
  if (reply) {
    const bool v4 = nfct_get_attr_u8(entry, ATTR_L4PROTO) == IPPROTO_ICMP;
    type = v4 ? std::uint8_t{0} : std::uint8_t{129};
  }
  return static_cast<std::uint16_t>(type << 8U | code);
}

model::Tuple read_tuple(const nf_conntrack* entry, const Direction& attributes, bool reply) {
  model::Tuple tuple;
  tuple.protocol = nfct_get_attr_u8(entry, ATTR_L4PROTO);
  if (nfct_get_attr_u8(entry, ATTR_L3PROTO) == AF_INET) {
    tuple.family = model::Family::Ipv4;
    copy_address(tuple.source, entry, attributes.v4_source, 4);
    copy_address(tuple.destination, entry, attributes.v4_destination, 4);
  } else {
    tuple.family = model::Family::Ipv6;
    copy_address(tuple.source, entry, attributes.v6_source, 16);
    copy_address(tuple.destination, entry, attributes.v6_destination, 16);
  }
  if (has(entry, ATTR_ICMP_TYPE)) {
    tuple.source_port = ntohs(nfct_get_attr_u16(entry, ATTR_ICMP_ID));
    tuple.destination_port = echo_type(entry, reply);
  } else {
    tuple.source_port = ntohs(nfct_get_attr_u16(entry, attributes.source_port));
    tuple.destination_port = ntohs(nfct_get_attr_u16(entry, attributes.destination_port));
  }
  const auto zone = has(entry, attributes.zone) ? attributes.zone : ATTR_ZONE;
  tuple.zone = has(entry, zone) ? nfct_get_attr_u16(entry, zone) : std::uint16_t{0};
  return tuple;
}

KernelFlow read_flow(const nf_conntrack* entry) {
  KernelFlow flow;
  flow.original = read_tuple(entry, kOriginal, false);
  flow.reply = read_tuple(entry, kReply, true);
  flow.zone = has(entry, ATTR_ZONE) ? nfct_get_attr_u16(entry, ATTR_ZONE) : std::uint16_t{0};
  flow.id = nfct_get_attr_u32(entry, ATTR_ID);
  flow.status = nfct_get_attr_u32(entry, ATTR_STATUS);
  flow.timeout_seconds = nfct_get_attr_u32(entry, ATTR_TIMEOUT);
  flow.mark = nfct_get_attr_u32(entry, ATTR_MARK);
  if (has(entry, ATTR_TCP_STATE)) {
    flow.tcp_state = model::tcp_state_of(nfct_get_attr_u8(entry, ATTR_TCP_STATE));
  }
  return flow;
}

int collect(nf_conntrack_msg_type /*type*/, nf_conntrack* entry, void* flows) {
  static_cast<std::vector<KernelFlow>*>(flows)->push_back(read_flow(entry));
  return NFCT_CB_CONTINUE;
}

struct CloseHandle {
  void operator()(nfct_handle* handle) const { nfct_close(handle); }
};

}  // namespace

std::vector<KernelFlow> dump_kernel_flows() {
  const std::unique_ptr<nfct_handle, CloseHandle> handle(nfct_open(CONNTRACK, 0));
  if (!handle) {
    throw std::system_error(errno, std::generic_category(), "open a ctnetlink handle");
  }
  std::vector<KernelFlow> flows;
  nfct_callback_register(handle.get(), NFCT_T_ALL, collect, &flows);
  const std::uint32_t both_families = AF_UNSPEC;
  if (nfct_query(handle.get(), NFCT_Q_DUMP, &both_families) < 0) {
    throw std::system_error(errno, std::generic_category(), "dump the conntrack table");
  }
  return flows;
}

std::uint64_t conntrack_count() {
  std::ifstream file("/proc/sys/net/netfilter/nf_conntrack_count");
  std::uint64_t count = 0;
  if (!(file >> count)) {
    throw std::runtime_error("read nf_conntrack_count");
  }
  return count;
}

std::map<std::string, std::uint64_t> conntrack_stats() {
  std::ifstream file("/proc/net/stat/nf_conntrack");
  std::string line;
  if (!std::getline(file, line)) {
    throw std::runtime_error("read /proc/net/stat/nf_conntrack");
  }
  std::istringstream header(line);
  std::vector<std::string> names;
  for (std::string name; header >> name;) {
    names.push_back(name);
  }
  std::map<std::string, std::uint64_t> totals;
  while (std::getline(file, line)) {  // one line per CPU
    std::istringstream row(line);
    for (const std::string& name : names) {
      std::uint64_t value = 0;
      row >> std::hex >> value;
      totals[name] += value;
    }
  }
  return totals;
}

}  // namespace ctwarden::tests
