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
#include "trainer/earlier_clicks.h"
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
  /// The same without judgments.
  void add_log_to(OptionTable& table);

  /// Throws: ConfigError if an input is missing or two exclude each other
  void check() const;

  /// Calls `each` for every usable row of the click logs. Unusable lines go to stderr.
  ///
  /// Throws: what reading throws
  void read_rows(const std::function<void(const ClickRow&)>& each) const;

  /// Reads the click logs; a row without a query id is one of the query with the same words. Unusable lines go to stderr.
  ///
  /// Throws: what reading throws
  ClickEvidence read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days) const;
  /// The same, `earlier` taking each row too, if there is one.
  ClickEvidence read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days, EarlierClicks* earlier) const;
};

/// The inputs that `features` and `train` share.
struct EvidenceOptions : LabelOptions {
  DatabaseOptions database;
  std::optional<double> half_life_days;
  std::vector<std::string> features;
  std::size_t depth = 100;
  bool add_clicked = false;
  unsigned num_threads = 0;

  void add_to(OptionTable& table);

  /// Reads logs or judgments and looks up the rows of the queries in `queries_path`; what was left out goes to stderr.
  ///
  /// Throws: ConfigError if an input is missing or two exclude each other; what reading and preparing throw
  TrainingData prepare_data(const std::string& queries_path) const;
};

}  // namespace irgan
