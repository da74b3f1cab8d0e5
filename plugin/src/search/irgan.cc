#include "irgan/irgan.h"

#include <xapian.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "irgan/interleave.h"
#include "irgan/model_source.h"
#include "irgan/value_cache.h"
#include "plugin/src/candidates/remembering.h"
#include "plugin/src/features/local_index.h"
#include "plugin/src/features/serialised_query.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/order/hit_order.h"
#include "plugin/src/order/policy_page.h"
#include "plugin/src/order/rescoring_source.h"
#include "plugin/src/process/own_search.h"
#include "plugin/src/process/stub_files.h"
#include "plugin/src/search/served_model.h"

namespace irgan {
namespace {

class BadMemory : public Error {
 public:
  using Error::Error;
};

}  // namespace
}  // namespace irgan

struct irgan_ranker {
  irgan_ranker(const char* db_path, std::shared_ptr<irgan::ModelSource> models)
      : db(opened(db_path)), served(db, std::move(models), {}) {}

  Xapian::Database db;
  irgan::ValueCache values;
  irgan::ServedModel served;
  std::optional<irgan::Remembering> remembering;  // none: no memory is asked
  irgan::SearchContext context;                   // of the searches that follow

  // Where it is the index's own, and the index has none, there is none.
  void remember(const std::string* path) {
    remembering.reset();
    follows_index = path == nullptr;
    if (path ? path->empty() : db.get_metadata(irgan::kMemoryKey).empty()) return;
    auto source = path ? irgan::memory_file(*path) : irgan::memory_in_index();
    try {
      source->get(db);
    } catch (const irgan::Error& error) {
      throw irgan::BadMemory(error.what());
    }
    remembering.emplace(
        db, std::move(source), irgan::AddedCandidates(),
        [](const std::string& problem) { throw irgan::BadMemory(problem); }, &values);
  }

  // A memory that was stored or removed meanwhile.
  void remember_again() {
    if (follows_index) remember(nullptr);
  }

 private:
  bool follows_index = false;

  static Xapian::Database opened(const std::string& path) {
    try {
      irgan::check_stubs(path);
    } catch (const irgan::Error& error) {
      throw Xapian::DatabaseOpeningError(error.what());
    }
    return Xapian::Database(path);
  }
};

namespace irgan {
namespace {

class BadArgument : public Error {
 public:
  using Error::Error;
};

std::string& message_of_thread() {
  thread_local std::string message;
  return message;
}

// What makes a message may want memory that there is none of: the code is what counts.
template <typename Message>
irgan_status failed(irgan_status status, const Message& message) noexcept {
  try {
    message_of_thread() = message();
  } catch (...) {
    message_of_thread().clear();
  }
  return status;
}

// Runs `work` and turns what it throws into a code and a message.
template <typename Work>
irgan_status status_of(const Work& work) noexcept {
  try {
    work();
    return IRGAN_OK;
  } catch (const BadArgument& error) {
    return failed(IRGAN_BAD_ARGUMENT, [&] { return error.what(); });
  } catch (const BadMemory& error) {
    return failed(IRGAN_BAD_MEMORY, [&] { return error.what(); });
  } catch (const MisfitError& error) {
    return failed(IRGAN_BAD_MODEL, [&] { return error.what(); });
  } catch (const FormatError& error) {
    return failed(IRGAN_BAD_MODEL, [&] { return error.what(); });
  } catch (const Xapian::DatabaseModifiedError& error) {
    return failed(IRGAN_INDEX_MODIFIED, [&] { return error.get_description(); });
  } catch (const Xapian::Error& error) {
    return failed(IRGAN_BAD_INDEX, [&] { return error.get_description(); });
  } catch (const std::exception& error) {
    return failed(IRGAN_FAILED, [&] { return error.what(); });
  } catch (...) {
    return failed(IRGAN_FAILED, [] { return "unknown error"; });
  }
}

void require(bool holds, const char* message) {
  if (!holds) throw BadArgument(message);
}

// What Xapian's default weighting gives `docids` for `query`; NaN for those that do not match.
std::vector<double> first_stage_weights(const Xapian::Database& db, const Xapian::Query& query,
                                        const std::vector<Xapian::docid>& docids) {
  using Xapian::Query;
  if (has_remote_shard(db))
    throw Xapian::UnimplementedError("a database behind a server: give the weights of its own search");
  const OwnSearch own;
  std::map<Xapian::docid, double> weights;
  auto plan = std::make_shared<RescoringPlan>(db);
  for (const Xapian::docid docid : docids) weights.emplace(docid, std::nan(""));
  for (const auto& entry : weights) plan->entries.push_back({entry.first, 1.0});
  plan->max_weight = 1.0;
  plan->matches_upper_bound = plan->matches_estimated = static_cast<Xapian::doccount>(weights.size());
  Xapian::Enquire enquire(db);
  enquire.set_query(Query(Query::OP_FILTER, query, Query((new RescoringSource(std::move(plan)))->release())));
  const Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(weights.size()));
  for (auto hit = found.begin(); hit != found.end(); ++hit) weights[*hit] = hit.get_weight();
  std::vector<double> in_order;
  in_order.reserve(docids.size());
  for (const Xapian::docid docid : docids) in_order.push_back(weights[docid]);
  return in_order;
}

std::vector<Candidate> given_candidates(const Xapian::Database& db, const Xapian::Query& query, const uint32_t* docids,
                                        const double* weights, std::size_t count) {
  std::vector<Candidate> candidates(count);
  const std::vector<double> own = weights ? std::vector<double>(weights, weights + count)
                                          : first_stage_weights(db, query, {docids, docids + count});
  for (std::size_t i = 0; i < count; ++i) {
    require(docids[i] > 0, "a docid is 0");
    candidates[i] = {docids[i], own[i]};
  }
  return candidates;
}

/// The candidates of one call, and their features.
struct Candidates {
  const Model& model;
  std::vector<Xapian::docid> docids;
  FeatureMatrix rows;
};

Xapian::Query query_of(const char* query, std::size_t query_size, const char* function) {
  require(query != nullptr, "query must not be null");
  try {
    return query_of_bytes({query, query_size}, function);
  } catch (const FormatError& error) {
    throw BadArgument(error.what());
  }
}

Candidates read_candidates(irgan_ranker& ranker, const char* query, std::size_t query_size, const uint32_t* docids,
                           const double* weights, std::size_t count, const char* function) {
  require(docids || count == 0, "docids must not be null");
  const Xapian::Query parsed = query_of(query, query_size, function);
  Candidates found{ranker.served.refresh(), {docids, docids + count}, {}};
  if (count == 0) return found;
  const std::vector<Candidate> candidates = given_candidates(ranker.db, parsed, docids, weights, count);
  const std::unique_ptr<IndexReader> index = read_index(ranker.db, &ranker.values);
  found.rows = ranker.served.features(parsed, candidates, ranker.context, *index, [] {});
  return found;
}

void require_finite(bool is_finite) {
  if (!is_finite) throw Error("the model gives scores that are not finite");
}

void rescore(const Candidates& candidates, double* scores) {
  if (candidates.docids.empty()) return;
  const Eigen::VectorXf found = candidates.model.score(candidates.rows);
  require_finite(found.allFinite());
  std::copy(found.begin(), found.end(), scores);
}

void explain(const Candidates& candidates, double* contributions) {
  if (candidates.docids.empty()) return;
  const FeatureMatrix found = candidates.model.explain(candidates.rows);
  for (Eigen::Index i = 0; i < found.rows(); ++i) {
    for (Eigen::Index j = 0; j < found.cols(); ++j) *contributions++ = found(i, j);
  }
}

void draw(const Candidates& candidates, const std::string& key, double temperature, uint32_t* drawn,
          double* log_probabilities) {
  if (candidates.docids.empty()) return;
  const Model& model = candidates.model;
  const Eigen::VectorXd logits = model.score(candidates.rows, policy_of(model)).cast<double>() / temperature;
  require_finite(logits.allFinite());
  for (const PageDraw& one : draw_page(logits, candidates.docids, key)) {
    *drawn++ = static_cast<uint32_t>(one.row);
    *log_probabilities++ = one.log_probability;
  }
}

/// What irgan_rank is asked for.
struct RankRequest {
  Xapian::Query query;
  std::vector<Candidate> candidates;
  std::string typed;
  std::string key;
  double temperature = 0.0;
};

std::vector<irgan_hit> rank(irgan_ranker& ranker, RankRequest request) {
  const Model& model = ranker.served.refresh();
  const std::size_t pool_size = request.candidates.size();
  std::optional<Recalled> recalled;
  if (ranker.remembering)
    recalled = ranker.remembering->recall(model, {request.query, request.typed, request.candidates, true, nullptr});
  const std::vector<Candidate>& all = recalled ? recalled->candidates : request.candidates;
  std::vector<irgan_hit> hits;
  if (all.empty()) return hits;
  const std::unique_ptr<IndexReader> index = read_index(ranker.db, &ranker.values);
  const FeatureMatrix rows = ranker.served.features(request.query, all, ranker.context, *index, [] {});
  const Eigen::VectorXf raw = candidate_scores(model, rows, pool_size, model.ranker());
  const Eigen::VectorXd scores = final_scores(raw, recalled);
  std::vector<RankedHit> ranked(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    ranked[i].docid = all[i].docid;
    ranked[i].found_by = i < pool_size ? FoundBy::first_stage : FoundBy::memory;
    ranked[i].score = scores[static_cast<Eigen::Index>(i)];
  }
  if (request.temperature > 0.0) {
    ranked =
        drawn(std::move(ranked), policy_logits(model, rows, pool_size, request.temperature, recalled), request.key);
  } else {
    ranked = by_score(std::move(ranked), scores, raw);
  }
  hits.reserve(ranked.size());
  for (const RankedHit& hit : ranked)
    hits.push_back(
        {hit.docid, hit.found_by == FoundBy::memory ? 1U : 0U, hit.score, hit.log_probability.value_or(0.0)});
  return hits;
}

}  // namespace
}  // namespace irgan

using irgan::require;
using irgan::status_of;

irgan_status irgan_open(const char* db_path, const char* model_path, irgan_ranker** ranker) {
  if (ranker) *ranker = nullptr;
  const irgan_status status = status_of([&] {
    require(db_path && ranker, "irgan_open: db_path and ranker must not be null");
    auto opened =
        std::make_unique<irgan_ranker>(db_path, model_path ? irgan::model_file(model_path) : irgan::model_in_index());
    try {
      opened->served.refresh();
    } catch (const irgan::Error& error) {
      throw irgan::FormatError(error.what());  // no model is as bad as a damaged one
    }
    *ranker = opened.release();
  });
  return status;
}

irgan_status irgan_reopen(irgan_ranker* ranker) {
  return status_of([&] {
    require(ranker, "irgan_reopen: ranker must not be null");
    ranker->db.reopen();
    ranker->served.refresh();
    ranker->remember_again();
  });
}

irgan_status irgan_set_context(irgan_ranker* ranker, const char* name, const char* value) {
  return status_of([&] {
    require(ranker && (name || !value), "irgan_set_context: ranker, and the name of a value, must not be null");
    if (!name) return ranker->context.clear();
    if (!value) {
      ranker->context.erase(name);
      return;
    }
    ranker->context[name] = value;
  });
}

irgan_status irgan_rescore(irgan_ranker* ranker, const char* query, size_t query_size, const uint32_t* docids,
                           const double* weights, size_t num_docids, double* scores) {
  return status_of([&] {
    require(ranker && query && ((docids && scores) || num_docids == 0),
            "irgan_rescore: ranker, query, docids and scores must not be null");
    irgan::rescore(irgan::read_candidates(*ranker, query, query_size, docids, weights, num_docids, "irgan_rescore"),
                   scores);
  });
}

irgan_status irgan_explain(irgan_ranker* ranker, const char* query, size_t query_size, const uint32_t* docids,
                           const double* weights, size_t num_docids, double* contributions) {
  return status_of([&] {
    require(ranker && query && ((docids && contributions) || num_docids == 0),
            "irgan_explain: ranker, query, docids and contributions must not be null");
    irgan::explain(irgan::read_candidates(*ranker, query, query_size, docids, weights, num_docids, "irgan_explain"),
                   contributions);
  });
}

irgan_status irgan_draw(irgan_ranker* ranker, const char* query, size_t query_size, const uint32_t* docids,
                        const double* weights, size_t num_docids, const char* key, size_t key_size, double temperature,
                        uint32_t* drawn, double* log_probabilities) {
  return status_of([&] {
    require(ranker && query && ((docids && drawn && log_probabilities) || num_docids == 0) && (key || key_size == 0),
            "irgan_draw: ranker, query, docids, key, drawn and log_probabilities must not be null");
    require(temperature > 0.0 && std::isfinite(temperature), "irgan_draw: the temperature must be above 0");
    irgan::draw(irgan::read_candidates(*ranker, query, query_size, docids, weights, num_docids, "irgan_draw"),
                {key, key_size}, temperature, drawn, log_probabilities);
  });
}

irgan_status irgan_remember(irgan_ranker* ranker, const char* memory_path) {
  return status_of([&] {
    require(ranker, "irgan_remember: ranker must not be null");
    const std::string path = memory_path ? memory_path : "";
    ranker->remember(memory_path ? &path : nullptr);
  });
}

irgan_status irgan_rank(irgan_ranker* ranker, const char* query, size_t query_size, const uint32_t* docids,
                        const double* weights, size_t num_docids, const char* typed, size_t typed_size, const char* key,
                        size_t key_size, double temperature, irgan_hit* hits, size_t* num_hits) {
  return status_of([&] {
    require(ranker && query && (docids || num_docids == 0) && hits && num_hits && (key || key_size == 0),
            "irgan_rank: ranker, query, docids, key, hits and num_hits must not be null");
    require(temperature >= 0.0 && std::isfinite(temperature), "irgan_rank: the temperature must be 0 or above");
    irgan::RankRequest request;
    request.query = irgan::query_of(query, query_size, "irgan_rank");
    request.candidates = irgan::given_candidates(ranker->db, request.query, docids, weights, num_docids);
    if (typed) request.typed.assign(typed, typed_size);
    if (key) request.key.assign(key, key_size);
    request.temperature = temperature;
    const std::vector<irgan_hit> found = irgan::rank(*ranker, std::move(request));
    std::copy(found.begin(), found.end(), hits);
    *num_hits = found.size();
  });
}

irgan_status irgan_interleave(const uint32_t* first, size_t num_first, const uint32_t* second, size_t num_second,
                              const char* key, size_t key_size, uint32_t* docids, uint8_t* teams,
                              size_t* num_interleaved) {
  return status_of([&] {
    require((first || num_first == 0) && (second || num_second == 0) && (key || key_size == 0) && num_interleaved &&
                ((docids && teams) || num_first + num_second == 0),
            "irgan_interleave: no argument may be null");
    const auto hits = irgan::interleave({first, first + num_first}, {second, second + num_second}, {key, key_size});
    require(hits.size() <= num_first + num_second, "irgan_interleave: a document stands twice in one ranking");
    for (const irgan::InterleavedHit& hit : hits) {
      *docids++ = hit.docid;
      *teams++ = hit.team == irgan::Team::first ? 1 : hit.team == irgan::Team::second ? 2 : 0;
    }
    *num_interleaved = hits.size();
  });
}

size_t irgan_num_features(const irgan_ranker* ranker) {
  return ranker ? ranker->served.model().schema().features.size() : 0;
}

const char* irgan_feature_name(const irgan_ranker* ranker, size_t feature) {
  return feature < irgan_num_features(ranker) ? ranker->served.model().schema().features[feature].c_str() : "";
}

size_t irgan_depth(const irgan_ranker* ranker) { return ranker ? ranker->served.model().depth() : 0; }

const char* irgan_model_version(const irgan_ranker* ranker) {
  return ranker ? ranker->served.model().version().c_str() : "";
}

const char* irgan_message(void) { return irgan::message_of_thread().c_str(); }

void irgan_close(irgan_ranker* ranker) { delete ranker; }
