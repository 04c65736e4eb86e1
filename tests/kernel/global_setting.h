// SPDX-License-Identifier: GPL-2.0-or-later
//
// A setting that is one for the whole machine and can only be written in the initial namespace, put
// back at the end. Tests that use it run alone (run_serial.cmake).
#pragma once

#include "tests/support/scratch_netns.h"

#include <string>

namespace ctwarden::tests {

class GlobalSetting {
 public:
  // `name` is below net/netfilter.
  GlobalSetting(const ScratchNetns& router, const std::string& name)
      : router_(router), path_("net/netfilter/" + name), original_(read_setting(path_)) {}
  ~GlobalSetting() { write(original()); }
  GlobalSetting(const GlobalSetting&) = delete;
  GlobalSetting& operator=(const GlobalSetting&) = delete;
  GlobalSetting(GlobalSetting&&) = delete;
  GlobalSetting& operator=(GlobalSetting&&) = delete;

  [[nodiscard]] unsigned long original() const { return std::stoul(original_); }
  void write(unsigned long value) const {
    router_.in_home([&] { write_setting(path_, std::to_string(value)); });
  }

 private:
  const ScratchNetns& router_;
  std::string path_;
  std::string original_;
};

}  // namespace ctwarden::tests
