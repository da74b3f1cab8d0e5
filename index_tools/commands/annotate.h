/// The command `annotate`: adds what features need to an existing index.
#pragma once

#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/showing/console.h"
#include "trainer/site/index_annotator.h"

namespace irgan {

struct AnnotateOptions {
  DatabaseOptions database;
  AnnotationOptions annotation;
  std::vector<std::string> values;    ///< FILE:SLOT or FILE:NAME
  std::vector<std::string> pagerank;  ///< the same
  LabelOptions log;                   ///< without judgments
  BehaviourOptions behaviour;
};

void add_options(AnnotateOptions& options, OptionTable& table);

/// Throws: as annotate()
void run(const AnnotateOptions& options, const Console& console);

}  // namespace irgan
