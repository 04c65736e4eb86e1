// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/peer_receivers.h"

#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <memory>
#include <vector>

namespace ctwarden::bench {
namespace {

// The same arena as the daemon's: what differs is what is done with it.
constexpr std::size_t kBatch = 64;
constexpr std::size_t kSlotBytes = 25UL * 64;

class Arena {
 public:
  Arena() : bytes_(kBatch * kSlotBytes) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      slots_[i] = {.iov_base = bytes_.data() + i * kSlotBytes, .iov_len = kSlotBytes};
      headers_[i].msg_hdr.msg_iov = &slots_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  int receive(int socket, int flags) {
    return ::recvmmsg(socket, headers_.data(), kBatch, flags, nullptr);
  }

 private:
  std::vector<std::byte> bytes_;
  std::array<iovec, kBatch> slots_{};
  std::array<mmsghdr, kBatch> headers_{};
};

void count(const nlmsghdr& header, EventTally& tally) {
  if ((header.nlmsg_type & 0xFFU) == IPCTNL_MSG_CT_DELETE) {
    ++tally.destroyed;
  } else if ((header.nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL)) != 0) {
    ++tally.created;
  } else {
    ++tally.updated;
  }
}

// Calls `handle` for every message until a signal interrupts.
template <typename Handle>
int for_each_message(int socket, EventTally& tally, Handle handle) {
  alignas(nlmsghdr) std::array<char, 8192> buffer{};
  for (;;) {
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0) {
      return errno;
    }
    ++tally.datagrams;
    int left = static_cast<int>(size);
    const auto* header = reinterpret_cast<const nlmsghdr*>(buffer.data());
    while (mnl_nlmsg_ok(header, left)) {
      handle(*header);
      count(*header, tally);
      header = mnl_nlmsg_next(header, &left);
    }
  }
}

template <std::size_t Last>
using AttributeTable = std::array<const nlattr*, Last + 1>;

template <std::size_t Last>
int store(const nlattr* attribute, void* table) {
  const std::uint16_t type = mnl_attr_get_type(attribute);
  if (type <= Last) {
    (*static_cast<AttributeTable<Last>*>(table))[type] = attribute;
  }
  return MNL_CB_OK;
}

// Sums what it reads, so that reading is not optimized away.
std::uint64_t parse_tuple(const nlattr* nest) {
  AttributeTable<CTA_TUPLE_MAX> tuple{};
  AttributeTable<CTA_IP_MAX> ip{};
  AttributeTable<CTA_PROTO_MAX> proto{};
  std::uint64_t sum = 0;
  mnl_attr_parse_nested(nest, store<CTA_TUPLE_MAX>, &tuple);
  if (tuple[CTA_TUPLE_IP] != nullptr) {
    mnl_attr_parse_nested(tuple[CTA_TUPLE_IP], store<CTA_IP_MAX>, &ip);
    if (ip[CTA_IP_V4_SRC] != nullptr && ip[CTA_IP_V4_DST] != nullptr) {
      sum += mnl_attr_get_u32(ip[CTA_IP_V4_SRC]) + mnl_attr_get_u32(ip[CTA_IP_V4_DST]);
    }
  }
  if (tuple[CTA_TUPLE_PROTO] != nullptr) {
    mnl_attr_parse_nested(tuple[CTA_TUPLE_PROTO], store<CTA_PROTO_MAX>, &proto);
    if (proto[CTA_PROTO_SRC_PORT] != nullptr && proto[CTA_PROTO_DST_PORT] != nullptr) {
      sum += mnl_attr_get_u16(proto[CTA_PROTO_SRC_PORT]);
      sum += mnl_attr_get_u16(proto[CTA_PROTO_DST_PORT]);
    }
  }
  return sum;
}

}  // namespace

int receive_batches(int socket, EventTally& tally) {
  Arena arena;
  for (;;) {
    const int received = arena.receive(socket, MSG_WAITFORONE);
    if (received < 0) {
      return errno;
    }
    tally.datagrams += static_cast<std::uint64_t>(received);
  }
}

int receive_batches_paced(int socket, EventTally& tally) {
  constexpr timespec kRest = {.tv_sec = 0, .tv_nsec = 4'000'000};
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, nullptr);
  Arena arena;
  while (::sigtimedwait(&end, nullptr, &kRest) != SIGTERM) {
    int received = 0;
    while ((received = arena.receive(socket, MSG_DONTWAIT)) > 0) {
      tally.datagrams += static_cast<std::uint64_t>(received);
    }
    if (errno != EAGAIN) {
      return errno;
    }
  }
  return EINTR;
}

int receive_singly(int socket, EventTally& tally) {
  std::array<std::byte, kSlotBytes> buffer{};
  while (::recv(socket, buffer.data(), buffer.size(), 0) >= 0) {
    ++tally.datagrams;
  }
  return errno;
}

int parse_with_libmnl(int socket, EventTally& tally) {
  volatile std::uint64_t sum = 0;
  return for_each_message(socket, tally, [&sum](const nlmsghdr& header) {
    AttributeTable<CTA_MAX> attributes{};
    mnl_attr_parse(&header, sizeof(nfgenmsg), store<CTA_MAX>, &attributes);
    for (const int direction : {CTA_TUPLE_ORIG, CTA_TUPLE_REPLY}) {
      if (const nlattr* nest = attributes[static_cast<std::size_t>(direction)]; nest != nullptr) {
        sum = sum + parse_tuple(nest);
      }
    }
    if (attributes[CTA_ID] != nullptr) {
      sum = sum + mnl_attr_get_u32(attributes[CTA_ID]);
    }
  });
}

int parse_with_library(int socket, EventTally& tally) {
  return for_each_message(socket, tally, [](const nlmsghdr& header) {
    const std::unique_ptr<nf_conntrack, decltype(&nfct_destroy)> flow(nfct_new(), nfct_destroy);
    nfct_nlmsg_parse(&header, flow.get());
  });
}

}  // namespace ctwarden::bench
