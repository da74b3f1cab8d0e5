/// What features need to know of documents behind a server, in few round trips.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/errors.h"
#include "plugin/src/features/field_postings.h"

namespace irgan {

/// Metadata key under which an index says in which value slot each document carries its unique-id term.
inline constexpr const char* kIdSlotKey = "irgan.id_slot";

/// The slot in which the commands `index` and `annotate` put it, if nothing else is there.
inline constexpr Xapian::valueno kFirstIdSlot = 3000;

/// Returns that slot; Xapian::BAD_VALUENO where the index names none.
///
/// Cost: a round trip
IRGAN_API Xapian::valueno id_slot_of(const Xapian::Database& db);

/// Candidates of one search, looked up by searches of our own: a stock server answers one for all candidates at once in
/// two round trips, where each call for a document is one and a posting list comes whole.
///
/// A search for the candidates' id terms carries in each hit
///   - the wdf of several terms: each weighs its wdf (TF-IDF "nnn") times a power of what no wdf reaches, so that the
///   sum of
///     weights, a whole number below 2^53, takes them apart again;
///   - two slots as they are stored: as the key of the sort, and as that of a collapsing that collapses nothing.
///
/// Threads: one, as its Database
class RemoteCandidates : public TermReader {
 public:
  /// docids:      of the candidates for `query`, in any order
  /// before_trip: called before each search or call; what it throws ends the work
  /// Throws:      Error if too many documents' ids must be asked for one by one, or a document has none
  /// Cost:        a search, and a document each for up to 20 that our search does not find as the application's did
  RemoteCandidates(Xapian::Database db, const Xapian::Query& query, const std::vector<Xapian::docid>& docids,
                   Xapian::valueno id_slot, std::function<void()> before_trip);

  /// Looks up the first form of each word that the index has, and the slots.
  ///
  /// forms: the forms of each word (indexed_forms)
  /// Cost:  a search for what words there are, and one for each two slots and some three terms
  void fetch(const std::vector<std::vector<std::string>>& forms, const std::vector<Xapian::valueno>& slots);

  const std::string& id_term(Xapian::docid docid) const { return rows_.at(docid).id_term; }

  // Of terms that were fetched.
  bool add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                Eigen::Ref<Eigen::VectorXd> wdfs) const override;
  Xapian::doccount frequency(const std::string& term) const override;
  Xapian::termcount collection_frequency(const std::string& term) const override;

  /// Of slots that were fetched: as postings.h says of the same names.
  Eigen::VectorXd slot_numbers(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const;
  std::vector<std::string> slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const;
  /// Cost: a round trip a document
  Eigen::VectorXd document_lengths(const std::vector<Xapian::docid>& docids) const;

  /// Learns how many documents have each of `terms`, by one search.
  void count_documents(const std::vector<std::string>& terms);

 private:
  struct Row {
    std::string id_term;
    std::map<std::string, double> wdf;             // of terms that the document has
    std::map<Xapian::valueno, std::string> value;  // of slots that it has
  };

  void find_ids(const Xapian::Query& query, Xapian::valueno id_slot);
  void fetch_packed(const std::vector<std::string>& terms, const std::vector<Xapian::valueno>& slots);

  Xapian::Database db_;
  const std::function<void()> before_trip_;
  std::unordered_map<Xapian::docid, Row> rows_;
  std::unordered_map<std::string, Xapian::doccount> frequencies_;
};

}  // namespace irgan
