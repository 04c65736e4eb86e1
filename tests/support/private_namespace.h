// SPDX-License-Identifier: GPL-2.0-or-later
//
// A network namespace of its own for a kernel test: entered on construction, with loopback up, left
// and so destroyed on destruction. Nothing a test does inside is seen outside. Needs root; failing
// to enter is an exception, never a skip.
#pragma once

#include <string>
#include <string_view>

namespace ctwarden::support {

class PrivateNamespace {
 public:
  PrivateNamespace();
  ~PrivateNamespace();
  PrivateNamespace(const PrivateNamespace&) = delete;
  PrivateNamespace& operator=(const PrivateNamespace&) = delete;
  PrivateNamespace(PrivateNamespace&&) = delete;
  PrivateNamespace& operator=(PrivateNamespace&&) = delete;

  // Below /proc/sys/net/netfilter/, of this namespace.
  void write_setting(const std::string& name, std::string_view value);
  [[nodiscard]] std::string read_setting(const std::string& name) const;

  // Loads a ruleset in nft's own syntax.
  void load_rules(const std::string& ruleset);

 private:
  int outside_ = -1;  // the namespace to return to
};

}  // namespace ctwarden::support
