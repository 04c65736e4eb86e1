// SPDX-License-Identifier: GPL-2.0-or-later
//
// The exposition as a whole: golden text, lint, size, and its agreement with docs/metrics.md.
#include "exporter/metric_families.h"
#include "exposition_text.h"
#include "snapshots.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace ctwarden::exporter {
namespace {

constexpr ExportOptions kEverything = {.per_cpu = false, .node_exporter_compat = true};

struct Case {
  std::string name;
  model::Snapshot snapshot;
  ExportOptions options;
};

std::ostream& operator<<(std::ostream& out, const Case& value) { return out << value.name; }

class Exposition : public testing::TestWithParam<Case> {
 protected:
  static std::string render() {
    return render_metrics(GetParam().snapshot, kTestBuild, GetParam().options);
  }
};

TEST_P(Exposition, EqualsTheGoldenText) {
  const Golden expected = golden(GetParam().name, render());
  ASSERT_FALSE(expected.rewritten) << "golden file rewritten; look at the difference and run again";
  ASSERT_EQ(render(), expected.text) << "CTWARDEN_UPDATE_GOLDEN=1 rewrites tests/data/exposition";
}

TEST_P(Exposition, SatisfiesPromtool) {
  const Lint lint = promtool_lint(render());
  EXPECT_EQ(lint.exit_code, 0);
  EXPECT_EQ(lint.output, "");
}

TEST_P(Exposition, NamesEachFamilyOnce) {
  std::map<std::string, int> seen;
  std::istringstream lines(render());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      ++seen[line];
    }
  }
  EXPECT_FALSE(seen.empty());
  for (const auto& [line, times] : seen) {
    EXPECT_EQ(times, 1) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Exposition,
    testing::Values(
        Case{.name = "full", .snapshot = full_snapshot(), .options = {}},
        Case{.name = "empty", .snapshot = {}, .options = {}},
        Case{.name = "limited", .snapshot = limited_snapshot(), .options = {}},
        Case{.name = "per_cpu", .snapshot = full_snapshot(), .options = {.per_cpu = true}},
        Case{.name = "compat", .snapshot = full_snapshot(), .options = kEverything}),
    [](const auto& instance) { return instance.param.name; });

TEST(PromtoolLint, ObjectsToABadExposition) {
  EXPECT_NE(promtool_lint("# TYPE a_total gauge\na_total 1\n").exit_code, 0);
}

TEST(ExpositionSize, StaysWithinFiveHundredSeriesByDefault) {
  model::Snapshot snapshot = full_snapshot();
  model::Composition composition = busy_composition();
  for (std::uint16_t zone = 100; zone < 200; ++zone) {
    composition.by_zone.push_back({.zone = zone, .flows = 1});
  }
  snapshot.composition = composition;
  for (std::uint16_t port = 1000; port < 1017; ++port) {  // with three there already: twice ten
    snapshot.ports->listed.push_back({.service = {.port = port}, .flows = 1, .created = 1});
  }
  snapshot.sources.reset();
  EXPECT_LE(samples(render_metrics(snapshot, kTestBuild, {})).size(), 500U);
}

// A row of docs/metrics.md: | `name` | type | labels | meaning | full | lean | dump_only | limited
// |
struct DocumentedMetric {
  std::string type;
  std::array<std::string, 4> validity;  // full, lean, dump_only, limited
};

std::map<std::string, DocumentedMetric> documented() {
  std::map<std::string, DocumentedMetric> found;
  std::istringstream lines(read_source_file("docs/metrics.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) {
      continue;
    }
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) {
      const std::size_t first = cell.find_first_not_of(" `");
      const std::size_t last = cell.find_last_not_of(" `");
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    if (cells.size() >= 8) {
      found[cells[0]] = {.type = cells[1], .validity = {cells[4], cells[5], cells[6], cells[7]}};
    }
  }
  return found;
}

TEST(MetricsDocument, NamesExactlyTheFamiliesOfAFullExposition) {
  std::set<std::string> names;
  for (const auto& [name, metric] : documented()) {
    names.insert(name);
  }
  EXPECT_EQ(names, family_names(render_metrics(full_snapshot(), kTestBuild, kEverything)));
}

TEST(MetricsDocument, GivesEachFamilyItsType) {
  const std::string text = render_metrics(full_snapshot(), kTestBuild, kEverything);
  for (const auto& [name, metric] : documented()) {
    EXPECT_NE(text.find("# TYPE " + name + " " + metric.type + "\n"), std::string::npos) << name;
  }
}

TEST(MetricsDocument, SaysInWhichModeAFamilyIsAbsent) {
  model::Snapshot lean = full_snapshot();
  lean.fidelity = model::Fidelity::Lean;
  model::Snapshot dump_only = full_snapshot();
  dump_only.fidelity = model::Fidelity::DumpOnly;
  const std::array<model::Snapshot, 4> modes = {full_snapshot(), lean, dump_only,
                                                limited_snapshot()};
  for (std::size_t mode = 0; mode < modes.size(); ++mode) {
    const auto present = family_names(render_metrics(modes[mode], kTestBuild, kEverything));
    for (const auto& [name, metric] : documented()) {
      const std::string& validity = metric.validity[mode];
      ASSERT_TRUE(validity == "exact" || validity == "estimated" || validity == "absent")
          << name << ": " << validity;
      EXPECT_EQ(present.contains(name), validity != "absent") << name << " in mode " << mode;
    }
  }
}

}  // namespace
}  // namespace ctwarden::exporter
