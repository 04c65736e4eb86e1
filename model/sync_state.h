// SPDX-License-Identifier: GPL-2.0-or-later
//
// How wrong the picture can be. A lost event is repaired by the next resync that began after the
// loss and completed; until then the picture is out of sync, and every count may be off by as many
// flows as messages were lost. Flows that cannot announce their end (silent) may have gone since
// the last dump, so they widen the bound too.
#pragma once

#include <cstdint>
#include <optional>

namespace ctwarden::model {

class SyncState {
 public:
  // `losses` is the running total of messages that never reached the table, for whatever reason.
  void set_losses(std::uint64_t losses) { losses_ = losses; }
  void resync_began() {
    at_begin_ = losses_;
    streaming_at_begin_ = streaming_;
  }
  void resync_completed() {
    repaired_ = at_begin_;
    has_picture_ = true;
    continuous_ = streaming_at_begin_ && streaming_;
  }
  // False while the event stream is missing or switched off: the picture is then as old as the last
  // dump, and stays in doubt until a resync that began with the stream running is complete.
  void set_streaming(bool streaming) {
    streaming_ = streaming;
    if (!streaming) {
      streaming_at_begin_ = false;
      continuous_ = false;
    }
  }

  [[nodiscard]] bool has_picture() const { return has_picture_; }
  [[nodiscard]] bool streaming() const { return streaming_; }
  [[nodiscard]] std::uint64_t unrepaired() const { return losses_ - repaired_; }
  // Something only a resync can repair.
  [[nodiscard]] bool needs_repair() const {
    return unrepaired() != 0 || (streaming_ && !continuous_);
  }
  // The same once the resync that began last is complete.
  [[nodiscard]] bool will_need_repair() const {
    return losses_ != at_begin_ || (streaming_ && !streaming_at_begin_);
  }
  [[nodiscard]] bool in_sync() const { return has_picture_ && continuous_ && unrepaired() == 0; }
  // Absent when nothing bounds the error: no dump yet, or events missing since.
  [[nodiscard]] std::optional<std::uint64_t> error_bound(std::uint64_t silent_flows) const {
    if (!has_picture_ || !continuous_) {
      return std::nullopt;
    }
    return unrepaired() + silent_flows;
  }

 private:
  std::uint64_t losses_ = 0;
  std::uint64_t at_begin_ = 0;
  std::uint64_t repaired_ = 0;
  bool has_picture_ = false;
  bool streaming_ = false;
  bool streaming_at_begin_ = false;
  bool continuous_ = false;  // every event since the beginning of the last completed resync was
                             // received or counted lost
};

}  // namespace ctwarden::model
