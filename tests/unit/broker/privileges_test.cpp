// SPDX-License-Identifier: GPL-2.0-or-later
//
// Root is needed: what is tested is how it is given up.
#include "broker/privileges.h"

#include "tests/unit/broker/forked.h"

#include <sys/prctl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

namespace ctwarden::broker {
namespace {

const Account kStranger{.uid = 65534, .gid = 65533, .name = "stranger"};
constexpr const char* kNone = "0000000000000000";
constexpr const char* kOnlyNetAdmin = "0000000000001000";  // bit 12

std::string read_status() {
  std::ifstream file("/proc/self/status");
  return {std::istreambuf_iterator<char>(file), {}};
}

// Fields of /proc/self/status by name, as the child saw them after `action`.
std::map<std::string, std::string> status_after(const std::function<void()>& action) {
  std::istringstream lines(in_child([&] {
    action();
    return read_status();
  }));
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    EXPECT_NE(colon, std::string::npos) << line;
    const auto value = line.find_first_not_of(" \t", colon + 1);
    fields[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return fields;
}

using Status = std::map<std::string, std::string>;

void expect_five_sets(Status& status, const char* permitted_and_effective) {
  EXPECT_EQ(status["CapPrm"], permitted_and_effective);
  EXPECT_EQ(status["CapEff"], permitted_and_effective);
  EXPECT_EQ(status["CapInh"], kNone);
  EXPECT_EQ(status["CapBnd"], kNone);
  EXPECT_EQ(status["CapAmb"], kNone);
}

TEST(DropEverything, EmptiesAllFiveCapabilitySets) {
  auto status = status_after([] { drop_everything(kStranger); });
  expect_five_sets(status, kNone);
}

TEST(DropEverything, BecomesTheAccount) {
  auto status = status_after([] { drop_everything(kStranger); });
  EXPECT_EQ(status["Uid"], "65534\t65534\t65534\t65534");
  EXPECT_EQ(status["Gid"], "65533\t65533\t65533\t65533");
  EXPECT_EQ(status["Groups"], "");
}

TEST(DropEverything, ForbidsNewPrivileges) {
  auto status = status_after([] { drop_everything(kStranger); });
  EXPECT_EQ(status["NoNewPrivs"], "1");
}

TEST(DropEverything, CannotBeTakenBack) {
  const std::string outcome = in_child([] {
    drop_everything(kStranger);
    return std::string(::setuid(0) == 0 ? "root again" : std::strerror(errno));
  });
  EXPECT_EQ(outcome, std::strerror(EPERM));
}

TEST(DropEverything, LeavesARootThatStaysRootWithoutCapabilities) {
  auto status = status_after([] { drop_everything(std::nullopt); });
  expect_five_sets(status, kNone);
  EXPECT_EQ(status["Uid"], "0\t0\t0\t0");
  EXPECT_EQ(status["NoNewPrivs"], "1");
}

TEST(DropEverything, MayBeDoneTwice) {
  auto status = status_after([] {
    drop_everything(kStranger);
    drop_everything(std::nullopt);
  });
  expect_five_sets(status, kNone);
}

TEST(DropEverything, ThrowsWhenItMayNotChangeTheUser) {
  const std::string outcome = in_child([] {
    drop_everything(std::nullopt);  // CAP_SETGID is gone
    drop_everything(kStranger);
    return std::string("went on");
  });
  EXPECT_NE(outcome.find("exception: drop supplementary groups"), std::string::npos) << outcome;
}

TEST(KeepNetAdmin, KeepsThatCapabilityAlone) {
  auto status = status_after([] { keep_net_admin(kStranger); });
  EXPECT_EQ(status["CapPrm"], kOnlyNetAdmin);
  EXPECT_EQ(status["CapEff"], kOnlyNetAdmin);
  EXPECT_EQ(status["CapInh"], kNone);
  EXPECT_EQ(status["CapAmb"], kNone);
  EXPECT_EQ(status["CapBnd"], kNone);
}

TEST(KeepNetAdmin, BecomesTheAccount) {
  auto status = status_after([] { keep_net_admin(kStranger); });
  EXPECT_EQ(status["Uid"], "65534\t65534\t65534\t65534");
  EXPECT_EQ(status["Gid"], "65533\t65533\t65533\t65533");
  EXPECT_EQ(status["Groups"], "");
  EXPECT_EQ(status["NoNewPrivs"], "1");
}

TEST(KeepNetAdmin, KeepsItAlsoWithoutAChangeOfUser) {
  auto status = status_after([] { keep_net_admin(std::nullopt); });
  EXPECT_EQ(status["CapPrm"], kOnlyNetAdmin);
  EXPECT_EQ(status["CapEff"], kOnlyNetAdmin);
  EXPECT_EQ(status["Uid"], "0\t0\t0\t0");
}

TEST(KeepNetAdmin, RunsOnWithoutTheCapabilityWhereThereIsNone) {
  auto status = status_after([] {
    drop_everything(kStranger);
    keep_net_admin(std::nullopt);
  });
  expect_five_sets(status, kNone);
}

TEST(UnprivilegedAccount, IsNotRoot) {
  const auto account = unprivileged_account();
  ASSERT_TRUE(account.has_value());
  EXPECT_NE(account->uid, 0U);
  EXPECT_NE(account->gid, 0U);
  EXPECT_TRUE(account->name == "ctwarden" || account->name == "nobody") << account->name;
}

TEST(UnprivilegedAccount, IsNoneForAUserWhoIsNotRoot) {
  const std::string outcome = in_child([] {
    drop_everything(kStranger);
    return std::string(unprivileged_account() ? "an account" : "none");
  });
  EXPECT_EQ(outcome, "none");
}

TEST(UnprivilegedAccount, IsNoneForARootThatMayNotChangeItsUser) {
  const std::string outcome = in_child([] {
    drop_everything(std::nullopt);
    return std::string(unprivileged_account() ? "an account" : "none");
  });
  EXPECT_EQ(outcome, "none");
}

}  // namespace
}  // namespace ctwarden::broker
