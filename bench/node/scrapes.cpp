// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/node/scrapes.h"

#include "bench/stage/readers.h"
#include "bench/stage/spread.h"
#include "tests/support/http_client.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>

namespace ctwarden::bench {

double Scrapes::share(double below) const { return percentile(milliseconds, below); }

Scrapes scrape_while(const std::function<bool()>& more, std::chrono::milliseconds interval) {
  using Clock = std::chrono::steady_clock;
  Scrapes scrapes;
  do {
    const auto begin = Clock::now();
    const auto answer = tests::http_get(kMetricsAddress, "/metrics");
    const auto end = Clock::now();
    if (!answer || answer->status != 200) {
      throw std::runtime_error("scrape: " + (answer ? "status " + std::to_string(answer->status)
                                                    : answer.error().context));
    }
    scrapes.bytes = std::max(scrapes.bytes, answer->body.size());
    scrapes.milliseconds.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
    std::this_thread::sleep_until(begin + interval);
  } while (more());
  return scrapes;
}

}  // namespace ctwarden::bench
