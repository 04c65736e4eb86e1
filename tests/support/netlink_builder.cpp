// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/netlink_builder.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ctwarden::support {
namespace {

void pad(Buffer& bytes) { bytes.resize((bytes.size() + 3) / 4 * 4); }

template <typename T>
void append(Buffer& bytes, const T& value) {
  const auto view = std::as_bytes(std::span(&value, 1));
  bytes.insert(bytes.end(), view.begin(), view.end());
}

template <typename T>
void overwrite(Buffer& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

constexpr std::uint16_t subsystem(std::uint16_t id, std::uint16_t operation) {
  return static_cast<std::uint16_t>(id << 8U | operation);
}

constexpr std::array kStatAttributes = {
    CTA_STATS_FOUND,         CTA_STATS_INVALID,       CTA_STATS_INSERT, CTA_STATS_INSERT_FAILED,
    CTA_STATS_DROP,          CTA_STATS_EARLY_DROP,    CTA_STATS_ERROR,  CTA_STATS_SEARCH_RESTART,
    CTA_STATS_CLASH_RESOLVE, CTA_STATS_CHAIN_TOOLONG,
};
static_assert(kStatAttributes.size() == model::kStatCount);

}  // namespace

NetlinkBuilder& NetlinkBuilder::message(std::uint16_t type, std::uint16_t flags, std::uint32_t port,
                                        std::uint32_t sequence) {
  end_message();
  message_ = bytes_.size();
  append(bytes_, nlmsghdr{.nlmsg_len = 0,
                          .nlmsg_type = type,
                          .nlmsg_flags = flags,
                          .nlmsg_seq = sequence,
                          .nlmsg_pid = port});
  return *this;
}

NetlinkBuilder& NetlinkBuilder::ctnetlink(std::uint8_t operation, std::uint16_t flags,
                                          std::uint8_t family, std::uint32_t port,
                                          std::uint16_t resource_id) {
  message(subsystem(NFNL_SUBSYS_CTNETLINK, operation), flags, port);
  const std::array header = {std::byte{family}, std::byte{NFNETLINK_V0},
                             static_cast<std::byte>(resource_id >> 8U),
                             static_cast<std::byte>(resource_id & 0xffU)};
  return raw(header);
}

NetlinkBuilder& NetlinkBuilder::attribute(std::uint16_t type, std::span<const std::byte> payload) {
  append(bytes_, nlattr{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()),
                        .nla_type = type});
  raw(payload);
  pad(bytes_);
  return *this;
}

NetlinkBuilder& NetlinkBuilder::open(std::uint16_t type) {
  nests_.push_back(bytes_.size());
  const auto flag = static_cast<std::uint16_t>(nested_flag_ ? NLA_F_NESTED : 0);
  return attribute(type | flag, {});
}

NetlinkBuilder& NetlinkBuilder::close() {
  const std::size_t start = nests_.back();
  nests_.pop_back();
  overwrite(bytes_, start, static_cast<std::uint16_t>(bytes_.size() - start));
  return *this;
}

NetlinkBuilder& NetlinkBuilder::raw(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

void NetlinkBuilder::end_message() {
  if (!nests_.empty()) {
    throw std::logic_error("a nest is still open");
  }
  if (message_) {
    overwrite(bytes_, *message_, static_cast<std::uint32_t>(bytes_.size() - *message_));
    pad(bytes_);
    message_.reset();
  }
}

Buffer NetlinkBuilder::take() {
  end_message();
  return std::exchange(bytes_, {});
}

namespace {

Buffer errno_message(std::uint16_t type, int error, bool with_request) {
  NetlinkBuilder builder;
  builder.message(type, type == NLMSG_DONE ? NLM_F_MULTI : 0);
  const int code = -error;
  builder.raw(std::as_bytes(std::span(&code, 1)));
  if (with_request) {
    const nlmsghdr request{};
    builder.raw(std::as_bytes(std::span(&request, 1)));
  }
  return builder.take();
}

}  // namespace

Buffer done_message(int error) { return errno_message(NLMSG_DONE, error, false); }

Buffer error_message(int error) { return errno_message(NLMSG_ERROR, error, true); }

Buffer noop_message() { return NetlinkBuilder().message(NLMSG_NOOP).take(); }

Buffer expectation_message() {
  NetlinkBuilder builder;
  builder.message(subsystem(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_NEW));
  const nfgenmsg header{.nfgen_family = AF_INET, .version = NFNETLINK_V0, .res_id = 0};
  builder.raw(std::as_bytes(std::span(&header, 1)));
  builder.number(CTA_EXPECT_TIMEOUT, std::uint32_t{300});
  return builder.take();
}

Buffer cpu_stats_message(const model::CpuStats& stats) {
  NetlinkBuilder builder;
  builder.ctnetlink(IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_MULTI, AF_UNSPEC, 0, stats.cpu);
  for (std::size_t i = 0; i < kStatAttributes.size(); ++i) {
    if (const auto& value = stats.values[i]) {
      builder.number(static_cast<std::uint16_t>(kStatAttributes[i]), *value);
    }
  }
  return builder.take();
}

Buffer global_stats_message(const model::GlobalStats& stats) {
  NetlinkBuilder builder;
  builder.ctnetlink(IPCTNL_MSG_CT_GET_STATS, 0, AF_UNSPEC);
  if (stats.entries) {
    builder.number(CTA_STATS_GLOBAL_ENTRIES, *stats.entries);
  }
  if (stats.max_entries) {
    builder.number(CTA_STATS_GLOBAL_MAX_ENTRIES, *stats.max_entries);
  }
  return builder.take();
}

Buffer datagram(std::initializer_list<Buffer> messages) {
  Buffer all;
  for (const Buffer& message : messages) {
    all.insert(all.end(), message.begin(), message.end());
  }
  return all;
}

}  // namespace ctwarden::support
