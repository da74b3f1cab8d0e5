#include "irgan/irgan.h"

#include <xapian.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "irgan/interleave.h"
#include "irgan/model_source.h"
#include "irgan/value_cache.h"
#include "plugin/src/features/local_index.h"
#include "plugin/src/features/serialised_query.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/order/policy_page.h"
#include "plugin/src/process/stub_files.h"
#include "plugin/src/search/own_search.h"
#include "plugin/src/search/rescoring_source.h"
#include "plugin/src/search/served_model.h"

struct irgan_ranker {
  irgan_ranker(const char* db_path, std::shared_ptr<irgan::ModelSource> models)
      : db(opened(db_path)), served(db, std::move(models), {}) {}

  Xapian::Database db;
  irgan::ValueCache values;
  irgan::ServedModel served;

 private:
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

std::vector<Candidate> candidates_of(const Xapian::Database& db, const Xapian::Query& query, const uint32_t* docids,
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

Candidates read_candidates(irgan_ranker& ranker, const char* query, std::size_t query_size, const uint32_t* docids,
                           const double* weights, std::size_t count, const char* function) {
  require(query && (docids || count == 0), "query and docids must not be null");
  Xapian::Query parsed;
  try {
    parsed = query_of_bytes({query, query_size}, function);
  } catch (const FormatError& error) {
    throw BadArgument(error.what());
  }
  Candidates found{ranker.served.refresh(), {docids, docids + count}, {}};
  if (count == 0) return found;
  const std::vector<Candidate> candidates = candidates_of(ranker.db, parsed, docids, weights, count);
  const std::unique_ptr<IndexReader> index = read_index(ranker.db, &ranker.values);
  found.rows = ranker.served.features(parsed, candidates, *index, [] {});
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
