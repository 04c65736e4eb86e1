// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/table_writer.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace ctwarden::traffic {
namespace {

using Clock = std::chrono::steady_clock;

// One send carries this many bytes of requests. The kernel copies a batch into one contiguous
// buffer.
constexpr std::size_t kBatchBytes = 65536;
constexpr std::size_t kMessageBytes = 512;  // the largest entry we write is about 300

// Room for the refusals of a whole batch: about 400, each charged 768 bytes.
constexpr int kReceiveBuffer = 4 << 20;

std::unexpected<model::Error> failed(int code, const std::string& what) {
  return model::fail(code, what + ": " + std::strerror(code));
}

// MNL_ALIGN, without its signed arithmetic.
std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

nlmsghdr* put_request(void* at, std::uint16_t message, std::uint16_t flags, model::Family family) {
  nlmsghdr* header = mnl_nlmsg_put_header(at);
  header->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8U | message);
  header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  auto* body = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  body->nfgen_family = family == model::Family::Ipv4 ? AF_INET : AF_INET6;
  body->version = NFNETLINK_V0;
  return header;
}

void put_addresses(nlmsghdr* header, const model::Tuple& tuple) {
  const bool v4 = tuple.family == model::Family::Ipv4;
  const std::size_t size = v4 ? 4 : 16;
  nlattr* nest = mnl_attr_nest_start(header, CTA_TUPLE_IP);
  mnl_attr_put(header, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, size, tuple.source.bytes.data());
  mnl_attr_put(header, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, size, tuple.destination.bytes.data());
  mnl_attr_nest_end(header, nest);
}

void put_protocol(nlmsghdr* header, const model::Tuple& tuple) {
  nlattr* nest = mnl_attr_nest_start(header, CTA_TUPLE_PROTO);
  mnl_attr_put_u8(header, CTA_PROTO_NUM, tuple.protocol);
  if (tuple.protocol == IPPROTO_ICMP || tuple.protocol == IPPROTO_ICMPV6) {
    const bool v4 = tuple.protocol == IPPROTO_ICMP;
    mnl_attr_put_u16(header, v4 ? CTA_PROTO_ICMP_ID : CTA_PROTO_ICMPV6_ID,
                     htons(tuple.source_port));
    mnl_attr_put_u8(header, v4 ? CTA_PROTO_ICMP_TYPE : CTA_PROTO_ICMPV6_TYPE,
                    static_cast<std::uint8_t>(tuple.destination_port >> 8U));
    mnl_attr_put_u8(header, v4 ? CTA_PROTO_ICMP_CODE : CTA_PROTO_ICMPV6_CODE, 0);
  } else {
    mnl_attr_put_u16(header, CTA_PROTO_SRC_PORT, htons(tuple.source_port));
    mnl_attr_put_u16(header, CTA_PROTO_DST_PORT, htons(tuple.destination_port));
  }
  mnl_attr_nest_end(header, nest);
}

void put_tuple(nlmsghdr* header, std::uint16_t attribute, const model::Tuple& tuple) {
  nlattr* nest = mnl_attr_nest_start(header, attribute);
  put_addresses(header, tuple);
  put_protocol(header, tuple);
  mnl_attr_nest_end(header, nest);
}

void put_tcp_state(nlmsghdr* header, std::uint8_t state) {
  nlattr* info = mnl_attr_nest_start(header, CTA_PROTOINFO);
  nlattr* tcp = mnl_attr_nest_start(header, CTA_PROTOINFO_TCP);
  mnl_attr_put_u8(header, CTA_PROTOINFO_TCP_STATE, state);
  mnl_attr_nest_end(header, tcp);
  mnl_attr_nest_end(header, info);
}

void put_source_nat(nlmsghdr* header, model::Family family, const model::Address& address) {
  const bool v4 = family == model::Family::Ipv4;
  nlattr* nest = mnl_attr_nest_start(header, CTA_NAT_SRC);
  mnl_attr_put(header, v4 ? CTA_NAT_V4_MINIP : CTA_NAT_V6_MINIP, v4 ? 4 : 16, address.bytes.data());
  mnl_attr_nest_end(header, nest);
}

void put_entry(void* at, const model::Tuple& tuple, const EntryOptions& options) {
  nlmsghdr* header = put_request(at, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL, tuple.family);
  put_tuple(header, CTA_TUPLE_ORIG, tuple);
  put_tuple(header, CTA_TUPLE_REPLY, inverse(tuple));
  mnl_attr_put_u32(header, CTA_STATUS, htonl(options.status | model::kStatusConfirmed));
  mnl_attr_put_u32(header, CTA_TIMEOUT, htonl(options.timeout_seconds));
  if (options.zone != 0) {
    mnl_attr_put_u16(header, CTA_ZONE, htons(options.zone));
  }
  if (options.mark != 0) {
    mnl_attr_put_u32(header, CTA_MARK, htonl(options.mark));
  }
  if (options.tcp_state) {
    put_tcp_state(header, *options.tcp_state);
  }
  if (options.nat_source) {
    put_source_nat(header, tuple.family, *options.nat_source);
  }
}

void put_deletion(void* at, const model::Tuple& tuple, std::uint16_t zone, std::uint16_t flags) {
  nlmsghdr* header = put_request(at, IPCTNL_MSG_CT_DELETE, flags, tuple.family);
  put_tuple(header, CTA_TUPLE_ORIG, tuple);
  if (zone != 0) {
    mnl_attr_put_u16(header, CTA_ZONE, htons(zone));
  }
}

model::Result<void> send_all(int socket, const void* bytes, std::size_t size) {
  while (::send(socket, bytes, size, 0) < 0) {
    if (errno != EINTR) {
      return failed(errno, "send to ctnetlink");
    }
  }
  return {};
}

// The kernel has carried a request out, and queued what it refused, before send() returns: nothing
// to wait for.
model::Result<void> collect_refusals(int socket, Written& written) {
  std::array<char, kBatchBytes> answer{};
  for (;;) {
    const ssize_t size = ::recv(socket, answer.data(), answer.size(), MSG_DONTWAIT);
    if (size < 0) {
      if (errno == EAGAIN) {
        return {};
      }
      return failed(errno, "receive from ctnetlink");
    }
    int left = static_cast<int>(size);
    for (const auto* header = reinterpret_cast<const nlmsghdr*>(answer.data());
         mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left)) {
      if (header->nlmsg_type != NLMSG_ERROR) {
        continue;
      }
      const int code = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header))->error;
      written.refused += code != 0 ? 1 : 0;
      written.first_error = written.first_error != 0 ? written.first_error : code;
    }
  }
}

// `put` writes message number i; messages travel as many as fit into one send.
model::Result<Written> send_batches(int socket, std::uint64_t count,
                                    const std::function<void(void*, std::uint64_t)>& put) {
  std::vector<char> batch(kBatchBytes);
  const auto start = Clock::now();
  Written written;
  while (written.messages < count) {
    std::size_t used = 0;
    for (; written.messages < count && used + kMessageBytes <= batch.size(); ++written.messages) {
      put(batch.data() + used, written.messages);
      used += aligned(reinterpret_cast<const nlmsghdr*>(batch.data() + used)->nlmsg_len);
    }
    if (auto sent = send_all(socket, batch.data(), used); !sent) {
      return std::unexpected(sent.error());
    }
    if (auto collected = collect_refusals(socket, written); !collected) {
      return std::unexpected(collected.error());
    }
  }
  written.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return written;
}

model::Result<void> send_one(int socket, const void* message, const std::string& what) {
  const auto* header = static_cast<const nlmsghdr*>(message);
  if (auto sent = send_all(socket, message, header->nlmsg_len); !sent) {
    return sent;
  }
  Written written;
  if (auto collected = collect_refusals(socket, written); !collected) {
    return collected;
  }
  if (written.refused > 0) {
    return failed(written.first_error, what);
  }
  return {};
}

}  // namespace

model::Result<TableWriter> TableWriter::open() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!socket.valid()) {
    return failed(errno, "open a netlink socket");
  }
  const sockaddr_nl kernel{.nl_family = AF_NETLINK, .nl_pad = 0, .nl_pid = 0, .nl_groups = 0};
  const int on = 1;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0 ||
      ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on) < 0 ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer,
                   sizeof kReceiveBuffer) < 0) {
    return failed(errno, "configure a netlink socket");
  }
  return TableWriter(std::move(socket));
}

model::Result<Written> TableWriter::create_flows(const FlowSpace& space, std::uint64_t first,
                                                 std::uint64_t count, const EntryOptions& options) {
  if (auto sound = check(space); !sound) {
    return std::unexpected(sound.error());
  }
  return send_batches(socket_.get(), count, [&](void* at, std::uint64_t i) {
    put_entry(at, tuple_at(space, first + i), options);
  });
}

model::Result<Written> TableWriter::delete_flows(const FlowSpace& space, std::uint64_t first,
                                                 std::uint64_t count, std::uint16_t zone) {
  if (auto sound = check(space); !sound) {
    return std::unexpected(sound.error());
  }
  return send_batches(socket_.get(), count, [&](void* at, std::uint64_t i) {
    put_deletion(at, tuple_at(space, first + i), zone, 0);
  });
}

model::Result<void> TableWriter::delete_flow(const model::Tuple& original, std::uint16_t zone) {
  std::array<char, kMessageBytes> message{};
  put_deletion(message.data(), original, zone, NLM_F_ACK);
  return send_one(socket_.get(), message.data(), "delete an entry");
}

model::Result<void> TableWriter::flush() {
  // The family 0 means every entry; a family would spare the other one's.
  std::array<char, kMessageBytes> message{};
  nlmsghdr* header =
      put_request(message.data(), IPCTNL_MSG_CT_DELETE, NLM_F_ACK, model::Family::Ipv4);
  static_cast<nfgenmsg*>(mnl_nlmsg_get_payload(header))->nfgen_family = AF_UNSPEC;
  return send_one(socket_.get(), message.data(), "empty the table");
}

}  // namespace ctwarden::traffic
