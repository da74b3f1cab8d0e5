/// Adds to an existing index what features need: lengths, ids, numbers, and what clicks say.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "irgan/click_log.h"
#include "irgan/errors.h"
#include "irgan/index_layout.h"
#include "irgan/query_file.h"
#include "irgan/site.h"

namespace irgan {

/// A file of two columns, and the value slot that its numbers are for.
struct ValueFile {
  std::string path;
  std::string target;  ///< a name, as features call the value, or the number of a slot
};

/// A click log, and how it counts.
struct AnnotatedClicks {
  std::vector<QueryRow> queries;  ///< whose ids the log may give
  /// Reads the log once, each row with its query's id.
  std::function<void(const std::function<void(const ClickRow& row, const std::string& query_id)>& each)> read;
  std::string name;  ///< of the log, for messages
  BehaviourOptions behaviour;
};

struct AnnotationOptions {
  bool field_lengths = false;       ///< of fields that lack them
  bool ids = false;                 ///< each document's unique-id term
  std::vector<ValueFile> values;    ///< lines id<TAB>number
  std::vector<ValueFile> pagerank;  ///< lines id<TAB>id, links between documents
  std::optional<AnnotatedClicks> clicks;
  std::function<void(double share_done)> on_progress = [](double) {};
};

struct AnnotationReport {
  std::size_t num_documents = 0;       ///< in the index
  std::size_t num_changed = 0;         ///< of them, those that were not yet as they should be
  std::size_t num_values = 0;          ///< written
  std::size_t num_unknown_values = 0;  ///< of documents that the index does not have

  std::size_t num_without_id = 0;  ///< documents that have no unique-id term to store

  // Of clicks:
  std::size_t num_clicked_documents = 0;
  std::size_t num_unknown_documents = 0;  ///< that the index does not have
  std::size_t num_words = 0;              ///< of enough sessions to be kept
  std::size_t num_queries = 0;
};

/// Adds value slots to every document of every shard and writes them into the index's layout. Slots that other programs
/// filled stay as they are. What a click log says of documents replaces what an earlier one said.
///
/// Throws: FormatError at path:line for a bad number or link; ConfigError for a slot that holds something else, or if
///         the index has no unique-id terms; Error if an indexer is at work, or the log has no clicks; what reading the
///         log throws. No shard is changed then.
IRGAN_API AnnotationReport annotate(const Site& site, const AnnotationOptions& options);

}  // namespace irgan
