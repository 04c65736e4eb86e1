// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/talkers.h"

#include <utility>

namespace ctwarden::model {

Talkers::Talkers(HashSecret secret, std::size_t max_keys)
    : hash_(secret), max_keys_(max_keys), live_(hash_, max_keys), arrivals_(hash_) {}

void Talkers::set_max_keys(std::size_t max_keys) {
  max_keys_ = max_keys;
  if (live_.flows() == 0) {
    live_ = Occupancy(hash_, max_keys);
  }
}

void Talkers::prefetch(const FlowEvent& event) const noexcept {
  if (event.kind == EventKind::Update) {
    return;  // nearly all of them change nothing here
  }
  live_.prefetch(event);
  if (shadow_) {
    shadow_->prefetch(event);
  }
  if (event.kind == EventKind::New) {
    arrivals_.prefetch(event, max_keys_ != 0);
  }
}

void Talkers::enters(const FlowEvent& event, bool unreplied) {
  live_.add(event, unreplied);
  if (shadow_) {
    shadow_->add(event, unreplied);
  }
}

void Talkers::stays(const FlowEvent& event, bool was_unreplied, bool unreplied, bool stamped) {
  if (only_stamped_ && !stamped) {
    live_.add(event, unreplied);
  } else if (was_unreplied != unreplied) {
    live_.set_unreplied(event, unreplied);
  }
  if (shadow_ && !stamped) {
    shadow_->add(event, unreplied);
  } else if (shadow_ && was_unreplied != unreplied) {
    shadow_->set_unreplied(event, unreplied);
  }
}

void Talkers::leaves(const FlowEvent& event, bool unreplied, bool stamped) {
  if (stamped || !only_stamped_) {
    live_.remove(event, unreplied);
  }
  if (shadow_ && stamped) {
    shadow_->remove(event, unreplied);
  }
}

void Talkers::begin_resync(bool empty) {
  only_stamped_ = false;
  // Without a slot both would count the same from here on.
  if (!empty) {
    shadow_.emplace(hash_, max_keys_);
  }
}

void Talkers::finish_rows() {
  if (shadow_) {
    live_ = *std::move(shadow_);
    shadow_.reset();
  }
  only_stamped_ = true;
}

std::size_t Talkers::memory_bytes() const {
  return live_.memory_bytes() + (shadow_ ? shadow_->memory_bytes() : 0) + arrivals_.memory_bytes();
}

}  // namespace ctwarden::model
