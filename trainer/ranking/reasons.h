/// Why a hit has its score, and why one hit stands above another.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "irgan/errors.h"
#include "irgan/reranked_page.h"

namespace irgan {

/// What remembered clicks are called beside the names of features.
inline constexpr const char* kMemoryReason = "memory";

/// A feature, or kMemoryReason, and what it adds.
using Reason = std::pair<std::string, double>;

/// Returns what each feature, and the memory if it counts, adds to the hit's score over that of a mean candidate, the
/// largest by size first.
///
/// features: of the model that explained the hit
IRGAN_API std::vector<Reason> reasons_of(const RankedHit& hit, const std::vector<std::string>& features);

/// Returns what speaks for `upper` over `lower` (above 0) and against (below 0), the largest by size first. They add up
/// to gap_between() within the error of integrated gradients.
IRGAN_API std::vector<Reason> reasons_between(const RankedHit& upper, const RankedHit& lower,
                                              const std::vector<std::string>& features);

/// Returns by how much `upper` is ahead: the difference of the scores, or, with a memory, the logarithm of how many
/// times likelier it is clicked.
IRGAN_API double gap_between(const RankedHit& upper, const RankedHit& lower);

}  // namespace irgan
