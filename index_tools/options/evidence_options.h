/// The flags that say where labels come from, a click log or judgments, and how rows are made of them.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/click_model_options.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/option_table.h"
#include "irgan/evidence.h"
#include "irgan/log_queries.h"
#include "irgan/model.h"
#include "irgan/preparation.h"

namespace irgan {

/// The longest half-life that a flag takes: a hundred years, in which nothing decays.
constexpr double kManyDays = 36500.0;

/// What is known of queries: the flags of every command that reads a click log or judgments.
struct LabelOptions {
  std::string queries;
  std::vector<std::string> clicks;
  std::string qrels;
  ClickLogOptions log_options;
  std::size_t max_queries = LogQueryOptions().max_queries;

  void add_to(OptionTable& table);
  /// The same without judgments.
  ///
  /// other_logs: further flags that name logs, which are read in the same way
  void add_log_to(OptionTable& table, const std::vector<const char*>& other_logs = {});

  /// Throws: ConfigError if an input is missing or two exclude each other
  void check() const;
  /// The flags of what is read, with their paths.
  std::vector<std::pair<const char*, std::string>> inputs() const;

  /// Whether queries are those of the log.
  bool takes_queries_of_log() const { return queries.empty() && !clicks.empty(); }
  /// Reads the file of queries, if one was named, else the queries of the log.
  ///
  /// err:    gets how many the log has, or what is left out of the file
  /// Throws: as read_queries() and queries_of_log()
  Evidence evidence(std::ostream& err) const;
};

/// The inputs that `features` and `train` share.
struct EvidenceOptions {
  LabelOptions labels;
  DatabaseOptions database;
  ClickModelFlags click_model;
  std::string vectors;             ///< of the collection that a generator is to pick from; empty: none
  std::string teacher;             ///< a model whose discriminator judges the picks; empty: none
  PreparationOptions preparation;  ///< with the half-life that was given

  void add_to(OptionTable& table);
  /// Adds those of the generator over the whole collection, which `train` alone has.
  void add_collection_to(OptionTable& table);

  /// Takes from a model what rows for it must have, its depth, and the contexts that it has learnt from.
  void take_from(const Model& model);

  /// Says which contexts were named that the model of take_from() has not learnt from.
  void say_unlearnt(std::ostream& err) const;

  /// Returns how rows are made, with the half-life that the click model wants.
  ///
  /// Throws: ConfigError if half-life and click model exclude each other, or if features from clicks are wanted
  ///         that the model does not have
  PreparationOptions preparing(std::optional<SplitOptions> split) const;
};

/// The flags of a split.
void add_split_options(SplitOptions& options, OptionTable& table);

}  // namespace irgan
