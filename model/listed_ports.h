// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which services have series of their own: the fullest now, and those that were a moment ago, so
// that a series does not come and go with every look. The others are one number a protocol.
//
// No count ever goes back: a service's counter holds the flows that were created while it was
// listed and goes on where it stopped when it is listed again; `other` holds the rest. So the sum
// of what every series said last is every flow.
#pragma once

#include "model/arrivals.h"
#include "model/occupancy.h"
#include "model/service.h"
#include "model/talker_lines.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace ctwarden::model {

class ListedPorts {
 public:
  // Lists at least the `n` fullest services, at most twice as many. Between two looks fewer than
  // 2^32 flows may be created for a service.
  [[nodiscard]] PortLines look(const Occupancy& occupancy, const Arrivals& arrivals, std::size_t n);

 private:
  void drop(const Occupancy& occupancy, const std::vector<std::size_t>& first, std::size_t n);
  void account(const Arrivals& arrivals);
  void join(const Arrivals& arrivals, const std::vector<std::size_t>& first);

  struct Listed {
    Service service;
    std::uint32_t seen = 0;  // of Arrivals::created
  };
  std::vector<Listed> listed_;
  std::map<Service, std::uint64_t> created_;  // of every service that ever was listed
  std::array<std::uint64_t, 2> other_created_{};
  std::array<std::uint64_t, 2> total_seen_{};
};

}  // namespace ctwarden::model
