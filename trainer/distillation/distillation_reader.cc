#include "trainer/distillation/distillation_reader.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "plugin/src/features/field_postings.h"
#include "plugin/src/features/local_index.h"
#include "plugin/src/features/postings.h"
#include "plugin/src/search/term_weighting.h"
#include "trainer/game/softmax.h"

namespace irgan {

DistillationReader::DistillationReader(Xapian::Database db, const std::vector<std::string>& prefixes,
                                       const std::string& stemmer)
    : db_(std::move(db)), prefixes_(prefixes), concept_finder_(prefixes, stemmer) {}

DistillationPool DistillationReader::read(const Xapian::Query& query, const std::vector<RankedHit>& hits) const {
  assert(!hits.empty());
  std::vector<std::pair<Xapian::docid, double>> scored;
  scored.reserve(hits.size());
  for (const RankedHit& hit : hits) scored.emplace_back(hit.docid, hit.score);
  std::sort(scored.begin(), scored.end());
  std::vector<Xapian::docid> docids;
  Eigen::VectorXd scores(static_cast<Eigen::Index>(scored.size()));
  for (const auto& [docid, score] : scored) {
    scores[static_cast<Eigen::Index>(docids.size())] = score;
    docids.push_back(docid);
  }

  DistillationPool pool;
  pool.target = softmax(scores);
  pool.normalised_length = document_lengths(db_, docids).unaryExpr([average = db_.get_avlength()](double length) {
    return normalised_length(length, average);
  });
  const auto num_documents = static_cast<double>(db_.get_doccount());
  const std::vector<QueryConcept> concepts = concept_finder_.find(query);
  const LocalIndex index(db_);
  for (const std::string& prefix : prefixes_) {
    TextField field;
    field.prefix = prefix;
    FieldMatch match = read_field(index, field, concepts, docids, false);
    FieldOccurrences& occurrences = pool.fields.emplace_back();
    occurrences.wdf = std::move(match.wdf);
    occurrences.idf = match.term_frequency.unaryExpr(
        [num_documents](double term_frequency) { return bm25_idf(num_documents, term_frequency); });
  }
  return pool;
}

}  // namespace irgan
