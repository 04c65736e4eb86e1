// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/stats_poller.h"

#include "nlink/stats_decoder.h"

#include <cstring>
#include <utility>

namespace ctwarden::daemon {

StatsPoller::StatsPoller(boost::asio::io_context& loop, BrokerLink& broker,
                         const nlink::KernelFiles& files)
    : broker_(broker), files_(files), readiness_(loop) {}

StatsPoller::~StatsPoller() { forget_socket(); }

void StatsPoller::poll() {
  if (outstanding_) {
    return;
  }
  outstanding_ = true;
  reading_.clear();
  got_cpus_ = false;
  got_global_ = false;
  if (reader_) {
    request();
    return;
  }
  broker_.ask(broker::Verb::OpenStats, 0, [this](model::Result<BrokerLink::Answer> answer) {
    if (!answer) {
      refused("open the statistics socket: " + answer.error().context, answer.error().code);
      return;
    }
    reader_.emplace(std::move(answer->attached));
    readiness_.assign(reader_->descriptor());
    request();
  });
}

void StatsPoller::request() {
  broker_.ask(broker::Verb::RequestStats, 0,
              [this](const model::Result<BrokerLink::Answer>& answer) {
                if (!answer) {
                  refused("request statistics: " + answer.error().context, answer.error().code);
                  return;
                }
                wait();
              });
}

void StatsPoller::wait() {
  readiness_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                          if (!error) {
                            read();
                          }
                        });
}

void StatsPoller::read() {
  while (reader_) {
    const auto answer = reader_->read();
    if (!answer) {
      refused(answer.error().context, answer.error().code);
      return;
    }
    switch (answer->got) {
      case nlink::AnswerReader::Got::Nothing:
        wait();
        return;
      case nlink::AnswerReader::Got::Overrun:
        refused("a part of the statistics was lost", 0);
        return;
      case nlink::AnswerReader::Got::Foreign:
        break;
      case nlink::AnswerReader::Got::Chunk:
        if (apply(answer->bytes)) {
          return;
        }
        break;
    }
  }
}

bool StatsPoller::apply(std::span<const std::byte> chunk) {
  while (!chunk.empty()) {
    const auto [step, value] = nlink::decode_stats(chunk);
    if (step.what == nlink::Decoded::Malformed) {
      refused("a part of the statistics could not be decoded", 0);
      return true;
    }
    if ((step.what == nlink::Decoded::Error || step.what == nlink::Decoded::Done) &&
        step.error != 0) {
      refused(std::string("the kernel refused its statistics: ") + std::strerror(step.error),
              step.error);
      return true;
    }
    if (const auto* cpu = std::get_if<model::CpuStats>(&value)) {
      reading_.push_back(*cpu);
    } else if (std::holds_alternative<model::GlobalStats>(value)) {
      // The last of the two requests is answered.
      totals_.add(reading_);
      source_ = Source::Netlink;
      refusal_ = 0;
      trouble_.clear();
      outstanding_ = false;
      return true;
    }
    chunk = chunk.subspan(step.size);
  }
  return false;
}

void StatsPoller::refused(std::string trouble, int error) {
  outstanding_ = false;
  refusal_ = error;
  trouble_ = std::move(trouble);
  forget_socket();
  const auto rows = files_.read_stats();
  source_ = rows ? Source::Procfs : Source::None;
  if (rows) {
    totals_.add(*rows);
  }
}

void StatsPoller::forget_socket() {
  if (readiness_.is_open()) {
    (void)readiness_.release();  // the reader closes it
  }
  reader_.reset();
}

}  // namespace ctwarden::daemon
