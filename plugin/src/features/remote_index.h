/// Reads what features need to know of documents behind a server, in few round trips.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugin/src/features/index_reader.h"

namespace irgan {

/// A document and its unique-id term.
struct NamedDocument {
  Xapian::docid docid = 0;
  std::string id_term;
};

/// Reads the candidates of one search by searches of our own. A stock server answers a search for all candidates in two
/// round trips; each call for a document is a trip of its own, and a posting list comes whole.
///
/// A search for the candidates' id terms carries in each hit
///   - the wdf of several terms: each weighs its wdf (TF-IDF "nnn") times a power of what no wdf reaches. The sum of
///     weights, a whole number below 2^53, takes them apart again;
///   - two slots as they are stored: as the key of the sort, and as that of a collapsing that collapses nothing.
///
/// Requires: wdfs, slots and frequencies are asked for of what prepare() listed
class RemoteIndex : public IndexReader {
 public:
  /// docids:      of the candidates for `query`, in any order
  /// before_trip: called before each search or call; what it throws ends the work
  /// Throws:      Error if too many documents' ids must be asked for one by one, or a document has none
  /// Cost:        a search, and a document each for up to 20 that our search does not find as the application's did
  RemoteIndex(Xapian::Database db, const Xapian::Query& query, const std::vector<Xapian::docid>& docids,
              Xapian::valueno id_slot, std::function<void()> before_trip);

  /// Looks up the first form of each word that the index has, and the slots.
  ///
  /// Cost: a search for what words there are, and one for each two slots and some three terms
  void prepare(const std::function<ReadingList()>& list) override;
  /// Cost: a search
  void prepare_frequencies(const std::function<std::vector<std::string>()>& terms) override;

  /// Adds those of `documents` to the candidates that are in the index under this id and that `query` finds, or are in
  /// the index at all if there is no query. Returns them.
  ///
  /// Cost: a search
  std::set<Xapian::docid> admit(const std::vector<NamedDocument>& documents, const std::optional<Xapian::Query>& query);
  /// Returns how many of these candidates `query` finds.
  ///
  /// Cost: a search
  Xapian::doccount num_found(const std::vector<Xapian::docid>& docids, const Xapian::Query& query) const;

  const std::string& id_term(Xapian::docid docid) const { return rows_.at(docid).id_term; }

  std::string state() const override;
  Xapian::doccount num_documents() const override;
  Xapian::doccount add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                            Eigen::Ref<Eigen::VectorXd> wdfs) const override;
  Xapian::doccount frequency(const std::string& term) const override;
  Xapian::termcount collection_frequency(const std::string& term) const override;
  Eigen::MatrixXd slot_numbers(const std::vector<Xapian::valueno>& slots,
                               const std::vector<Xapian::docid>& docids) const override;
  ComparableTexts slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const override;
  /// Cost: a round trip a document
  Eigen::VectorXd document_lengths(const std::vector<Xapian::docid>& docids) const override;
  /// Cost: a round trip a document
  std::vector<std::vector<double>> field_lengths(const std::vector<TextField>& fields,
                                                 const std::vector<Xapian::docid>& docids) const override;

 private:
  struct Row {
    std::string id_term;
    std::map<std::string, double> wdf;             // of terms that the document has
    std::map<Xapian::valueno, std::string> value;  // of slots that it has
  };

  void find_ids(const Xapian::Query& query);
  void count_documents(const std::vector<std::string>& terms);
  void fetch_packed(const std::vector<std::string>& terms, const std::vector<Xapian::valueno>& slots);

  Xapian::Database db_;
  const std::function<void()> before_trip_;
  const Xapian::valueno id_slot_;
  std::unordered_map<Xapian::docid, Row> rows_;
  std::unordered_map<std::string, Xapian::doccount> frequencies_;
};

}  // namespace irgan
