// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/kernel_files.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>

namespace ctwarden::nlink {
namespace {

using model::Stat;

// As 6.1 and 6.18 print it.
constexpr const char* kTwoCpus =
    "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop "
    "early_drop icmp_error  expect_new expect_create expect_delete search_restart\n"
    "0000002a  00000001 0000000a 00000000 00000003 00000000 00000000 00000004 00000005 00000006 "
    "00000007 00000008 00000009  00000000 00000000 00000000 0000000b\n"
    "0000002a  00000000 000000ff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
    "00000000 00000000 00000000  00000000 00000000 00000000 ffffffff\n";

// Before 5.10: "searched" and "delete_list" stood where newer kernels have other counters.
constexpr const char* kOldKernel =
    "entries  searched found new invalid ignore delete delete_list insert insert_failed drop "
    "early_drop icmp_error  expect_new expect_create expect_delete search_restart\n"
    "00000005  00000011 00000022 00000000 00000033 00000044 00000000 00000055 00000066 00000077 "
    "00000088 00000099 000000aa  00000000 00000000 00000000 000000bb\n";

std::optional<std::uint32_t> value(const model::CpuStats& cpu, Stat stat) {
  return cpu.values[static_cast<std::size_t>(stat)];
}

TEST(StatFile, GivesOneRowPerCpu) {
  const auto cpus = parse_stat_file(kTwoCpus);
  ASSERT_TRUE(cpus.has_value());
  ASSERT_EQ(cpus->size(), 2U);
  EXPECT_EQ((*cpus)[0].cpu, 0);
  EXPECT_EQ((*cpus)[1].cpu, 1);
}

TEST(StatFile, IsReadByColumnNameInHexadecimal) {
  const auto cpus = parse_stat_file(kTwoCpus);
  ASSERT_TRUE(cpus.has_value());
  const model::CpuStats& first = cpus->front();
  EXPECT_EQ(value(first, Stat::ClashResolve), 1U);
  EXPECT_EQ(value(first, Stat::Found), 10U);
  EXPECT_EQ(value(first, Stat::Invalid), 3U);
  EXPECT_EQ(value(first, Stat::ChainTooLong), 4U);
  EXPECT_EQ(value(first, Stat::Insert), 5U);
  EXPECT_EQ(value(first, Stat::InsertFailed), 6U);
  EXPECT_EQ(value(first, Stat::Drop), 7U);
  EXPECT_EQ(value(first, Stat::EarlyDrop), 8U);
  EXPECT_EQ(value(first, Stat::Error), 9U);
  EXPECT_EQ(value(first, Stat::SearchRestart), 11U);
  EXPECT_EQ(value(cpus->back(), Stat::SearchRestart), 0xFFFFFFFFU);
}

TEST(StatFile, OfAnOldKernelHasNoClashesAndNoChains) {
  const auto cpus = parse_stat_file(kOldKernel);
  ASSERT_TRUE(cpus.has_value());
  EXPECT_EQ(value(cpus->front(), Stat::ClashResolve), std::nullopt);
  EXPECT_EQ(value(cpus->front(), Stat::ChainTooLong), std::nullopt);
}

TEST(StatFile, OfAnOldKernelGivesTheOtherCounters) {
  const auto cpus = parse_stat_file(kOldKernel);
  ASSERT_TRUE(cpus.has_value());
  EXPECT_EQ(value(cpus->front(), Stat::Found), 0x22U);
  EXPECT_EQ(value(cpus->front(), Stat::Invalid), 0x33U);
  EXPECT_EQ(value(cpus->front(), Stat::Insert), 0x66U);
  EXPECT_EQ(value(cpus->front(), Stat::Error), 0xAAU);
  EXPECT_EQ(value(cpus->front(), Stat::SearchRestart), 0xBBU);
}

TEST(StatFile, MayHaveColumnsNobodyKnowsInAnyOrder) {
  const auto cpus = parse_stat_file("drop novelty found\n00000001 00000002 00000003\n");
  ASSERT_TRUE(cpus.has_value());
  EXPECT_EQ(value(cpus->front(), Stat::Drop), 1U);
  EXPECT_EQ(value(cpus->front(), Stat::Found), 3U);
}

TEST(StatFile, WithAHeaderAloneHasNoCpus) {
  const auto cpus = parse_stat_file("entries clashres\n");
  ASSERT_TRUE(cpus.has_value());
  EXPECT_TRUE(cpus->empty());
}

TEST(StatFile, IsRefusedWhenMalformed) {
  for (const char* text : {
           "",                                  // nothing
           "\n",                                // an empty header
           "found drop\n00000001\n",            // a row that is too short
           "found drop\n\n",                    // an empty row
           "found drop\n00000001 xyz\n",        // not a number
           "found drop\n00000001 0x2\n",        // not as the kernel writes it
           "found drop\n00000001 -1\n",         // a sign
           "found drop\n1 10000000000000000\n"  // more than 64 bits
       }) {
    const auto cpus = parse_stat_file(text);
    ASSERT_FALSE(cpus.has_value()) << text;
    EXPECT_EQ(cpus.error().code, EINVAL) << text;
  }
}

class KernelFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "kernel_files.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] KernelFiles files() const { return KernelFiles(root_); }

  std::filesystem::path root_;
};

TEST_F(KernelFilesTest, ReadsASetting) {
  write("sys/net/netfilter/nf_conntrack_count", "4242\n");
  EXPECT_EQ(files().read_setting("nf_conntrack_count"), 4242U);
}

TEST_F(KernelFilesTest, MissingSettingIsNoEntry) {
  const auto setting = files().read_setting("nf_conntrack_count");
  ASSERT_FALSE(setting.has_value());
  EXPECT_EQ(setting.error().code, ENOENT);
  EXPECT_NE(setting.error().context.find("nf_conntrack_count"), std::string::npos);
}

TEST_F(KernelFilesTest, SettingThatIsNotANumberIsRefused) {
  for (const char* text : {"", "\n", "many\n", "12 34\n", "-1\n", "99999999999999999999999\n"}) {
    write("sys/net/netfilter/nf_conntrack_max", text);
    const auto setting = files().read_setting("nf_conntrack_max");
    ASSERT_FALSE(setting.has_value()) << text;
    EXPECT_EQ(setting.error().code, EINVAL) << text;
  }
}

TEST_F(KernelFilesTest, FolderInPlaceOfASettingIsAnError) {
  std::filesystem::create_directories(root_ / "sys/net/netfilter/nf_conntrack_max");
  EXPECT_EQ(files().read_setting("nf_conntrack_max").error().code, EISDIR);
}

TEST_F(KernelFilesTest, ReadsTheStatisticsOfThisNamespace) {
  write("self/net/stat/nf_conntrack", kTwoCpus);
  const auto cpus = files().read_stats();
  ASSERT_TRUE(cpus.has_value());
  EXPECT_EQ(cpus->size(), 2U);
}

TEST_F(KernelFilesTest, StatisticsOfManyCpusAreReadWhole) {
  const std::string text = kTwoCpus;
  const std::string row = text.substr(text.rfind("\n", text.size() - 2) + 1);
  std::string many = text.substr(0, text.find('\n') + 1);
  for (int cpu = 0; cpu < 512; ++cpu) {
    many += row;
  }
  write("self/net/stat/nf_conntrack", many);
  const auto cpus = files().read_stats();
  ASSERT_TRUE(cpus.has_value());
  EXPECT_EQ(cpus->size(), 512U);
  EXPECT_EQ(cpus->back().cpu, 511);
}

TEST_F(KernelFilesTest, MissingStatisticsAreNoEntry) {
  EXPECT_EQ(files().read_stats().error().code, ENOENT);
}

constexpr const char* kSnmp =
    "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos "
    "InDiscards InDelivers OutRequests OutDiscards\n"
    "Ip: 1 64 1000 0 0 0 0 0 900 200 0\n"
    "Icmp: InMsgs InErrors\n"
    "Icmp: 7 0\n"
    "Tcp: InReceives OutRequests\n"
    "Tcp: 50000 60000\n";

constexpr const char* kSnmp6 =
    "Ip6InReceives                   \t100\n"
    "Ip6InHdrErrors                  \t5\n"
    "Ip6OutRequests                  \t40\n"
    "Icmp6InMsgs                     \t30\n"
    "Icmp6OutMsgs                    \t20\n";

TEST_F(KernelFilesTest, PacketsAreThoseOfBothFamiliesWithoutIcmpv6) {
  write("self/net/snmp", kSnmp);
  write("self/net/snmp6", kSnmp6);
  EXPECT_EQ(files().read_ip_packets(), 1000U + 200 + 100 + 40 - 30 - 20);
}

TEST_F(KernelFilesTest, PacketsAreThoseOfIpv4WhereIpv6IsOff) {
  write("self/net/snmp", kSnmp);
  EXPECT_EQ(files().read_ip_packets(), 1200U);
}

TEST_F(KernelFilesTest, PacketsAreAbsentWhereNeitherFileIs) {
  EXPECT_EQ(files().read_ip_packets(), std::nullopt);
}

TEST_F(KernelFilesTest, PacketsAreNeverLessThanNone) {
  write("self/net/snmp6", "Ip6InReceives 10\nIcmp6InMsgs 30\n");
  EXPECT_EQ(files().read_ip_packets(), 0U);
}

TEST(KernelFiles, FindThePacketsOfTheRunningKernel) {
  EXPECT_TRUE(KernelFiles().read_ip_packets().has_value());
}

}  // namespace
}  // namespace ctwarden::nlink
