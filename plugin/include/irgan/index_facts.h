/// What a model knows of the index that it was trained on.
#pragma once

#include <cstdint>
#include <string>

namespace irgan {

/// The index that a model was trained on, to notice when it is used on another.
struct IndexFacts {
  std::string uuid;  ///< of every shard, joined by ":"; empty for ready-made feature rows
  std::uint64_t num_documents = 0;
  double average_length = 0.0;  ///< terms a document
  std::string id_prefix;        ///< of the unique-id terms; empty: document ids are docids
};

}  // namespace irgan
