/// Where labels come from: a click log or judgments, and how rows are made of them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/database_options.h"
#include "index_tools/option_table.h"
#include "trainer/click_pages.h"
#include "trainer/data_preparation.h"
#include "trainer/query_file.h"
#include "trainer/training_data.h"

namespace irgan {

/// What is known of queries: the flags of every command that reads a click log or judgments.
struct LabelOptions {
  std::string queries;
  std::vector<std::string> clicks;
  std::string qrels;
  std::vector<std::pair<std::string, std::string>> columns;
  int rank_base = 1;
  double max_bad = 0.01;
  std::string rejects;

  void add_to(OptionTable& table);
  /// Those of a log's form alone.
  void add_log_to(OptionTable& table);

  /// Throws: ConfigError if an input is missing or two exclude each other
  void check() const;

  /// Calls `each` with every usable row of the logs and the id of its query: its own, or that of the query with the same
  /// words in `queries`. Unusable lines go to stderr if `report`.
  ///
  /// Throws: what reading throws
  void each_row(const std::vector<QueryRow>& queries, bool report,
                const std::function<void(const ClickRow& row, const std::string& query_id)>& each) const;

  /// Reads the click logs; a row without a query id is one of the query with the same words. Unusable lines go to stderr.
  ///
  /// Throws: what reading throws
  ClickEvidence read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days) const;
};

/// Whose clicks the features from clicks are made of.
enum class BehaviourSource {
  held_out,  ///< earlier ones where the log has times, else other sessions'; with judgments, the index's
  earlier,   ///< of a query's part of the log, those of the parts before
  sessions,  ///< those of the sessions of other parts
  index,     ///< those that `annotate --clicks` was given: for rows of clicks that were not among them
};

/// The inputs that `features` and `train` share.
struct EvidenceOptions : LabelOptions {
  DatabaseOptions database;
  std::optional<double> half_life_days;
  std::vector<std::string> features;
  bool behaviour = false;
  BehaviourSource behaviour_from = BehaviourSource::held_out;
  double behaviour_hidden = 0.5;  ///< share of the documents
  std::size_t depth = 100;
  unsigned num_threads = 0;

  void add_to(OptionTable& table);

  /// Reads logs or judgments and looks up the rows of the queries in `queries_path`; what was left out goes to stderr.
  ///
  /// Throws: ConfigError if an input is missing or two exclude each other; what reading and preparing throw
  TrainingData prepare_data(const std::string& queries_path) const;

 private:
  bool holds_out() const;
  TrainingData prepare_parts(const IndexLayout& layout, const FeatureSchema& schema, const std::vector<QueryRow>& rows,
                             PreparationOptions options, PreparationReport& report, double& applied_half_life) const;
};

}  // namespace irgan
