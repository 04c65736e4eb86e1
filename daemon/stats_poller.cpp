// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/stats_poller.h"

#include "nlink/stats_decoder.h"

#include <cstring>

namespace ctwarden::daemon {

StatsPoller::StatsPoller(boost::asio::io_context& loop, BrokerLink& broker,
                         const nlink::KernelFiles& files)
    : files_(files),
      query_(loop, broker,
             {.open = broker::Verb::OpenStats,
              .request = broker::Verb::RequestStats,
              .name = "the statistics"},
             {.readable = [this] { read(); },
              .refused = [this](const model::Error& error) { refused(error); }}) {}

void StatsPoller::poll() {
  if (outstanding_) {
    return;
  }
  outstanding_ = true;
  reading_.clear();
  query_.ask();
}

void StatsPoller::read() {
  for (;;) {
    const auto answer = query_.read();
    if (!answer) {
      refused(answer.error());
      return;
    }
    const auto& chunk = *answer;
    if (!chunk || apply(*chunk)) {
      return;
    }
  }
}

bool StatsPoller::apply(std::span<const std::byte> chunk) {
  while (!chunk.empty()) {
    const auto [step, value] = nlink::decode_stats(chunk);
    if (step.what == nlink::Decoded::Malformed) {
      refused({.code = 0, .context = "a part of the statistics could not be decoded"});
      return true;
    }
    if ((step.what == nlink::Decoded::Error || step.what == nlink::Decoded::Done) &&
        step.error != 0) {
      refused({.code = step.error,
               .context =
                   std::string("the kernel refused its statistics: ") + std::strerror(step.error)});
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

void StatsPoller::refused(const model::Error& error) {
  outstanding_ = false;
  refusal_ = error.code;
  trouble_ = error.context;
  query_.forget();
  const auto rows = files_.read_stats();
  source_ = rows ? Source::Procfs : Source::None;
  if (rows) {
    totals_.add(*rows);
  }
}

}  // namespace ctwarden::daemon
