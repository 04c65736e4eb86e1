// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/shell.h"

#include "tests/support/child_process.h"

#include <sstream>
#include <stdexcept>

namespace ctwarden::tests {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

std::string numbered(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    result += std::to_string(number) + ": " + line + "\n";
  }
  return result;
}

}  // namespace

Output run_command(const std::vector<std::string>& arguments, const std::string& standard_input,
                   std::chrono::milliseconds deadline) {
  ChildProcess child(arguments, standard_input);
  const auto exit = child.wait(deadline);
  if (!exit) {
    throw std::runtime_error(joined(arguments) + ": still running after " +
                             std::to_string(deadline.count()) + " ms");
  }
  return {.code = exit->code, .out = child.standard_output(), .err = child.standard_error()};
}

std::string checked_command(const std::vector<std::string>& arguments,
                            const std::string& standard_input) {
  const Output output = run_command(arguments, standard_input);
  if (output.code != 0) {
    throw std::runtime_error(joined(arguments) + ": exit code " + std::to_string(output.code) +
                             "\n" + output.out + output.err + numbered(standard_input));
  }
  return output.out;
}

void load_nft(const std::string& rules) { checked_command({"nft", "-f", "-"}, rules); }

}  // namespace ctwarden::tests
