/// From an index to the vectors of its terms and documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "irgan/collection_vectors.h"
#include "irgan/site.h"

namespace irgan {

struct VectorOptions {
  int dimensions = 256;
  std::size_t min_documents = 2;    ///< a term in fewer has no vector
  double max_document_share = 0.2;  ///< nor has one in a larger share of the documents
  std::uint64_t seed = 1;
  unsigned num_threads = 0;  ///< 0: one a processor
  /// Whose term vectors are kept: documents get theirs from their terms of today, and towers that were learnt on them
  /// still fit. Nothing: term vectors are made of this index.
  std::shared_ptr<const CollectionVectors> from;
  std::function<void(double share_done)> on_progress;
};

/// Returns the bytes of a vector file: of the terms without a field's prefix, or of all text fields where there are
/// none.
///
/// Source:  latent semantic analysis (Deerwester et al., 1990) of log(1 + wdf) idf, rows of length 1
/// Throws:  ConfigError naming a member that is out of range, or where options.from has other terms than this index;
///          Error if no term is in enough documents
/// Cost:    one pass over the postings; memory for 24 bytes a posting, 1.1 kB a term and some 600 bytes a document
/// Threads: shared out; the result does not depend on their number
std::string make_vectors(const Site& site, const VectorOptions& options = {});

}  // namespace irgan
