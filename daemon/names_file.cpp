// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/names_file.h"

#include "daemon/log.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace ctwarden::daemon {

using namespace std::chrono_literals;

// A file that changes all the time may say so three times a minute.
NamesFile::NamesFile(boost::asio::io_context& loop, std::chrono::milliseconds look_interval)
    : loop_(loop), timer_(loop), look_interval_(look_interval), limiter_(3, 60s) {}

void NamesFile::watch(const std::filesystem::path& file) {
  if (file == file_) {
    return;
  }
  file_ = file;
  seen_.reset();
  trouble_.clear();
  reading_.reset();
  timer_.cancel();
  if (file_.empty()) {
    names_ = {};
    return;
  }
  look();
}

void NamesFile::look_again_later() {
  timer_.expires_after(look_interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      look();
    }
  });
}

void NamesFile::look() {
  if (file_.empty()) {
    return;
  }
  look_again_later();
  for (const Repeats& repeats : limiter_.take_repeats(clock_.now())) {
    log_warning(to_string(repeats));
  }
  if (reading_) {
    return;
  }
  const auto stamp = read_stamp(file_);
  if (!stamp) {
    seen_.reset();
    unreadable(stamp.error().context);
    return;
  }
  if (seen_ == *stamp) {
    return;
  }
  seen_ = *stamp;
  auto reading = NamesReading::open(file_);
  if (!reading) {
    unreadable(reading.error().context);
    return;
  }
  trouble_.clear();
  seen_ = reading->stamp();
  reading_.emplace(std::move(*reading));
  read_slice();
}

void NamesFile::read_slice() {
  if (!reading_) {
    return;  // another file is watched by now
  }
  if (auto outcome = reading_->step()) {
    const bool disturbed = reading_->disturbed();
    reading_.reset();
    if (!disturbed) {  // else the next look finds it changed
      take(std::move(*outcome));
    }
    return;
  }
  boost::asio::post(loop_, [this] { read_slice(); });
}

void NamesFile::take(NamesReading::Outcome outcome) {
  if (!outcome) {
    const NamesMistake& first = outcome.error().kept.front();
    warn(place_of(file_, first), first.text, outcome.error().count);
    return;
  }
  names_ = std::move(*outcome);
  if (limiter_.admit("names read", clock_.now())) {
    log_info("names of addresses read", {{"file", file_.native()}, {"ranges", names_.size()}});
  }
}

void NamesFile::unreadable(const std::string& why) {
  if (why != trouble_) {
    trouble_ = why;
    warn(file_.native(), why, 1);
  }
}

void NamesFile::warn(std::string_view where, std::string_view detail, std::size_t mistakes) {
  if (limiter_.admit("the names file cannot be used", clock_.now())) {
    log_warning("the names file cannot be used; the names known so far stay",
                {{"where", where}, {"detail", detail}, {"mistakes", mistakes}});
  }
}

}  // namespace ctwarden::daemon
