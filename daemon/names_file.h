// SPDX-License-Identifier: GPL-2.0-or-later
//
// The names of addresses, from the file that names.file names, kept up to date: the file is looked
// at once a second (a watch on it would miss a ConfigMap, which changes by a link above it) and
// read in slices when it changed. Whatever is wrong with a file, the names before it stay, and the
// log says so once a change.
#pragma once

#include "daemon/clock.h"
#include "daemon/log_limiter.h"
#include "daemon/names_reading.h"
#include "model/address_names.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ctwarden::daemon {

class NamesFile {
 public:
  explicit NamesFile(boost::asio::io_context& loop,
                     std::chrono::milliseconds look_interval = std::chrono::seconds(1));

  // From now on this file, or none with an empty path, which forgets all names. The first reading
  // is done in the loop, too.
  void watch(const std::filesystem::path& file);

  // The same object for as long as this one lives; what it knows changes only between turns of the
  // loop.
  [[nodiscard]] const model::AddressNames& names() const { return names_; }

 private:
  void look();
  void look_again_later();
  void read_slice();
  void take(NamesReading::Outcome outcome);
  void unreadable(const std::string& why);
  void warn(std::string_view where, std::string_view detail, std::size_t mistakes);

  boost::asio::io_context& loop_;
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds look_interval_;
  Clock clock_;
  LogLimiter limiter_;
  std::filesystem::path file_;
  model::AddressNames names_;
  std::optional<FileStamp> seen_;  // of the last file that was read, or could not be
  std::string trouble_;            // why there is no file to read, as logged
  std::optional<NamesReading> reading_;
};

}  // namespace ctwarden::daemon
