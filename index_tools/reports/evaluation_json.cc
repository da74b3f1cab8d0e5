#include "index_tools/reports/evaluation_json.h"

#include "irgan/significance.h"

namespace irgan {

using nlohmann::json;

json json_of(const Evaluation& evaluation, std::uint64_t seed, bool with_each_query) {
  json object{{"measures", evaluation.measures},
              {"judgments", evaluation.num_judgments},
              {"repeated_judgments", evaluation.num_repeated},
              {"queries", evaluation.queries.size()},
              {"queries_without_relevant", evaluation.num_hopeless},
              {"runs", json::array()}};
  for (const EvaluatedRun& run : evaluation.runs) {
    json entry{
        {"name", run.name},        {"missing_queries", run.num_missing}, {"unjudged_queries", run.unjudged.size()},
        {"means", json::object()}, {"against_first", nullptr},           {"values", nullptr}};
    for (std::size_t m = 0; m < evaluation.measures.size(); ++m) {
      const std::string& measure = evaluation.measures[m];
      entry["means"][measure] = run.mean(m);
      if (&run != &evaluation.runs.front()) {
        const RunDifference found = difference_of(run, evaluation.runs.front(), m, seed);
        entry["against_first"][measure] = {{"difference", found.difference}, {"p", found.p}};
      }
      if (!with_each_query) continue;
      for (std::size_t q = 0; q < evaluation.queries.size(); ++q)
        entry["values"][evaluation.queries[q]][measure] = run.values[m][q];
    }
    object["runs"].push_back(std::move(entry));
  }
  return object;
}

json json_of(const InterleavingOutcome& outcome, const std::array<std::string, 2>& names) {
  return {{"names", names},
          {"shown", outcome.num_shown},
          {"wins", outcome.wins},
          {"ties", outcome.num_ties},
          {"p", sign_test_p(outcome.wins[0], outcome.wins[1])}};
}

}  // namespace irgan
