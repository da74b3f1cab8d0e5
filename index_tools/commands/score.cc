#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/option_table.h"
#include "index_tools/reports/json_output.h"
#include "irgan/model.h"
#include "irgan/run_file.h"
#include "trainer/machine/output_file.h"
#include "trainer/row_files/rows_files.h"

namespace irgan {
namespace {

struct ScoreOptions {
  std::string model;
  std::vector<std::string> data;
  std::string out;
  std::string qrels_out;
  std::string ranker;
};

void check_features(const FeatureSchema& model, const FeatureSchema& rows) {
  if (model.features == rows.features) return;
  const std::size_t common = std::min(model.features.size(), rows.features.size());
  std::size_t j = 0;
  while (j < common && model.features[j] == rows.features[j]) ++j;
  const auto name = [j](const FeatureSchema& schema) {
    return j < schema.features.size() ? "'" + schema.features[j] + "'" : std::string("none");
  };
  throw Error("the rows have other features than the model: number " + std::to_string(j + 1) + " is " + name(rows) +
              " in the rows and " + name(model) +
              " in the model; write the rows with the model's features, or train on these");
}

void write_qrels(const TrainingData& data, std::ostream& out) {
  for (const Example& example : data.examples) {
    const Pool& pool = data.pools[example.pool];
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      out << pool.query_id << " 0 " << pool.document_ids[static_cast<std::size_t>(example.rows[i])] << ' '
          << std::lround(example.labels[static_cast<Eigen::Index>(i)]) << '\n';
    }
  }
}

void add_options(ScoreOptions& options, OptionTable& table) {
  table.text("model", options.model, "the model file", "FILE");
  table.texts("data", options.data, "feature rows from 'xapian-irgan features' or LETOR; may be given again", "FILE");
  table.text("out", options.out, "the TREC run to write; .gz and .zst are packed; - is stdout", "FILE");
  for (const char* name : {"out", "qrels-out"}) table.writes(name);
  table.text("qrels-out", options.qrels_out, "also write the rows' labels as TREC qrels, for 'xapian-irgan evaluate'",
             "FILE");
  table.text("serve", options.ranker, "discriminator, generator or combined, instead of the one that the model serves",
             "PLAYER");
}

// Throws: Error if the rows have other features than the model
void run(const ScoreOptions& options, const Console& console) {
  if (options.model.empty() || options.data.empty() || options.out.empty()) {
    throw ConfigError("--model, --data and --out are needed");
  }
  const auto model = Model::from_file(options.model);
  const Ranker ranker = options.ranker.empty() ? model->ranker() : ranker_from_string(options.ranker);
  LetorOptions reading;
  reading.needs_ids = true;
  reading.on_remark = [&console](const std::string& remark) { console.err << remark << '\n'; };
  const TrainingData data = read_rows(options.data, reading);
  check_features(model->schema(), data.schema);
  std::optional<OutputFile> qrels;
  if (!options.qrels_out.empty()) {
    if (is_of_pages(data.labels)) {
      throw ConfigError("--qrels-out " + options.qrels_out +
                        ": the labels of these rows are clicks on pages, no judgments");
    }
    qrels.emplace(options.qrels_out);
    write_qrels(data, qrels->stream());
  }
  OutputFile file(options.out);
  RunWriter run(file.stream(), "irgan");
  std::set<std::string> written;
  for (const Pool& pool : data.pools) {
    if (!written.insert(pool.query_id).second) {  // pages of a query share their pool if their candidates are the same
      throw Error(options.data.front() + ": query '" + pool.query_id +
                  "' has several lists of candidates, and a run can hold one: score one list of each query");
    }
    const Eigen::VectorXf scores = model->score_beside(pool.rows, pool.found_rows(), ranker);
    std::vector<RankedDocument> ranking;
    for (std::size_t i = 0; i < pool.document_ids.size(); ++i) {
      ranking.push_back({pool.document_ids[i], scores[static_cast<Eigen::Index>(i)]});
    }
    std::stable_sort(ranking.begin(), ranking.end(),
                     [](const RankedDocument& a, const RankedDocument& b) { return a.score > b.score; });
    run.write(pool.query_id, ranking);
  }
  if (qrels) qrels->commit();
  file.commit();
  if (options.out != "-" && options.qrels_out != "-") console.out << "ranked " << written.size() << " queries\n";
  console.result({{"wrote", options.out},
                  {"wrote_qrels", path_or_null(options.qrels_out)},
                  {"queries", written.size()},
                  {"ranker", to_string(ranker)}});
}

}  // namespace

Command score_command() {
  return make_command<ScoreOptions>(
      "score", "--model M --data F --out RUN", "rank ready-made feature rows",
      "  xapian-irgan score --model letor.model --data S4.txt --out S4.run --qrels-out S4.qrels\n"
      "Next: 'evaluate --qrels S4.qrels S4.run', with --letor for LETOR's own measures.\n");
}

}  // namespace irgan
