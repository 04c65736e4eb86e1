// SPDX-License-Identifier: GPL-2.0-or-later
//
// JSON lines are judged by a parser that is not ours.
#include "daemon/log.h"
#include "daemon/printable.h"
#include "tests/unit/daemon/scratch_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <random>

namespace ctwarden::daemon {
namespace {

using namespace std::chrono_literals;

// What python3 prints for `lines`, each parsed strictly: no NaN, no key twice. Its complaint if it
// refuses one.
std::string through_python(const std::string& lines, const std::string& print) {
  ScratchFolder folder;
  const auto input = folder.write("lines", lines);
  const auto program =
      folder.write("read.py",
                   "import json, sys\n"
                   "def refuse(word): raise ValueError(word)\n"
                   "def once(pairs):\n"
                   "    assert len(dict(pairs)) == len(pairs), pairs\n"
                   "    return dict(pairs)\n"
                   "for line in open(sys.argv[1], encoding='utf-8', newline='\\n'):\n"
                   "    o = json.loads(line, parse_constant=refuse, "
                   "object_pairs_hook=once)\n"
                   "    print(" +
                       print + ")\n");
  const auto output = (folder.path() / "out").native();
  const std::string command = "python3 " + program + " " + input + " > " + output + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream file(output, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string json(std::string_view message, std::initializer_list<LogField> fields = {}) {
  const std::chrono::system_clock::time_point time{1'700'000'000'007ms};
  return render_json(
      {.time = time, .level = LogLevel::Warning, .message = message, .fields = fields});
}

TEST(RenderJson, HasTimeLevelMessageAndFields) {
  EXPECT_EQ(json("hello", {{"flows", 12}, {"reason", "loss"}}),
            R"({"ts":"2023-11-14T22:13:20.007Z","level":"warning","msg":"hello","flows":12,)"
            R"("reason":"loss"})");
}

TEST(RenderJson, KeepsTheTypesOfValues) {
  const std::string line = json("m", {{"a", true},
                                      {"b", std::numeric_limits<std::int64_t>::min()},
                                      {"c", std::numeric_limits<std::uint64_t>::max()},
                                      {"d", 1.5e300},
                                      {"e", std::numeric_limits<double>::quiet_NaN()},
                                      {"f", std::numeric_limits<double>::infinity()},
                                      {"g", "7"}});
  EXPECT_EQ(through_python(line + "\n", "*(ascii(o[k]) for k in 'abcdefg')"),
            "True -9223372036854775808 18446744073709551615 1.5e+300 None None '7'\n");
}

TEST(RenderJson, CarriesEveryCharacterUnchangedAndMarksBrokenBytes) {
  EXPECT_EQ(through_python(json("\"\\/\n\t\x1b\xc3\xa9\xff") + "\n", "ascii(o['msg'])"),
            "'\"\\\\/\\n\\t\\x1b\\xe9\\ufffd'\n");
}

TEST(RenderJson, IsValidAndPrintableWhateverTheBytes) {
  std::mt19937 random(20231114);  // NOLINT(bugprone-random-generator-seed): the same bytes each run
  std::uniform_int_distribution<int> byte(0, 255);
  std::string lines;
  for (int i = 0; i < 3000; ++i) {
    std::string message;
    for (int k = 0; k < 24; ++k) {
      message += static_cast<char>(byte(random));
    }
    const std::string line = json(message, {{"value", message}});
    ASSERT_TRUE(is_printable(line)) << i;
    lines += line + "\n";
  }
  const std::string parsed = through_python(lines, "o['level'], o['value'] == o['msg']");
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    expected += "warning True\n";
  }
  EXPECT_EQ(parsed, expected);
}

}  // namespace
}  // namespace ctwarden::daemon
