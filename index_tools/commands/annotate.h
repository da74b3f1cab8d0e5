/// The command `annotate`: adds what features need to an existing index.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"

namespace irgan {

struct AnnotateOptions {
  DatabaseOptions database;
  bool field_lengths = false;
  bool ids = false;
  std::vector<std::string> values;    ///< TSV:SLOT or TSV:NAME
  std::vector<std::string> pagerank;  ///< LINKS:SLOT or LINKS:NAME
  LabelOptions log;                   ///< without judgments
  BehaviourOptions behaviour;
};

void add_options(AnnotateOptions& options, OptionTable& table);

/// Adds value slots to every document of every shard and writes them into the index's layout. Slots that other programs
/// filled stay as they are. What a click log says of documents replaces what an earlier one said.
///
/// Throws: FormatError at path:line for a bad number or link; ConfigError for a slot that holds something else; Error
/// if
///         an indexer is at work; what reading a log throws; no shard is changed then
void run(const AnnotateOptions& options, std::ostream& out);

}  // namespace irgan
