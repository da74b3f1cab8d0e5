/// Builds an index from JSON Lines documents.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "irgan/errors.h"
#include "irgan/index_layout.h"

namespace irgan {

/// How far build_index() has come.
struct IndexingProgress {
  std::size_t num_documents = 0;
  std::uint64_t num_bytes = 0;  ///< of the documents' lines, unpacked
};

struct IndexBuilderOptions {
  std::string db;                                               ///< the folder of the index to make
  std::vector<std::string> files;                               ///< documents
  std::string id = "id";                                        ///< key of the document's id
  std::vector<std::pair<std::string, std::string>> fields;      ///< key, term prefix; the first is the title
  std::vector<std::pair<std::string, Xapian::valueno>> values;  ///< key, slot
  std::string stemmer = "english";                              ///< or none
  bool ngrams = false;                                          ///< Chinese and Japanese: see IndexLayout::has_ngrams
  bool overwrite = false;                                       ///< replace an index that is there
  unsigned num_threads = 0;                                     ///< 0: one a processor
  std::function<void(const IndexingProgress&)> on_progress;     ///< called after each document, if set
};

struct BuiltIndex {
  std::string path;
  std::size_t num_documents = 0;
  IndexLayout layout;
  std::size_t num_mended = 0;           ///< documents with halves of characters, which became U+FFFD
  std::string mended;                   ///< where the first of them stands: path:line
  std::size_t num_with_lost_words = 0;  ///< documents with words of more than 64 bytes, which Xapian drops
  std::string lost_words;               ///< where the first of them stands
  std::size_t num_unparted = 0;         ///< documents with Chinese or Japanese, if it is not indexed by n-grams
};

/// Builds the index beside `db`, in parts if it has more than a thousand documents, and moves it there when it is
/// whole. But for its UUID it is the same at any number of threads.
///
/// Throws: ConfigError for bad options, or if `db` exists and may not be overwritten; FormatError at path:line for a
/// bad
///         document; Error if there are no documents, or none has a key. `db` is untouched then.
IRGAN_API BuiltIndex build_index(const IndexBuilderOptions& options);

}  // namespace irgan
