/// The features of a schema, computed from whatever index a reader reads: the one place where training and serving
/// meet.
#pragma once

#include <xapian.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/feature_schema.h"
#include "irgan/query_concepts.h"
#include "plugin/src/features/index_reader.h"
#include "plugin/src/features/known_words.h"
#include "plugin/src/metrics/search_figures.h"

namespace irgan {

/// Threads: one
class FeatureColumns {
 public:
  /// clicks: where fields and values from clicks are read
  /// clicks_are_apart: whether that is another index, whose value slots are not the reader's
  /// Throws: FormatError if the schema names a feature that this build cannot extract
  FeatureColumns(FeatureSchema schema, Xapian::Database clicks, bool clicks_are_apart = false);

  /// As FeatureExtractor::extract, of the index that `index` reads.
  FeatureMatrix extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                        const SearchContext& context, IndexReader& index,
                        const std::function<void()>& before_feature) const;

  const FeatureSchema& schema() const { return schema_; }

  /// The place in kFeatureKindNames of each feature, in their order.
  const std::vector<std::size_t>& kinds() const { return kinds_; }
  /// How many of the contexts that the schema asks for are in which state, by ContextState.
  std::array<std::uint64_t, kNumContextStates> states_of(const SearchContext& context) const;

 private:
  class Extraction;
  void list_slots();
  ReadingList reading_list(const std::vector<QueryConcept>& concepts) const;

  const FeatureSchema schema_;
  const std::vector<FeatureColumn> columns_;
  std::vector<std::size_t> kinds_;
  const std::vector<std::string> context_names_;
  const QueryConceptFinder concept_finder_;
  const Xapian::Database clicks_;
  const bool clicks_are_apart_;
  std::vector<Xapian::valueno> number_slots_;  // of the reader, ascending
  std::vector<Xapian::valueno> text_slots_;
  bool any_query_likelihood_ = false;
  std::unique_ptr<KnownWords> known_words_;  // nothing: no feature weighs words
};

}  // namespace irgan
