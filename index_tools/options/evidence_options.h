/// Where labels come from: a click log or judgments, and how rows are made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/click_model_options.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/log_reading_options.h"
#include "index_tools/options/option_table.h"
#include "irgan/model.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/log/click_log.h"
#include "trainer/log/log_split.h"
#include "trainer/log/query_file.h"
#include "trainer/rows/data_preparation.h"
#include "trainer/rows/held_out_history.h"
#include "trainer/rows/training_data.h"

namespace irgan {

/// What is known of queries: the flags of every command that reads a click log or judgments.
struct LabelOptions : LogReadingOptions {
  std::string queries;
  std::vector<std::string> clicks;
  std::string qrels;

  void add_to(OptionTable& table);
  /// The same without judgments.
  void add_log_to(OptionTable& table);

  /// Throws: ConfigError if an input is missing or two exclude each other
  void check() const;
  /// The flags of what is read, with their paths.
  std::vector<std::pair<const char*, std::string>> inputs() const;

  /// Reads the click logs, a row after the other. Unusable lines go to stderr.
  ///
  /// Throws: what reading throws
  void read_rows(const std::function<void(const ClickRow&)>& each) const;
  /// The same without a word of lines that are unusable, however many: they are told, and refused, when the log is read
  /// for what it says.
  void read_ahead(const std::function<void(const ClickRow&)>& each) const;
  /// Like read_rows, each row with its query's id; how many rows have that by their words in spite of another id goes
  /// to stderr.
  void for_each_click(const std::vector<QueryRow>& rows,
                      const std::function<void(const ClickRow& row, const std::string& query_id)>& each) const;

  /// Reads the click logs and calls `each` for every query of `rows` that they have, in the order of their ids; a row
  /// without a known query id is one of the query with the same words. Unusable lines go to stderr.
  ///
  /// Throws: what reading throws
  ClickTotals read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days,
                          const std::function<void(QueryEvidence&&)>& each) const;
};

/// The inputs that `features` and `train` share.
struct EvidenceOptions : LabelOptions {
  DatabaseOptions database;
  std::optional<double> half_life_days;
  ClickModelFlags click_model;
  std::vector<std::string> features;
  std::shared_ptr<const FeatureSchema> schema;  ///< rows for this one; null: made for the index and `features`
  bool behaviour = false;
  BehaviourSource behaviour_from = BehaviourSource::held_out;
  double behaviour_hidden = 0.5;  ///< share of the documents
  std::size_t depth = 100;
  bool add_clicked = false;
  unsigned num_threads = 0;
  std::size_t max_click_bytes =
      ClickModelOptions().max_bytes;  ///< what is counted in memory, of both parts of a split together

  void add_to(OptionTable& table);

  /// Takes from a model what rows for it must have, and its depth unless "depth" is among the flags that were given.
  void take_from(const Model& model, const std::set<std::string>& given);

  /// Reads logs or judgments and looks up the rows of the queries in `queries_path`; what was left out goes to stderr.
  ///
  /// other_queries: the file of validation's queries where these are training's (the other way round if is_validation),
  /// empty:
  ///                none; features from clicks know the words of both, but training's not the clicks of validation's
  /// Throws:        ConfigError if an input is missing or two exclude each other; what reading and preparing throw
  TrainingData prepare_data(const std::string& queries_path, const std::string& other_queries = "",
                            bool is_validation = false) const;

  /// The same in two parts, training and validation: about `share` of the evidence is held out. Clicks are parted row
  /// by row as the log is read, so that neither part's counts, ages and pages know of the other; a query can then have
  /// rows in both. A split by time reads the log once more, and so do features from clicks: training's know of
  /// training's clicks alone, validation's of all that its rows may know.
  ///
  /// Throws: as prepare_data; ConfigError if the evidence does not have what it is to be split by, or stdin would be
  /// read
  ///         twice; Error if a part would be empty
  std::pair<TrainingData, TrainingData> prepare_parts(LogSplit split, double share, std::uint64_t seed) const;

 private:
  struct LogPart;
  bool wants_clicks() const;
  bool holds_out() const;
  void check_clicks() const;
  std::unique_ptr<HeldOutHistory> read_history(
      const std::vector<QueryRow>& rows,
      const std::function<bool(const ClickRow&, const std::string&)>& is_held_out) const;
  TrainingData prepare_clicks(const std::vector<QueryRow>& rows, LogPart& log, const HeldOutHistory* history,
                              const std::string& part) const;
  TrainingData prepare_rows(
      const std::function<TrainingData(const IndexLayout&, const FeatureSchema&, const PreparationOptions&,
                                       PreparationReport&)>& prepare_them,
      bool is_decayed, const std::string& part) const;
  RowSplit row_split(LogSplit split, double share, std::uint64_t seed) const;
};

/// The flags of a split.
struct SplitFlags {
  LogSplit split = LogSplit::query;
  double share = 0.15;

  void add_to(OptionTable& table);
};

}  // namespace irgan
