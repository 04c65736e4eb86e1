// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/options.h"

#include "daemon/config_values.h"
#include "daemon/printable.h"

#include <CLI/CLI.hpp>

#include <array>
#include <ostream>
#include <string>

namespace ctwarden::daemon {

namespace {

constexpr std::string_view kAbout =
    "Watches the connection tracking table of this network namespace and tells how full it is, "
    "how\n"
    "fast it turns over and who fills it, as Prometheus metrics. Changes nothing.\n"
    "Flags override the environment (CTWARDEN_...), which overrides the files. SIGHUP reloads.\n";

constexpr std::string_view kEpilogue =
    "Examples:\n"
    "  ctwardend --metrics-listen 127.0.0.1:10087 --metrics-listen '[::1]:10087'\n"
    "  ctwardend --config /etc/ctwarden/ctwarden.toml --check-config\n"
    "\n"
    "Exit status:\n"
    "  0  clean stop\n"
    "  1  runtime failure\n"
    "  2  usage\n"
    "  4  missing privilege\n"
    "  6  invalid configuration\n"
    "  7  another instance holds the runtime directory\n";

constexpr std::array<std::string_view, 11> kFlags = {
    "--config",     "--check-config",   "--version",     "--log-level",
    "--log-format", "--metrics-listen", "--runtime-dir", "--state-dir",
    "--mode",       "--strict",         "--help"};

// CLI11 takes a validator that returns what is wrong, or nothing.
template <typename Parse>
auto checked_by(Parse parse) {
  return [parse](const std::string& text) -> std::string {
    const auto value = parse(text);
    return value ? std::string{} : value.error().context;
  };
}

// The flags as CLI11 stores them; words stay words until all are known to be right.
struct Words {
  std::string config, log_level, log_format, runtime_dir, state_dir, mode;
};

void declare(CLI::App& app, Options& options, Words& words) {
  const auto not_empty = [](const std::string& text) -> std::string {
    return text.empty() ? "must not be empty" : "";
  };
  app.add_option("--config", words.config,
                 "Read FILE and its drop-ins instead of " + std::string(kDefaultConfigFile))
      ->type_name("FILE")
      ->check(not_empty);
  app.add_flag("--check-config", options.check_config,
               "Check the configuration, print what is in effect, and stop");
  app.add_flag("--version", options.version, "Print the version and stop");
  app.add_option("--log-level", words.log_level, "trace, debug, info, warning or error")
      ->type_name("LEVEL")
      ->check(checked_by(parse_log_level));
  app.add_option("--log-format", words.log_format, "text or json (one object a line)")
      ->type_name("FORMAT")
      ->check(checked_by(parse_log_format));
  app.add_option("--metrics-listen", options.metrics_listen,
                 "Serve metrics here; may be given several times. [ADDR]:PORT for IPv6, "
                 "unix:/path for a socket")
      ->type_name("ADDR:PORT")
      ->allow_extra_args(false)
      ->check(checked_by(parse_listen));
  app.add_option("--runtime-dir", words.runtime_dir, "Where the sockets are")
      ->type_name("DIR")
      ->check(not_empty);
  app.add_option("--state-dir", words.state_dir, "Where state outlives a restart")
      ->type_name("DIR")
      ->check(not_empty);
  app.add_option("--mode", words.mode, "observe or tune; this version only observes")
      ->type_name("MODE")
      ->check(checked_by(parse_mode));
  app.add_flag("--strict", options.strict, "Refuse to run with less than full access");
}

void take(const Words& words, Options& options) {
  const auto path = [](const std::string& text) -> std::optional<std::filesystem::path> {
    return text.empty() ? std::nullopt : std::optional<std::filesystem::path>(text);
  };
  options.config_file = path(words.config);
  options.runtime_dir = path(words.runtime_dir);
  options.state_dir = path(words.state_dir);
  if (!words.log_level.empty()) {
    options.log_level = words.log_level;
  }
  if (const auto format = parse_log_format(words.log_format)) {
    options.log_format = *format;
  }
  if (const auto mode = parse_mode(words.mode)) {
    options.mode = *mode;
  }
}

std::string unknown_argument(const CLI::App& app) {
  const auto rest = app.remaining();
  if (rest.empty()) {
    return "unknown argument";
  }
  const std::string& word = rest.front();
  return "unknown argument " + in_quotes(word) +
         (word.starts_with("--") ? suggestion(word.substr(0, word.find('=')), kFlags) : "");
}

std::unexpected<int> usage_error(std::ostream& err, std::string_view what) {
  err << "ctwardend: " << to_printable(what) << "\nRun \"ctwardend --help\" for the flags.\n";
  return std::unexpected(kExitUsage);
}

}  // namespace

std::expected<Options, int> parse_options(int argc, const char* const* argv, std::ostream& out,
                                          std::ostream& err) {
  Options options;
  Words words;
  CLI::App app{std::string(kAbout), "ctwardend"};
  app.footer(std::string(kEpilogue));
  declare(app, options, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out << app.help();
    return std::unexpected(0);
  } catch (const CLI::ExtrasError&) {
    return usage_error(err, unknown_argument(app));
  } catch (const CLI::ParseError& error) {
    return usage_error(err, error.what());
  }
  take(words, options);
  return options;
}

}  // namespace ctwarden::daemon
