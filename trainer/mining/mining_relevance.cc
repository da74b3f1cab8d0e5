#include "trainer/mining/mining_relevance.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "trainer/mining/mining_pool.h"

namespace irgan {
namespace {

constexpr std::size_t kQueriesOfEvidence = 500;  // enough to fit four numbers to, in less than a second

// The queries of which the log shows a document: others would only thin out what is fitted to.
std::vector<const QueryRow*> shown_queries(const MiningEvidence& evidence) {
  std::vector<const QueryRow*> shown;
  for (const QueryRow& query : evidence.queries) {
    const auto known = evidence.by_query.find(query.id);
    if (known == evidence.by_query.end()) continue;
    const auto has_showing = [](const KnownDocument& one) { return !one.showings.empty(); };
    if (std::any_of(known->second.begin(), known->second.end(), has_showing)) shown.push_back(&query);
  }
  return shown;
}

void add_shown_documents(const MiningPool& pool, std::vector<DocumentEvidence>& shown) {
  if (pool.num_found == 0) return;
  for (const MiningCandidate& candidate : pool.candidates) {
    DocumentEvidence evidence = evidence_of(candidate, pool);
    if (!evidence.showings.empty()) shown.push_back(std::move(evidence));
  }
}

}  // namespace

MiningRelevance mining_relevance(const Site& site, const std::shared_ptr<const Model>& model,
                                 const TrainingRecord& record, const MiningEvidence& evidence,
                                 const MiningOptions& options) {
  const double max_relevance = options.guards.max_relevance.value_or(kDefaultMaxRelevance);
  if (max_relevance >= 1.0 && options.min_relevance <= 0.0) return {};
  const bool is_asked_for = options.guards.max_relevance || options.min_relevance > 0.0;
  const auto none = [&](const std::string& reason) -> MiningRelevance {
    if (!is_asked_for) return {std::nullopt, reason};
    throw ConfigError(options.min_relevance > 0.0 ? "min_relevance" : "max_relevance",
                      "has no evidence from impressions: " + reason);
  };
  if (!evidence.has_impressions) {
    if (is_asked_for) none("the log says only what was clicked, not what was shown");
    return {};
  }
  if (!model) return none("there is no model, which would know how often each rank is looked at");
  std::vector<double> examination = examination_of(record);
  if (examination.empty()) {
    return none(model_error(options,
                            "the model was not trained on impressions and does not know how often each rank "
                            "is looked at")
                    .what());
  }
  const std::vector<const QueryRow*> logged = shown_queries(evidence);
  if (logged.empty()) {
    return none("the log shows nothing for any query that is to be mined (do the query ids of both agree?)");
  }
  MiningPoolReader reader(site, model, evidence, options);
  std::vector<DocumentEvidence> shown;
  const std::size_t step = std::max<std::size_t>(1, logged.size() / kQueriesOfEvidence);
  for (std::size_t i = 0; i < logged.size(); i += step) {
    add_shown_documents(site.watch->read(reader.database(), [&] { return reader.read(*logged[i]); }), shown);
  }
  if (shown.empty()) return none("the index has none of the documents that the log shows");
  return {fit_relevance(shown, std::move(examination)), ""};
}

std::vector<double> examination_of(const TrainingRecord& record) {
  if (record.training && !record.training->origin.examination.empty()) return record.training->origin.examination;
  std::vector<double> mean;
  double num_networks = 0.0;
  for (const NetworkRecord& network : record.networks) {
    const std::vector<double>& offsets = network.examination;
    if (offsets.empty()) continue;
    mean.resize(std::max(mean.size(), offsets.size()), 0.0);
    for (std::size_t i = 0; i < offsets.size(); ++i) mean[i] += offsets[i];
    num_networks += 1.0;
  }
  for (double& offset : mean) offset = std::exp(offset / num_networks);
  return mean;
}

}  // namespace irgan
