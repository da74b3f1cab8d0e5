/// The first hits of a query in both orders, as people read them: titles, labels, and why each stands where it does.
#pragma once

#include <memory>
#include <string>

#include "irgan/report.h"
#include "irgan/reranker.h"
#include "trainer/site/document_texts.h"
#include "trainer/site/first_stage.h"

namespace irgan {

/// Threads: one at a time
class HitShower {
 public:
  /// Requires: both outlive it
  HitShower(const Site& site, const ReportOptions& options);

  /// judgments: of the query; null: none
  ReportedQuery show(const QueryRow& query, const Judgments* judgments);

 private:
  std::string title_of(Xapian::docid docid, const std::string& id) const;
  ReportedHit shown(const RankedHit& hit, const Judgments* judgments) const;

  const Site& site_;
  const ReportOptions& options_;
  Xapian::Database db_;
  FirstStage first_stage_;
  DocumentIds ids_;
  DocumentTexts titles_;
  DocumentTexts texts_;
  std::unique_ptr<Reranker> reranker_;
};

}  // namespace irgan
