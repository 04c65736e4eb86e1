// SPDX-License-Identifier: GPL-2.0-or-later
//
// A Prometheus text exposition as a map, read by its own small parser: an independent check of what
// the daemon serves.
#pragma once

#include "model/result.h"
#include "tests/support/http_client.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ctwarden::tests {

using Labels = std::map<std::string, std::string>;

class Metrics {
 public:
  // Fails with the line that is no sample; comments are skipped. A sample given twice is an error.
  [[nodiscard]] static model::Result<Metrics> parse(std::string_view text);

  // Absent when there is no sample with exactly these labels.
  [[nodiscard]] std::optional<double> value(const std::string& name,
                                            const Labels& labels = {}) const;

  // Over all samples of that name, whatever their labels; 0 when there is none.
  [[nodiscard]] double sum(const std::string& name) const;

  [[nodiscard]] const std::map<std::string, std::map<Labels, double>>& all() const {
    return samples_;
  }

 private:
  std::map<std::string, std::map<Labels, double>> samples_;
};

// GET /metrics; an answer other than 200 is an error with its status and body.
[[nodiscard]] model::Result<Metrics> scrape(const std::string& address);

}  // namespace ctwarden::tests
