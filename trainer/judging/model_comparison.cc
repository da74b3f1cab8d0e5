#include "irgan/model_comparison.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "irgan/significance.h"
#include "trainer/labels/click_model.h"
#include "trainer/training/query_ndcg.h"

namespace irgan {
namespace {

constexpr double kLevel = 0.05;

void take_later(const std::optional<DataRecord>& data, std::optional<double>& until) {
  if (!data || !data->origin.last_time) return;
  until = std::max(until.value_or(*data->origin.last_time), *data->origin.last_time);
}

// Means over the queries that both have.
ModelComparison compared(const std::map<std::string, double>& candidate, const std::map<std::string, double>& present,
                         std::uint64_t seed) {
  std::vector<double> of_candidate;
  std::vector<double> of_present;
  ModelComparison result;
  for (const auto& [query, ndcg] : candidate) {
    const auto other = present.find(query);
    if (other == present.end()) continue;
    of_candidate.push_back(ndcg);
    of_present.push_back(other->second);
    result.candidate += ndcg;
    result.present += other->second;
  }
  if (of_candidate.empty()) throw Error("no query of the held-out evidence has candidates of both models");
  result.num_queries = of_candidate.size();
  result.candidate /= static_cast<double>(result.num_queries);
  result.present /= static_cast<double>(result.num_queries);
  result.p = paired_randomisation_p(of_candidate, of_present, seed);
  return result;
}

bool is_measurably_worse(const ModelComparison& one) { return one.candidate < one.present && one.p < kLevel; }

}  // namespace

ModelComparison::Verdict ModelComparison::verdict() const {
  if (!(p < kLevel)) return Verdict::level;
  if (candidate > present) return Verdict::better;
  return is_worse_for_stopping_users ? Verdict::worse : Verdict::level;
}

const char* to_string(ModelComparison::Verdict verdict) {
  switch (verdict) {
    case ModelComparison::Verdict::worse:
      return "worse";
    case ModelComparison::Verdict::better:
      return "better";
    default:
      return "level";
  }
}

std::optional<double> learnt_until(const TrainingRecord& record) {
  std::optional<double> until;
  take_later(record.training, until);
  take_later(record.validation, until);
  for (const PastModel& before : record.history) {
    take_later(before.training, until);
    take_later(before.validation, until);
  }
  return until;
}

ModelComparison compare_models(const Model& candidate, const TrainingRecord& candidate_record,
                               const TrainingData& validation, const Model& present,
                               const TrainingData& present_validation, std::uint64_t seed) {
  Eigen::VectorXd offsets;
  if (!candidate_record.networks.empty()) {
    const std::vector<double>& examination = candidate_record.networks.back().examination;
    offsets = Eigen::Map<const Eigen::VectorXd>(examination.data(), static_cast<Eigen::Index>(examination.size()));
  }
  const IdealGains ideals = ideal_gains_of(validation, present_validation);
  ModelComparison result = compared(query_ndcg(validation, offsets, candidate, ideals),
                                    query_ndcg(present_validation, offsets, present, ideals), seed);
  const std::optional<double> until = learnt_until(record_of(present));
  const std::optional<double> from = validation.origin.first_time;
  result.flatters_present = !until || !from || !(*from > *until);
  if (!is_measurably_worse(result)) return result;
  const std::optional<TrainingData> labelled = labels_of_stopping_users(validation);
  const std::optional<TrainingData> present_labelled = labels_of_stopping_users(present_validation);
  if (labelled && present_labelled) {
    result.is_worse_for_stopping_users = is_measurably_worse(
        compared(query_ndcg(*labelled, {}, candidate), query_ndcg(*present_labelled, {}, present), seed));
  }
  return result;
}

}  // namespace irgan
