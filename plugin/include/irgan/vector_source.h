/// Where a live search gets its collection's vectors from, and how new ones replace the old ones.
#pragma once

#include <xapian.h>

#include <memory>
#include <string>

#include "irgan/collection_vectors.h"
#include "irgan/errors.h"

namespace irgan {

/// Hands out the current vectors.
///
/// Threads: safe to share.
class IRGAN_API VectorSource {
 public:
  virtual ~VectorSource() = default;

  /// As ModelSource::get.
  virtual std::shared_ptr<const CollectionVectors> get(const Xapian::Database& db) = 0;
};

/// Vectors that the caller already holds.
IRGAN_API std::shared_ptr<VectorSource> fixed_vectors(std::shared_ptr<const CollectionVectors> vectors);

/// A vector file, looked at again for changes at most once a second, as model_file does; at most 64 GiB.
IRGAN_API std::shared_ptr<VectorSource> vector_file(const std::string& path, ProblemListener on_problem = {});

}  // namespace irgan
