// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/rules.h"

#include <algorithm>

namespace ctwarden::model {

std::vector<Finding> find_all(const Observation& seen) {
  std::vector<Finding> findings;
  find_pressure(seen, findings);
  find_pools(seen, findings);
  find_failures(seen, findings);
  find_traffic(seen, findings);
  find_settings(seen, findings);
  find_blindness(seen, findings);
  std::ranges::stable_sort(findings, std::ranges::greater{}, &Finding::severity);
  return findings;
}

}  // namespace ctwarden::model
