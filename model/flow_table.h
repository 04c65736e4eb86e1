// SPDX-License-Identifier: GPL-2.0-or-later
//
// The picture of the kernel's conntrack table: fed with events and dump rows, it keeps the index,
// the composition, the churn counters and the lifetimes. Pure: time is an argument, in seconds from
// an epoch the caller keeps.
//
// A dump repairs any drift (begin_resync, apply rows and events in any interleaving, finish_rows,
// sweep). The rules:
//   - a row whose flow was destroyed while the dump ran is stale: a tombstone keeps it out, a NEW
//     clears it (a re-created tuple gets the same id);
//   - a flow already stamped by an event in this generation knows better than a row that may have
//     been built earlier; a NEW read after its row does not take back what the row said;
//   - what the new generation did not stamp no longer exists: swept;
//   - a flow known only from a row is "silent": with nf_conntrack_events=2 the kernel allocates the
//     event extension only while somebody listens, so a flow older than that never sends DESTROY
//     (net/netfilter/nf_conntrack_ecache.c).
// Who the flows belong to is counted beside (model/talkers.h): a slot names no address.
#pragma once

#include "model/flow.h"
#include "model/flow_index.h"
#include "model/keyed_hash.h"
#include "model/life_table.h"
#include "model/snapshot.h"
#include "model/talkers.h"

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctwarden::model {

struct SweepCounts {
  std::uint64_t ghosts = 0;   // should have sent DESTROY
  std::uint64_t silent = 0;   // could not
  std::uint64_t missing = 0;  // rows without a NEW, before or since
};

class FlowTable {
 public:
  // 24 bytes each in the set: 24 MiB at most. A dump of a million flows takes about two seconds, so
  // this allows half a million ends a second while it runs.
  static constexpr std::size_t kMaxTombstones = 1'000'000;

  // Beyond `max_flows` flows are counted, not stored.
  FlowTable(HashSecret secret, std::uint64_t max_flows, std::size_t max_tombstones = kMaxTombstones,
            std::size_t max_talkers = Talkers::kMaxKeys);

  [[nodiscard]] FlowKey key_of(const FlowEvent& event) const noexcept {
    return {.hash = hash_(event.original), .id = event.id.value_or(0)};
  }
  void prefetch(const FlowEvent& event, FlowKey key) const noexcept {
    index_.prefetch(key);
    talkers_.prefetch(event);
  }

  // `key` must be key_of(event). False for an update of a flow that is not in the table.
  bool apply(const FlowEvent& event, FlowKey key, std::uint32_t now_seconds);

  // Call when every event that was queued before has been applied: what is lost up to here, the
  // dump repairs. `expected`: the flows the dump will show at least, if known.
  void begin_resync(std::uint64_t expected = 0);
  // Rows are complete. Call when every event that was queued before has been applied; then
  // sweep(0..kTables-1), all of them before the next begin_resync.
  SweepCounts finish_rows();
  SweepCounts sweep(std::size_t table, std::uint32_t now_seconds);
  void abort_resync();
  [[nodiscard]] bool resyncing() const { return resyncing_; }
  // Too many flows ended while the dump ran: its rows can no longer be told from stale ones and are
  // ignored from here on. Abort it; a sweep would remove flows that exist.
  [[nodiscard]] bool tombstones_full() const { return tombstones_full_; }

  [[nodiscard]] Composition composition() const;
  // UDP flows of one small table with translated destination, unreplied and older than this.
  [[nodiscard]] std::uint64_t count_unanswered_dnat(std::size_t table, std::uint32_t now_seconds,
                                                    std::uint32_t older_than);
  [[nodiscard]] const Churn& churn() const { return churn_; }
  [[nodiscard]] const EventCounts& events() const { return events_; }
  // How long flows live, up to now.
  [[nodiscard]] const LifeTable& lives(std::uint32_t now_seconds) {
    lives_.advance(now_seconds);
    return lives_;
  }
  [[nodiscard]] std::uint64_t size() const { return index_.size(); }
  [[nodiscard]] std::uint64_t silent() const { return silent_; }
  // Flows that found no room, at most; counted anew by every completed dump.
  [[nodiscard]] std::uint64_t unstored() const { return unstored_; }
  [[nodiscard]] std::size_t memory_bytes() const { return index_.memory_bytes(); }
  void set_max_flows(std::uint64_t max_flows) { max_flows_ = max_flows; }
  [[nodiscard]] const Talkers& talkers() const { return talkers_; }
  [[nodiscard]] Talkers& talkers() { return talkers_; }

 private:
  void apply_new(const FlowEvent& event, FlowKey key, std::uint32_t now);
  bool apply_update(const FlowEvent& event, FlowKey key, std::uint32_t now);
  void apply_destroy(const FlowEvent& event, FlowKey key, std::uint32_t now);
  void apply_row(const FlowEvent& event, FlowKey key, std::uint32_t now);
  void count_end(const FlowEvent& event);
  FlowSlot* find_or_store(FlowKey key, std::uint64_t& unstored);
  void fill(FlowSlot& slot, const FlowEvent& event);
  void follow(FlowSlot& slot, const FlowEvent& event, std::uint32_t now);
  void count(const FlowSlot& slot, std::int64_t by);
  void refill(FlowSlot& slot, const FlowEvent& event);
  void observe_lifetime(const FlowSlot& slot, const FlowEvent& event, std::uint32_t now);

  KeyedHash hash_;
  std::uint64_t max_flows_;
  std::size_t max_tombstones_;
  FlowIndex index_;
  LifeTable lives_;
  Churn churn_;
  EventCounts events_;  // created, updated, destroyed and unmatched only
  std::uint64_t silent_ = 0;
  std::uint64_t unstored_ = 0;
  std::uint64_t unstored_at_begin_ = 0;
  std::uint64_t unstored_rows_ = 0;  // of the dump that runs

  std::array<std::array<std::uint64_t, kTcpStateCount>, kProtocolCount> by_state_{};
  std::array<std::uint64_t, 2> by_family_{};
  std::array<std::uint64_t, kFlowStatusCount> by_status_{};
  std::vector<std::uint32_t>
      by_zone_;  // one count a zone, allocated when a zone other than 0 appears
  std::uint64_t zone0_ = 0;
  Talkers talkers_;

  std::uint32_t generation_ = 1;
  std::uint32_t aborts_ = 0;  // since the last completed sweep
  bool resyncing_ = false;
  bool tombstones_full_ = false;
  std::uint64_t missing_ = 0;
  struct KeyHasher {
    using is_avalanching = void;
    std::size_t operator()(const FlowKey& key) const noexcept { return key.hash; }
  };
  boost::unordered_flat_set<FlowKey, KeyHasher> tombstones_;
};

}  // namespace ctwarden::model
