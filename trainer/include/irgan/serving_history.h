/// Which model an index served since when.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/model.h"

namespace irgan {

/// Metadata key under which `store` writes the history down.
inline constexpr const char* kHistoryKey = "irgan.history";

/// One change of what an index serves.
struct ServingChange {
  std::string when;     ///< UTC, as 2024-05-01T12:30:05Z
  std::string version;  ///< of the model that serves from then on; empty: none
  std::string how;      ///< "stored", "previous" or "none"
  std::string figures;  ///< of its training, in words; empty: it has none
};

/// Returns the changes, the oldest first. Lines that cannot be read are left out.
IRGAN_API std::vector<ServingChange> serving_history(const Xapian::Database& db);

/// Writes one more change into the metadata of `shard`, which is not committed. Only the latest hundred are kept.
IRGAN_API void add_to_history(const ServingChange& change, Xapian::WritableDatabase& shard);

/// Returns what training found of the model, such as "nDCG@10 0.4910, search 0.3971, p 0.0001, 225 queries".
IRGAN_API std::string figures_of(const Model& model);

}  // namespace irgan
