// SPDX-License-Identifier: GPL-2.0-or-later
//
// A watched node whose findings are looked at.
#pragma once

#include "tests/kernel/watched_node.h"

namespace ctwarden::tests {

class FoundNode : public WatchedNode {
 protected:
  [[nodiscard]] static std::string page() {
    const auto answer = http_get(kAddress, "/");
    return answer ? answer->body : answer.error().context;
  }
  [[nodiscard]] static std::string page_over_unix(const std::string& path) {
    const auto answer = http_get("unix:" + path, "/");
    return answer ? answer->body : answer.error().context;
  }
  [[nodiscard]] bool stands(const std::string& finding, const std::string& severity) const {
    return scrape_now().value("ctwarden_finding", {{"finding", finding}, {"severity", severity}}) >=
           1;
  }
  // The rules look every five seconds.
  [[nodiscard]] testing::AssertionResult finds(const std::string& finding,
                                               const std::string& severity) const {
    const bool found =
        eventually(std::chrono::seconds(30), [&] { return stands(finding, severity); });
    return found ? testing::AssertionSuccess() : testing::AssertionFailure() << daemon_->log();
  }
};

}  // namespace ctwarden::tests
