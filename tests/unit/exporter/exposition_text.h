// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reads an exposition the way a scraper does, for tests: names, samples, and promtool's verdict.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace ctwarden::exporter {

[[nodiscard]] std::set<std::string> family_names(
    std::string_view exposition);  // from the TYPE lines

// "name{labels}" as printed, to its value as printed.
[[nodiscard]] std::map<std::string, std::string> samples(std::string_view exposition);

struct Lint {
  int exit_code = -1;
  std::string output;
};
[[nodiscard]] Lint promtool_lint(std::string_view exposition);

// The golden file tests/data/exposition/<name>.prom. With CTWARDEN_UPDATE_GOLDEN set in the
// environment it is first rewritten with `actual`; the caller then fails, so that a rewriting run
// is never a passing one.
struct Golden {
  std::string text;
  bool rewritten = false;
};
[[nodiscard]] Golden golden(std::string_view name, std::string_view actual);

[[nodiscard]] std::string read_source_file(std::string_view path);  // relative to the source tree

}  // namespace ctwarden::exporter
