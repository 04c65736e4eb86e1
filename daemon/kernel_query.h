// SPDX-License-Identifier: GPL-2.0-or-later
//
// One kind of question to ctnetlink: the broker opens the socket and sends the request, the answer
// is read here, datagram by datagram and at the caller's pace. The socket is kept from one question
// to the next, and given up with an unfinished answer, whose rest would mix with the next one's.
#pragma once

#include "broker/channel.h"
#include "daemon/broker_link.h"
#include "model/result.h"
#include "nlink/answer_reader.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace ctwarden::daemon {

class KernelQuery {
 public:
  struct Subject {
    broker::Verb open;
    broker::Verb request;
    const char* name;  // "the dump", for troubles
  };
  // `readable`: the request was sent, and something waits to be read; called again whenever read()
  // had found nothing. `refused`: the broker could not do its part; the question is forgotten.
  struct Handlers {
    std::function<void()> readable;
    std::function<void(const model::Error&)> refused;
  };

  KernelQuery(boost::asio::io_context& loop, BrokerLink& broker, Subject subject,
              Handlers handlers);
  ~KernelQuery();
  KernelQuery(const KernelQuery&) = delete;
  KernelQuery& operator=(const KernelQuery&) = delete;
  KernelQuery(KernelQuery&&) = delete;
  KernelQuery& operator=(KernelQuery&&) = delete;

  // Once an answer is complete, or forgotten.
  void ask();
  // One datagram, valid until the next read; without bytes when it was nobody's business. Absent
  // when none waits: `readable` tells when one does. An error with code 0 when a part was lost.
  [[nodiscard]] model::Result<std::optional<std::span<const std::byte>>> read();
  // Gives up the question and its socket; no handler is called for it any more.
  void forget();

 private:
  void request();
  void wait();
  void refuse(const std::string& what, const model::Error& error);

  BrokerLink& broker_;
  Subject subject_;
  Handlers handlers_;
  std::optional<nlink::AnswerReader> reader_;
  boost::asio::posix::stream_descriptor readiness_;
  std::uint64_t question_ = 0;  // a reply of the broker to an earlier one comes too late
};

}  // namespace ctwarden::daemon
