#include "plugin/src/candidates/remembering.h"

#include <limits>
#include <unordered_map>
#include <utility>

#include "plugin/src/candidates/query_constraint.h"
#include "plugin/src/features/document_ids.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/order/hit_order.h"
#include "plugin/src/order/policy_page.h"

namespace irgan {
namespace {

/// Documents that may join the pool, in order of preference.
struct Wanted {
  std::vector<Xapian::docid> docids;
  std::set<Xapian::docid> known;  // those of the pool too

  void add(Xapian::docid docid) {
    if (known.insert(docid).second) docids.push_back(docid);
  }
};

Eigen::VectorXd remembered_scores(const Eigen::VectorXf& scores, const Recalled& recalled) {
  return scores_with_memory(scores, recalled.clicks, recalled.num_clicks, recalled.prior_clicks);
}

}  // namespace

Eigen::VectorXd final_scores(const Eigen::VectorXf& scores, const std::optional<Recalled>& recalled) {
  return recalled ? remembered_scores(scores, *recalled) : Eigen::VectorXd(scores.cast<double>());
}

Eigen::VectorXd policy_logits(const Model& model, const FeatureMatrix& rows, std::size_t pool_size, double temperature,
                              const std::optional<Recalled>& recalled) {
  constexpr double kSmallest = 1e-300;
  const Eigen::VectorXd logits =
      candidate_scores(model, rows, pool_size, policy_of(model)).cast<double>() / temperature;
  const Eigen::VectorXf narrow = logits.cast<float>();
  if (!logits.allFinite() || (recalled && !narrow.allFinite()))
    throw Error("the model's policy gives logits that are not finite");
  if (!recalled) return logits;
  return remembered_scores(narrow, *recalled).cwiseMax(kSmallest).array().log();
}

Remembering::Remembering(Xapian::Database db, std::shared_ptr<MemorySource> source, AddedCandidates added,
                         ProblemListener on_problem, ValueCache* values)
    : db_(std::move(db)),
      source_(std::move(source)),
      added_(added),
      on_problem_(std::move(on_problem)),
      values_(values) {}

void Remembering::tell(const std::string& problem) {
  if (told_.insert(problem).second && on_problem_) on_problem_(kMemoryTrouble + problem);
}

std::optional<Recalled> Remembering::recall(const Model& model, const RecallRequest& request) {
  if (!source_) return std::nullopt;
  std::string problem;
  try {
    return recall_or_throw(model, request);
  } catch (const Xapian::DatabaseModifiedError&) {
    throw;  // the index moved on, which is the whole search's trouble
  } catch (const Xapian::Error& error) {
    problem = error.get_description();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  tell(problem);
  return std::nullopt;
}

std::optional<Recalled> Remembering::recall_or_throw(const Model& model, const RecallRequest& request) {
  if (!is_behind_server_) is_behind_server_ = has_remote_shard(db_);
  if (*is_behind_server_) throw Error("it is not looked up for databases behind a server");
  const std::shared_ptr<const ClickMemory> memory = source_->get(db_);
  if (!memory) return std::nullopt;  // removed
  const FeatureSchema& schema = model.schema();
  if (memory->facts().stemmer != schema.stemmer) {
    throw Error("its words have the stemmer '" + memory->facts().stemmer + "', those of the index '" + schema.stemmer +
                "'; build the memory again with the stemmer '" + schema.stemmer + "'");
  }
  if (!words_ || words_for_ != model.version()) {
    words_.emplace(field_prefixes(schema), schema.stemmer);
    words_for_ = model.version();
  }
  const std::vector<std::string> words =
      request.text.empty() ? words_->of(request.query) : words_->of_text(request.text);
  const RememberedQuery remembered = memory->query(words);
  const auto docids = [&](const std::vector<RememberedDocument>& documents) {
    std::vector<std::string> ids;
    ids.reserve(documents.size());
    for (const RememberedDocument& document : documents) ids.emplace_back(document.id);
    return docids_of(db_, model.index_facts().id_prefix, values_, ids);
  };

  Wanted wanted;
  for (const Candidate& candidate : request.pool) wanted.known.insert(candidate.docid);
  wanted.known.insert(0);  // what the index does not have
  std::unordered_map<Xapian::docid, double> clicks;
  const std::vector<Xapian::docid> clicked = docids(remembered.documents);
  for (std::size_t i = 0; i < clicked.size(); ++i) {
    clicks.emplace(clicked[i], remembered.documents[i].clicks);
    if (request.may_add && wanted.docids.size() < added_.clicked) wanted.add(clicked[i]);
  }
  if (request.may_add) {
    for (const Xapian::docid one : docids(memory->by_words(words, added_.by_words))) wanted.add(one);
  }
  Recalled recalled{request.pool, {}, remembered.num_clicks, memory->facts().prior_clicks};
  if (!wanted.docids.empty()) {
    const std::set<Xapian::docid> allowed =
        found_among(db_, wanted.docids, constraint_of(request.query, field_prefixes(schema)), request.mdecider);
    for (const Xapian::docid one : wanted.docids) {
      if (allowed.count(one) > 0) recalled.candidates.push_back({one, std::numeric_limits<double>::quiet_NaN()});
    }
  }
  if (remembered.documents.empty() && recalled.candidates.size() == request.pool.size()) return std::nullopt;
  recalled.clicks = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(recalled.candidates.size()));
  for (std::size_t i = 0; i < recalled.candidates.size(); ++i) {
    const auto known = clicks.find(recalled.candidates[i].docid);
    if (known != clicks.end()) recalled.clicks[static_cast<Eigen::Index>(i)] = known->second;
  }
  return recalled;
}

}  // namespace irgan
