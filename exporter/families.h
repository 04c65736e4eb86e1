// SPDX-License-Identifier: GPL-2.0-or-later
//
// The groups of families one exposition consists of, in the order they are printed. Each adds what
// the snapshot knows.
#pragma once

#include "exporter/exposition.h"
#include "exporter/metric_families.h"
#include "model/snapshot.h"

namespace ctwarden::exporter {

// What the kernel itself says: entries, limit, buckets, tracking, statistics.
void add_kernel_families(Exposition& out, const model::Snapshot& snapshot,
                         const ExportOptions& options);

// What our picture says: composition and churn.
void add_picture_families(Exposition& out, const model::Snapshot& snapshot);

// Who fills the table: services, sources, SNAT pools.
void add_talker_families(Exposition& out, const model::Snapshot& snapshot);

// How far the picture can be believed: events, loss, sync, resyncs, dumps.
void add_trust_families(Exposition& out, const model::Snapshot& snapshot);

// What is wrong with this node, by the rules of model/findings.
void add_finding_families(Exposition& out, const model::Snapshot& snapshot);

}  // namespace ctwarden::exporter
