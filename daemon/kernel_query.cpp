// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/kernel_query.h"

#include <utility>

namespace ctwarden::daemon {

KernelQuery::KernelQuery(boost::asio::io_context& loop, BrokerLink& broker, Subject subject,
                         Handlers handlers)
    : broker_(broker), subject_(subject), handlers_(std::move(handlers)), readiness_(loop) {}

KernelQuery::~KernelQuery() { forget(); }

void KernelQuery::ask() {
  ++question_;
  if (reader_) {
    request();
    return;
  }
  broker_.ask(subject_.open, 0,
              [this, question = question_](model::Result<BrokerLink::Answer> answer) {
                if (question != question_) {
                  return;
                }
                if (!answer) {
                  refuse("open a socket for ", answer.error());
                  return;
                }
                reader_.emplace(std::move(answer->attached));
                readiness_.assign(reader_->descriptor());
                request();
              });
}

void KernelQuery::request() {
  broker_.ask(subject_.request, 0,
              [this, question = question_](const model::Result<BrokerLink::Answer>& answer) {
                if (question != question_) {
                  return;
                }
                if (!answer) {
                  refuse("request ", answer.error());
                  return;
                }
                wait();
              });
}

void KernelQuery::wait() {
  readiness_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this, question = question_](const boost::system::error_code& error) {
                          if (!error && question == question_) {
                            handlers_.readable();
                          }
                        });
}

model::Result<std::optional<std::span<const std::byte>>> KernelQuery::read() {
  using Got = nlink::AnswerReader::Got;
  if (!reader_) {
    return std::nullopt;
  }
  const auto answer = reader_->read();
  if (!answer) {
    return std::unexpected(answer.error());
  }
  if (answer->got == Got::Overrun) {
    return model::fail(0, "a part of " + std::string(subject_.name) + " was lost");
  }
  if (answer->got == Got::Nothing) {
    wait();
    return std::nullopt;
  }
  return answer->bytes;
}

void KernelQuery::forget() {
  ++question_;
  if (readiness_.is_open()) {
    (void)readiness_.release();  // the reader closes it
  }
  reader_.reset();
}

void KernelQuery::refuse(const std::string& what, const model::Error& error) {
  forget();
  handlers_.refused({.code = error.code, .context = what + subject_.name + ": " + error.context});
}

}  // namespace ctwarden::daemon
