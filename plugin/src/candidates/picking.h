/// The generator's picks from the whole collection, put beside the candidates of a search: the same in training and in
/// a live search.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/collection_vectors.h"
#include "irgan/feature_schema.h"
#include "irgan/model.h"
#include "irgan/query_words.h"
#include "plugin/src/features/remote_index.h"

namespace irgan {

/// Picks for the searches of one Database.
///
/// Threads: one
class IRGAN_API Picker {
 public:
  /// Throws: Error if the vectors are of another index than `db`, or of another stemmer than the schema's
  Picker(Xapian::Database db, std::shared_ptr<const CollectionVectors> vectors, const FeatureSchema& schema);

  /// Returns what the towers look for; nothing if no word of the query has a vector.
  ///
  /// text:     as typed; empty: the words are read from `query`
  /// Requires: towers of the vectors' basis
  VectorQuery wanted(const Towers& towers, const Xapian::Query& query, const std::string& text = "");

  /// Adds those of the `count` best documents of the collection that are not among the candidates, the best first, as
  /// far as the query's filters and the decider let them. Their first-stage score is missing. Documents that came into
  /// the index after the vectors are not picked.
  void add(const VectorQuery& wanted, const Xapian::Query& query, const Xapian::MatchDecider* mdecider,
           std::size_t count, std::vector<Candidate>& candidates) const;
  /// The same of an index behind a server, of which `index` then reads what was added.
  ///
  /// Throws: Error if the vectors hold no ids
  /// Cost:   a search by the server
  void add_remote(const VectorQuery& wanted, const Xapian::Query& query, std::size_t count, RemoteIndex& index,
                  std::vector<Candidate>& candidates) const;
  /// The same for these documents, in their order.
  void add_allowed(const std::vector<Xapian::docid>& documents, const Xapian::Query& query,
                   const Xapian::MatchDecider* mdecider, std::vector<Candidate>& candidates) const;

  /// Sets the generator's score of each candidate; of a document that has no vector in the file by its terms. NaN
  /// where nothing is wanted.
  void score(const VectorQuery& wanted, std::vector<Candidate>& candidates) const;

 private:
  // Whether documents came or went since the vectors were made.
  bool has_moved_on() const;

  const Xapian::Database db_;
  const std::shared_ptr<const CollectionVectors> vectors_;
  const std::vector<std::string> prefixes_;
  QueryWords words_;
};

/// Returns what a model picks with; null if its generator does not pick from the whole collection.
///
/// vectors: may be null
/// Throws:  Error if there are no vectors, or not those that the model was learnt on; as Picker's constructor
IRGAN_API std::unique_ptr<Picker> picker_of(const Xapian::Database& db, const Model& model,
                                            const std::shared_ptr<const CollectionVectors>& vectors);

}  // namespace irgan
