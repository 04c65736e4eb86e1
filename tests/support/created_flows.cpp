// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/created_flows.h"

#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace ctwarden::support {
namespace {

struct Free {
  void operator()(nf_conntrack* flow) const noexcept { nfct_destroy(flow); }
};
using Flow = std::unique_ptr<nf_conntrack, Free>;

void check(bool good, const char* what) {
  if (!good) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

void set_addresses(nf_conntrack* flow, const model::Tuple& tuple) {
  const bool ipv4 = tuple.family == model::Family::Ipv4;
  nfct_set_attr_u8(flow, ATTR_L3PROTO, ipv4 ? AF_INET : AF_INET6);
  nfct_set_attr(flow, ipv4 ? ATTR_IPV4_SRC : ATTR_IPV6_SRC, tuple.source.bytes.data());
  nfct_set_attr(flow, ipv4 ? ATTR_IPV4_DST : ATTR_IPV6_DST, tuple.destination.bytes.data());
}

void set_protocol(nf_conntrack* flow, const model::Tuple& tuple) {
  nfct_set_attr_u8(flow, ATTR_L4PROTO, tuple.protocol);
  if (tuple.protocol == IPPROTO_ICMP || tuple.protocol == IPPROTO_ICMPV6) {
    nfct_set_attr_u16(flow, ATTR_ICMP_ID, htons(tuple.source_port));
    nfct_set_attr_u8(flow, ATTR_ICMP_TYPE, static_cast<std::uint8_t>(tuple.destination_port >> 8U));
    nfct_set_attr_u8(flow, ATTR_ICMP_CODE,
                     static_cast<std::uint8_t>(tuple.destination_port & 0xffU));
  } else if (tuple.source_port != 0) {
    nfct_set_attr_u16(flow, ATTR_PORT_SRC, htons(tuple.source_port));
    nfct_set_attr_u16(flow, ATTR_PORT_DST, htons(tuple.destination_port));
  }
}

Flow key_of(const CreatedFlow& flow) {
  Flow result(nfct_new());
  check(result != nullptr, "allocate a flow");
  set_addresses(result.get(), flow.original);
  set_protocol(result.get(), flow.original);
  nfct_setobjopt(result.get(), NFCT_SOPT_SETUP_REPLY);
  if (flow.zone) {
    nfct_set_attr_u16(result.get(), ATTR_ZONE, *flow.zone);
  }
  if (flow.original.zone != 0) {
    nfct_set_attr_u16(result.get(), ATTR_ORIG_ZONE, flow.original.zone);
  }
  return result;
}

void set_state(nf_conntrack* entry, const CreatedFlow& flow) {
  if (flow.tcp_state) {
    nfct_set_attr_u8(entry, ATTR_TCP_STATE, *flow.tcp_state);
  }
  if (flow.sctp_state) {
    nfct_set_attr_u8(entry, ATTR_SCTP_STATE, *flow.sctp_state);
    nfct_set_attr_u32(entry, ATTR_SCTP_VTAG_ORIG, 1);
    nfct_set_attr_u32(entry, ATTR_SCTP_VTAG_REPL, 2);
  }
}

}  // namespace

void FlowCreator::Close::operator()(nfct_handle* handle) const noexcept { nfct_close(handle); }

FlowCreator::FlowCreator() : handle_(nfct_open(CONNTRACK, 0)) {
  check(handle_ != nullptr, "open a conntrack handle");
}

void FlowCreator::create(const CreatedFlow& flow) {
  const Flow entry = key_of(flow);
  nfct_set_attr_u32(entry.get(), ATTR_TIMEOUT, flow.timeout_seconds);
  set_state(entry.get(), flow);
  if (flow.mark) {
    nfct_set_attr_u32(entry.get(), ATTR_MARK, *flow.mark);
  }
  if (flow.source_nat) {
    std::uint32_t address = 0;
    std::memcpy(&address, flow.source_nat->bytes.data(), sizeof address);
    nfct_set_attr_u32(entry.get(), ATTR_SNAT_IPV4, address);
  }
  if (!flow.helper.empty()) {
    nfct_set_attr(entry.get(), ATTR_HELPER_NAME, flow.helper.c_str());
  }
  check(nfct_query(handle_.get(), NFCT_Q_CREATE, entry.get()) == 0, "create a flow");
}

void FlowCreator::destroy(const CreatedFlow& flow) {
  const Flow entry = key_of(flow);
  check(nfct_query(handle_.get(), NFCT_Q_DESTROY, entry.get()) == 0, "delete a flow");
}

}  // namespace ctwarden::support
