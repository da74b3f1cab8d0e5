#include "irgan/irgan.h"

#include <xapian.h>

#include <cmath>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "irgan/model_source.h"
#include "irgan/value_cache.h"
#include "plugin/src/features/local_index.h"
#include "plugin/src/features/serialised_query.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/search/own_search.h"
#include "plugin/src/search/rescoring_source.h"
#include "plugin/src/search/served_model.h"

struct irgan_ranker {
  irgan_ranker(const char* db_path, std::shared_ptr<irgan::ModelSource> models)
      : db(db_path), served(db, std::move(models), {}) {}

  Xapian::Database db;
  irgan::ValueCache values;
  irgan::ServedModel served;
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

void rescore(irgan_ranker& ranker, const Xapian::Query& query, const uint32_t* docids, const double* weights,
             std::size_t count, double* scores) {
  const Model& model = ranker.served.refresh();
  if (count == 0) return;
  const std::vector<Candidate> candidates = candidates_of(ranker.db, query, docids, weights, count);
  const std::unique_ptr<IndexReader> index = read_index(ranker.db, &ranker.values);
  const Eigen::VectorXf found = model.score(ranker.served.features(query, candidates, *index, [] {}));
  if (!found.allFinite()) throw Error("the model gives scores that are not finite");
  for (std::size_t i = 0; i < count; ++i) scores[i] = found[static_cast<Eigen::Index>(i)];
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
    Xapian::Query parsed;
    try {
      parsed = irgan::query_of_bytes({query, query_size}, "irgan_rescore");
    } catch (const irgan::FormatError& error) {
      throw irgan::BadArgument(error.what());
    }
    irgan::rescore(*ranker, parsed, docids, weights, num_docids, scores);
  });
}

size_t irgan_depth(const irgan_ranker* ranker) { return ranker ? ranker->served.model().depth() : 0; }

const char* irgan_model_version(const irgan_ranker* ranker) {
  return ranker ? ranker->served.model().version().c_str() : "";
}

const char* irgan_message(void) { return irgan::message_of_thread().c_str(); }

void irgan_close(irgan_ranker* ranker) { delete ranker; }
