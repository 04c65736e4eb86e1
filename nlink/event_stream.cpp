// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/event_stream.h"

#include "nlink/flow_decoder.h"
#include "nlink/sender.h"

#include <linux/filter.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace ctwarden::nlink {

EventStream::EventStream(UniqueFd socket)
    : socket_(std::move(socket)), arena_(kBatch * kSlotBytes), events_(kBatch) {
  static_assert(sizeof(Sender) >= sizeof(sockaddr_nl));
  for (std::size_t i = 0; i < kBatch; ++i) {
    slots_[i] = {.iov_base = arena_.data() + i * kSlotBytes, .iov_len = kSlotBytes};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = senders_[i].address.data();
    header.msg_iov = &slots_[i];
    header.msg_iovlen = 1;
  }
}

model::Result<EventStream::Batch> EventStream::receive() {
  for (mmsghdr& header : headers_) {
    header.msg_hdr.msg_namelen = sizeof(sockaddr_nl);
  }
  const int received = ::recvmmsg(socket_.get(), headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (received < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return Batch{};
    }
    const int code = errno;
    return model::fail(code, std::string("receive conntrack events: ") + std::strerror(code));
  }
  Batch batch;
  batch.datagrams = static_cast<std::size_t>(received);
  decoded_ = 0;
  for (std::size_t i = 0; i < batch.datagrams; ++i) {
    const msghdr& header = headers_[i].msg_hdr;
    sockaddr_nl sender{};
    std::memcpy(&sender, senders_[i].address.data(), sizeof sender);
    if (!from_kernel(sender, header.msg_namelen)) {
      ++batch.foreign;
    } else if ((header.msg_flags & MSG_TRUNC) != 0) {
      ++batch.malformed;
    } else {
      decode(i, headers_[i].msg_len, batch);
    }
  }
  batch.events = std::span(events_.data(), decoded_);
  return batch;
}

void EventStream::decode(std::size_t slot, std::size_t length, Batch& batch) {
  // The kernel sends one event per datagram, but nothing forbids more.
  std::span<const std::byte> rest(arena_.data() + slot * kSlotBytes, length);
  while (!rest.empty()) {
    if (decoded_ == events_.size()) {
      events_.emplace_back();
    }
    const Step step = decode_message(rest, events_[decoded_]);
    if (step.what == Decoded::Malformed) {
      ++batch.malformed;
      return;
    }
    decoded_ += step.what == Decoded::Flow ? 1 : 0;
    rest = rest.subspan(step.size);
  }
}

model::Result<SocketMemory> EventStream::memory() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t length = sizeof info;
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0) {
    const int code = errno;
    return model::fail(code,
                       std::string("read the event socket's drop counter: ") + std::strerror(code));
  }
  return SocketMemory{.queued_bytes = info[SK_MEMINFO_RMEM_ALLOC],
                      .buffer_bytes = info[SK_MEMINFO_RCVBUF],
                      .drops = info[SK_MEMINFO_DROPS]};
}

model::Result<void> EventStream::refuse_all(bool refuse) {
  sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program{.len = 1, .filter = &none};
  const int unused = 0;
  const int done =
      refuse ? ::setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program)
             : ::setsockopt(socket_.get(), SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
  if (done != 0) {
    const int code = errno;
    return model::fail(code, std::string("filter the event socket: ") + std::strerror(code));
  }
  return {};
}

}  // namespace ctwarden::nlink
