// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/kernel_files.h"

#include "nlink/unique_fd.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sstream>
#include <string>

namespace ctwarden::nlink {

namespace {

using model::Result;

// The largest file here is the per-CPU statistics: 150 bytes a CPU.
constexpr std::size_t kMaxFile = 1U << 20;

Result<std::string> read_file(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> piece{};
  ssize_t got = fd ? 1 : -1;
  while (got > 0 && text.size() < kMaxFile) {
    got = ::read(fd.get(), piece.data(), piece.size());
    text.append(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  if (got < 0) {
    const int code = errno;
    return model::fail(code, path.string() + ": " + std::strerror(code));
  }
  return text;
}

std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// The file has names of its own for three counters (nf_conntrack_standalone.c, ct_cpu_seq_show).
// Columns that the kernel only keeps for old readers ("new", "delete", ...) are always zero and
// have no counter.
std::optional<model::Stat> stat_of(std::string_view column) {
  if (column == "icmp_error") {
    return model::Stat::Error;
  }
  if (column == "clashres") {
    return model::Stat::ClashResolve;
  }
  if (column == "chainlength") {
    return model::Stat::ChainTooLong;
  }
  for (std::size_t stat = 0; stat < model::kStatCount; ++stat) {
    if (column == model::name(static_cast<model::Stat>(stat))) {
      return static_cast<model::Stat>(stat);
    }
  }
  return std::nullopt;
}

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> result;
  for (std::string word; in >> word;) {
    result.push_back(word);
  }
  return result;
}

// /proc/net/snmp has a line of names and a line of values for each protocol.
std::uint64_t sum_snmp(const std::string& text) {
  std::istringstream in(text);
  std::string names;
  std::string values;
  while (std::getline(in, names) && std::getline(in, values)) {
    if (!names.starts_with("Ip:")) {
      continue;
    }
    const auto columns = words(names);
    const auto cells = words(values);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < columns.size() && i < cells.size(); ++i) {
      if (columns[i] == "InReceives" || columns[i] == "OutRequests") {
        sum += number(cells[i]).value_or(0);
      }
    }
    return sum;
  }
  return 0;
}

// /proc/net/snmp6 has a name and a value a line. Neighbour discovery and multicast reports are
// ICMPv6 that conntrack leaves alone, so ICMPv6 is not counted.
std::uint64_t sum_snmp6(const std::string& text) {
  std::istringstream in(text);
  std::uint64_t packets = 0;
  std::uint64_t icmp = 0;
  std::string name;
  std::uint64_t value = 0;
  while (in >> name >> value) {
    packets += name == "Ip6InReceives" || name == "Ip6OutRequests" ? value : 0;
    icmp += name == "Icmp6InMsgs" || name == "Icmp6OutMsgs" ? value : 0;
  }
  return packets > icmp ? packets - icmp : 0;
}

}  // namespace

Result<std::uint64_t> KernelFiles::read_setting(std::string_view name) const {
  const auto path = proc_ / "sys/net/netfilter" / name;
  auto text = read_file(path);
  if (!text) {
    return std::unexpected(text.error());
  }
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) {
    text->pop_back();
  }
  if (const auto value = number(*text)) {
    return *value;
  }
  return model::fail(EINVAL, path.string() + ": not a number");
}

Result<std::vector<model::CpuStats>> KernelFiles::read_stats() const {
  auto text = read_file(proc_ / "self/net/stat/nf_conntrack");
  if (!text) {
    return std::unexpected(text.error());
  }
  return parse_stat_file(*text);
}

std::optional<std::uint64_t> KernelFiles::read_ip_packets() const {
  const auto ipv4 = read_file(proc_ / "self/net/snmp");
  const auto ipv6 = read_file(proc_ / "self/net/snmp6");
  if (!ipv4 && !ipv6) {
    return std::nullopt;
  }
  return (ipv4 ? sum_snmp(*ipv4) : 0) + (ipv6 ? sum_snmp6(*ipv6) : 0);
}

Result<std::vector<model::CpuStats>> parse_stat_file(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::string line;
  std::getline(in, line);
  const auto columns = words(line);
  if (columns.empty()) {
    return model::fail(EINVAL, "nf_conntrack statistics: no header line");
  }
  std::vector<model::CpuStats> rows;
  while (std::getline(in, line)) {
    const auto cells = words(line);
    if (cells.size() < columns.size()) {
      return model::fail(EINVAL, "nf_conntrack statistics: a row is shorter than the header");
    }
    model::CpuStats row{.cpu = static_cast<std::uint16_t>(rows.size()), .values = {}};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto value = number(cells[i], 16);
      if (!value) {
        return model::fail(EINVAL,
                           "nf_conntrack statistics: not a hexadecimal number: " + cells[i]);
      }
      if (const auto stat = stat_of(columns[i])) {
        row.values[static_cast<std::size_t>(*stat)] = static_cast<std::uint32_t>(*value);
      }
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace ctwarden::nlink
