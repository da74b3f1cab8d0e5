/// The site whose users are simulated: its searches, and what its users are looking for.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/qrels.h"
#include "irgan/simulation_options.h"
#include "irgan/site.h"
#include "trainer/simulation/simulated_users.h"
#include "trainer/site/first_stage.h"

namespace irgan {

class SimulatedSite {
 public:
  /// Throws: what opening and reading throw; Error if none of the queries is judged
  SimulatedSite(const Site& site, const SimulationOptions& options);

  const Xapian::Database& database() const { return db_; }
  const std::vector<QueryRow>& queries() const { return queries_; }
  /// The names of the contexts that queries have, sorted.
  std::vector<std::string> context_names() const;
  JudgmentReading judgments() const { return judgment_reading(qrels_, queries_); }
  int highest_label() const { return highest_label_; }

  /// Returns a query's hits by the first stage.
  Xapian::MSet search(const Xapian::Query& query, std::size_t depth) const;
  Xapian::Query query_of(const QueryRow& row) { return first_stage_.query_of(row); }

  /// Returns the document as one of the query's page.
  ShownHit shown(const std::string& query_id, Xapian::docid docid) const;

  /// Returns nDCG@10 of a page, the ideal being made of all that is judged; 0 for a query without judgments.
  double ndcg_at_10(const std::string& query_id, const ShownPage& page) const;

 private:
  Xapian::Database db_;
  const IndexLayout layout_;
  FirstStage first_stage_;
  const DocumentIds ids_;
  const Qrels qrels_;
  std::vector<QueryRow> queries_;
  int highest_label_ = 1;
};

}  // namespace irgan
