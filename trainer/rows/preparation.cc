#include "irgan/preparation.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "irgan/index_fit.h"
#include "irgan/qrels.h"
#include "trainer/collection/teaching.h"
#include "trainer/collection/tower_lessons.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/evidence/context_census.h"
#include "trainer/evidence/earlier_clicks.h"
#include "trainer/evidence/log_split.h"
#include "trainer/parallel/thread_pool.h"
#include "trainer/queries/query_resolver.h"
#include "trainer/rows/context_groups.h"
#include "trainer/rows/data_split.h"
#include "trainer/rows/evidence_reader.h"
#include "trainer/rows/history_parts.h"
#include "trainer/rows/log_part.h"
#include "trainer/rows/pool_preparation.h"
#include "trainer/site/present_fields.h"
#include "trainer/unpacking/packed_bytes.h"

namespace irgan {
namespace {

constexpr const char* kNamedQueries = "named queries";  // what parted the data, as LabelOrigin has it

QueryIds ids_of(const std::vector<QueryRow>& rows) {
  QueryIds ids;
  for (const QueryRow& row : rows) ids.insert(row.id);
  return ids;
}

std::vector<QueryRow> without(const QueryIds& ids, const std::vector<QueryRow>& rows) {
  std::vector<QueryRow> rest;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(rest),
               [&](const QueryRow& row) { return ids.count(row.id) == 0; });
  return rest;
}

Qrels without(const QueryIds& ids, Qrels judgments) {
  for (const std::string& id : ids) judgments.by_query.erase(id);
  return judgments;
}

// Whether the log's contexts are to become features.
bool wants_contexts(const Evidence& evidence, const PreparationOptions& options) {
  return !evidence.log_options.contexts.empty() && !options.schema;
}

// The context features of the schema, and what else tells searches apart.
std::vector<std::string> features_of_groups(const FeatureSchema& schema, const PreparationOptions& options) {
  std::vector<std::string> features = schema.features;
  features.insert(features.end(), options.told_apart.begin(), options.told_apart.end());
  return features;
}

bool wants_clicks(const PreparationOptions& options) {
  return options.schema ? options.schema->version == FeatureSchema::kVersionWithClicks : options.behaviour;
}

// Whether features from clicks are made of the log's clicks, rather than read in the index.
bool wants_history(const Evidence& evidence, const PreparationOptions& options) {
  return wants_clicks(options) && !evidence.clicks.empty() && options.behaviour_from != BehaviourSource::index;
}

bool splits_by_time(const Evidence& evidence, const PreparationOptions& options) {
  return evidence.valid_queries.empty() && options.split && options.split->by == LogSplit::time;
}

void check(const Site& site, const Evidence& evidence, const PreparationOptions& options) {
  if (evidence.queries.empty()) throw ConfigError("queries", "are missing: there are none to learn from");
  if (evidence.clicks.empty() == evidence.qrels.empty())
    throw ConfigError("one of clicks and qrels is needed, not both");
  const bool is_split_by_query = !options.split || options.split->by == LogSplit::query;
  if (!evidence.qrels.empty() && !is_split_by_query) {
    throw ConfigError("split",
                      to_string(options.split->by) + std::string(" is for clicks: judgments are split by query"));
  }
  if (wants_clicks(options) && !site.layout.behaviour) {
    throw ConfigError("features from clicks: the index knows nothing of clicks yet; annotate it with clicks");
  }
  const bool picks_as_it_is = options.only_validation || options.towers.epochs == 0;
  if (options.vectors && options.generator && picks_as_it_is &&
      options.generator->towers.basis != options.vectors->facts().basis) {
    throw Error("the vectors have other terms than those that the model's generator was learnt on");
  }
  if (options.shard.count == 0 || options.shard.number >= options.shard.count) {
    throw ConfigError("shard", "must be from 1 to the number of shards");
  }
  if (options.shard.count > 1 && (options.split || !evidence.valid_queries.empty() || options.vectors)) {
    throw ConfigError("shard",
                      "needs all rows in one part and no generator over the whole collection: leave validation and "
                      "vectors to the training");
  }
  const auto once = std::find_if(evidence.clicks.begin(), evidence.clicks.end(),
                                 [](const std::string& path) { return !can_be_read_again(path); });
  if (once == evidence.clicks.end()) return;
  if (wants_contexts(evidence, options)) {
    throw ConfigError("clicks", *once + " with a context: the log is read twice, so it must be a file");
  }
  if (wants_history(evidence, options)) {
    throw ConfigError("clicks", *once + " with features from clicks: the log is read twice, so it must be a file");
  }
  if (splits_by_time(evidence, options)) {
    throw ConfigError("clicks", *once + " with a split by time: the log is read twice, so it must be a file");
  }
}

// Picks have no first stage's score: as a feature it would tell picks from the rest before they are looked at.
FeatureSchema with_generator(FeatureSchema schema, bool features_are_named) {
  std::vector<std::string>& names = schema.features;
  if (std::find(names.begin(), names.end(), kGeneratorScore) == names.end()) names.emplace_back(kGeneratorScore);
  if (!features_are_named) names.erase(std::remove(names.begin(), names.end(), "first_stage.score"), names.end());
  return schema;
}

/// One call of prepare().
class Preparation {
 public:
  Preparation(const Site& site, const Evidence& evidence, const PreparationOptions& options,
              const PreparationListener& listener)
      : site_(site),
        evidence_(evidence),
        options_(options),
        listener_(listener),
        valid_ids_(ids_of(evidence.valid_queries)),
        queries_(without(valid_ids_, evidence.queries)),
        query_ids_(ids_of(queries_)),
        db_(site.open()),
        context_counts_(wants_contexts(evidence, options) ? count_contexts(evidence.clicks, evidence.log_options)
                                                          : std::vector<ContextCount>()),
        schema_(site.watch->read(db_, [this] { return options_.schema ? given_schema() : schema_of_index(); })) {
    if (queries_.empty()) {
      throw ConfigError("valid_queries", "has all of the queries: none is left to train on");
    }
    result_.report.contexts = context_counts_;
    result_.report.num_left_out = evidence.queries.size() - queries_.size();
    if (options.vectors) towers_ = towers_after({}, 0);
  }

  PreparedData from_judgments() {
    const Qrels judgments = read_qrels(evidence_.qrels);
    result_.report.judgments = judgment_reading(judgments, all_queries());
    say_read();
    if (is_named()) {
      if (!options_.only_validation)
        result_.training = of_judgments(DataPart::training, queries_, without(valid_ids_, judgments));
      result_.validation = of_judgments(DataPart::validation, evidence_.valid_queries, without(query_ids_, judgments));
      set_split(kNamedQueries);
      return std::move(result_);
    }
    result_.training = of_judgments(DataPart::all, queries_, judgments);
    if (options_.split) {
      std::tie(result_.training, result_.validation) =
          split_by_query(std::move(result_.training), options_.split->share, options_.split->seed);
    }
    if (options_.only_validation) result_.training = {};
    return std::move(result_);
  }

  PreparedData from_clicks() {
    const std::vector<QueryRow> known = all_queries();
    const QueryResolver resolver(known);
    if (is_named()) return of_named(known, resolver);
    return options_.split ? of_split(known, resolver) : of_whole(known, resolver);
  }

 private:
  // Those of training first: else a row that only has words could be taken for one of either part.
  std::vector<QueryRow> all_queries() const {
    std::vector<QueryRow> all = queries_;
    all.insert(all.end(), evidence_.valid_queries.begin(), evidence_.valid_queries.end());
    return all;
  }

  // A model's own. What it knew of its index is not known here, so that only what is gone altogether is refused.
  FeatureSchema given_schema() const {
    const std::vector<std::string>& names = options_.schema->features;
    if (!options_.vectors && std::find(names.begin(), names.end(), kGeneratorScore) != names.end()) {
      throw ConfigError("vectors", "are missing: the model to go on from has a generator over the whole collection");
    }
    const std::string why = index_fit(db_, *options_.schema, {}).why_not();
    if (!why.empty()) throw Error("the model does not fit the index: " + why + "; train one without going on from it");
    return *options_.schema;
  }

  FeatureSchema schema_of_index() {
    result_.report.absent.clear();
    const IndexLayout present = present_layout(db_, site_.layout, result_.report.absent);
    refuse_absent(site_.layout, present, options_.features);
    FeatureSchema schema = make_schema(db_, present, options_.features, options_.behaviour);
    if (options_.vectors) schema = with_generator(std::move(schema), !options_.features.empty());
    for (std::string& feature : context_features(context_counts_)) {
      if (std::find(schema.features.begin(), schema.features.end(), feature) == schema.features.end())
        schema.features.push_back(std::move(feature));
    }
    return schema;
  }

  using IsHeldOut = std::function<bool(const ClickRow&, const std::string& query_id)>;

  bool is_named() const { return !evidence_.valid_queries.empty(); }

  void say_read() const {
    if (listener_.on_read) listener_.on_read(result_.report);
  }

  void set_split(const std::string& split) { result_.training.origin.split = result_.validation.origin.split = split; }

  LogPart log_part(std::size_t num_parts, const QueryIds& own, QueryIds others = {}) const {
    return {options_.half_life_days, options_.max_click_bytes / num_parts, own, std::move(others)};
  }

  PreparedData of_whole(const std::vector<QueryRow>& known, const QueryResolver& resolver) {
    const auto history = read_history(known, resolver, [](const ClickRow&, const std::string&) { return false; });
    LogPart whole = log_part(1, query_ids_);
    read_log(resolver, history.get(), [&](const ClickRow& row, const std::string& id, std::optional<std::size_t> part) {
      whole.add(row, id, part, group_of(row), options_.add_clicked);
    });
    say_read();
    result_.training = of_clicks(DataPart::all, queries_, whole, history.get());
    return std::move(result_);
  }

  PreparedData of_named(const std::vector<QueryRow>& known, const QueryResolver& resolver) {
    const auto history =
        read_history(known, resolver, [&](const ClickRow&, const std::string& id) { return valid_ids_.count(id) > 0; });
    LogPart training = log_part(2, query_ids_, valid_ids_);
    LogPart validation = log_part(2, valid_ids_, query_ids_);
    read_log(resolver, history.get(), [&](const ClickRow& row, const std::string& id, std::optional<std::size_t> part) {
      const std::optional<std::size_t> group = group_of(row);
      training.add(row, id, part, group, options_.add_clicked);
      validation.add(row, id, part, group, options_.add_clicked);
    });
    say_read();
    if (!options_.only_validation) result_.training = of_clicks(DataPart::training, queries_, training, history.get());
    result_.validation = of_clicks(DataPart::validation, evidence_.valid_queries, validation, history.get());
    set_split(kNamedQueries);
    return std::move(result_);
  }

  PreparedData of_split(const std::vector<QueryRow>& known, const QueryResolver& resolver) {
    RowSplit split = row_split();
    const auto history = read_history(
        known, resolver,
        [ahead = split](const ClickRow& row, const std::string& id) mutable { return ahead.is_held_out(row, id); });
    LogPart parts[] = {log_part(2, query_ids_), log_part(2, query_ids_)};
    std::size_t num_rows[] = {0, 0};
    bool has_sessions = false;
    read_log(resolver, history.get(),
             [&](const ClickRow& row, const std::string& id, std::optional<std::size_t> history_part) {
               const int part = split.is_held_out(row, id) ? 1 : 0;
               has_sessions = has_sessions || !row.session.empty();
               ++num_rows[part];
               parts[part].add(row, id, history_part, group_of(row), options_.add_clicked);
             });
    if (options_.split->by == LogSplit::session && !has_sessions) {
      throw ConfigError("split", "session: the log has no sessions");
    }
    result_.report.split = split.description();
    say_read();
    if (num_rows[0] == 0 || num_rows[1] == 0) {
      throw Error("too few clicks to hold some out for validation: the split by " + split.description() + " leaves " +
                  std::to_string(num_rows[0]) + " rows of the log for training and " + std::to_string(num_rows[1]) +
                  " for validation");
    }
    if (!options_.only_validation)
      result_.training = of_clicks(DataPart::training, split_queries(split, false), parts[0], history.get());
    result_.validation = of_clicks(DataPart::validation, split_queries(split, true), parts[1], history.get());
    set_split(split.description());
    if (!options_.only_validation) check_labels(split);
    return std::move(result_);
  }

  RowSplit row_split() const {
    if (options_.split->by != LogSplit::time) return {*options_.split, 0.0};
    TimeSample times;
    read_ahead(evidence_.clicks, evidence_.log_options, [&](const ClickRow& row) {
      if (row.time) times.add(*row.time);
    });
    const std::optional<double> beginning = times.beginning_of_last(options_.split->share);
    if (!beginning) throw ConfigError("split", "time: the log has no times, or all of them are the same");
    return {*options_.split, *beginning};
  }

  // The queries that may have rows in one part of a split.
  std::vector<QueryRow> split_queries(const RowSplit& split, bool held_out) const {
    if (!split.is_by_query()) return queries_;
    std::vector<QueryRow> own;
    std::copy_if(queries_.begin(), queries_.end(), std::back_inserter(own), [&](const QueryRow& row) {
      return is_held_out(row.id, options_.split->share, options_.split->seed) == held_out;
    });
    return own;
  }

  void check_labels(const RowSplit& split) const {
    if (result_.training.labels == result_.validation.labels) return;
    throw Error("the split by " + split.description() + " leaves " + to_string(result_.training.labels) +
                " for training and " + to_string(result_.validation.labels) +
                " for validation: give logs of one form, or split by query");
  }

  // Null if features from clicks are not wanted, or are the index's.
  std::unique_ptr<HistoryParts> read_history(const std::vector<QueryRow>& known, const QueryResolver& resolver,
                                             const IsHeldOut& is_held_out) const {
    if (!wants_history(evidence_, options_)) return nullptr;
    auto history = std::make_unique<HistoryParts>(site_, known);
    read_ahead(evidence_.clicks, evidence_.log_options, [&](const ClickRow& row) {
      const std::string id = resolver.id_of(row);
      history->add(row, id, is_held_out(row, id));
    });
    history->deal(options_.behaviour_from);
    return history;
  }

  // Nothing if all searches are one group.
  std::optional<std::size_t> group_of(const ClickRow& row) {
    return groups_.empty() ? std::nullopt : std::optional(groups_.number_of(row));
  }

  // The reading that counts.
  void read_log(const QueryResolver& resolver, HistoryParts* history,
                const std::function<void(const ClickRow&, const std::string& query_id,
                                         std::optional<std::size_t> history_part)>& each) {
    result_.report.log =
        for_each_click(evidence_.clicks, log_options_, resolver, [&](const ClickRow& row, const std::string& query_id) {
          std::optional<std::size_t> part;
          if (history != nullptr) part = history->part_of(row);
          each(row, query_id, part);
        });
  }

  TrainingData of_clicks(DataPart part, const std::vector<QueryRow>& queries, LogPart& log,
                         const HistoryParts* history) {
    PartReport report;
    report.half_life_days = log.clicks.half_life_days();
    const AddedDocuments added = log.earlier.finish(report.half_life_days == 0.0, history != nullptr);
    const auto indexes =
        history != nullptr ? history->indexes(options_.behaviour_hidden, part == DataPart::validation) : nullptr;
    PoolOptions pools = pool_options();
    if (options_.add_clicked) pools.added = &added;
    pools.parts = indexes.get();
    if (!groups_.empty()) pools.groups = &groups_.contexts();
    const bool learns = options_.vectors && part != DataPart::validation && !options_.only_validation;
    const TowerLessons none;
    if (learns) {
      pools.before_pools = [&](const std::vector<QueryEvidence>& all) {
        const auto id_of = [&](const QueryEvidence& query) {
          const std::string_view id = history != nullptr ? parted(query.query_id).first : query.query_id;
          return std::string(groups_.empty() ? id : grouped(id).first);
        };
        learn_towers_of(queries, lessons_of_clicks(site_, *options_.vectors, queries, all, id_of));
      };
    }
    const CollectionPicks picks{options_.vectors,         towers_,
                                learns ? lessons_ : none, options_.num_picks,
                                options_.num_random,      options_.towers.seed};
    if (options_.vectors) pools.picks = &picks;
    TrainingData data = prepare_pools(site_, schema_, queries, log.clicks, pools, report.losses);
    data.origin.first_time = log.first_time;
    data.origin.last_time = log.last_time;
    if (options_.vectors) data.generator = CollectionGenerator{towers_.whole, options_.num_picks, towers_.folds};
    add(report, part, data);
    return data;
  }

  TrainingData of_judgments(DataPart part, const std::vector<QueryRow>& queries, const Qrels& judgments) {
    PartReport report;
    PoolOptions pools = pool_options();
    if (options_.vectors && part != DataPart::validation && !options_.only_validation) {
      learn_towers_of(queries, lessons_of_judgments(site_, *options_.vectors, queries, judgments));
    }
    const CollectionPicks picks{options_.vectors, towers_, lessons_, options_.num_picks};
    if (options_.vectors) pools.picks = &picks;
    TrainingData data = prepare_pools(site_, schema_, queries, judgments, pools, report.losses);
    if (options_.vectors) data.generator = CollectionGenerator{towers_.whole, options_.num_picks, towers_.folds};
    add(report, part, data);
    return data;
  }

  void learn_towers_of(const std::vector<QueryRow>& queries, TowerLessons lessons) {
    lessons_ = std::move(lessons);
    if (options_.teacher) {
      add_opinions(site_, options_.vectors, *options_.teacher, queries, options_.towers, num_threads(), lessons_);
    }
    towers_ = towers_after(lessons_, options_.towers.epochs);
  }

  FoldedTowers towers_after(const TowerLessons& lessons, int epochs) const {
    TowerOptions towers = options_.towers;
    towers.epochs = epochs;
    return learn_towers(*options_.vectors, lessons, towers, options_.generator ? &*options_.generator : nullptr,
                        num_threads());
  }

  unsigned num_threads() const { return options_.num_threads > 0 ? options_.num_threads : default_num_threads(); }

  PoolOptions pool_options() const {
    PoolOptions pools;
    pools.depth = options_.depth;
    pools.num_threads = num_threads();
    const auto& [shard, count] = options_.shard;
    if (listener_.on_progress) pools.on_progress = listener_.on_progress;
    if (count == 1) return pools;
    pools.first_query = queries_.size() * shard / count;
    pools.end_query = queries_.size() * (shard + 1) / count;
    return pools;
  }

  void add(PartReport& report, DataPart part, const TrainingData& data) {
    report.part = part;
    report.labels = data.labels;
    std::set<std::string> queries;  // a query has a pool for each part of the history
    for (const Pool& pool : data.pools) queries.insert(pool.query_id);
    report.num_with_pool = queries.size();
    report.num_examples = data.examples.size();
    result_.report.parts.push_back(report);
    if (listener_.on_part) listener_.on_part(report);
  }

  const Site& site_;
  const Evidence& evidence_;
  const PreparationOptions& options_;
  const PreparationListener& listener_;
  const QueryIds valid_ids_;
  const std::vector<QueryRow> queries_;  // those that are trained on
  const QueryIds query_ids_;
  const Xapian::Database db_;
  TowerLessons lessons_;  // of the training part
  FoldedTowers towers_;
  PreparedData result_;
  const std::vector<ContextCount> context_counts_;
  const FeatureSchema schema_;
  const ClickLogOptions log_options_ =
      with_contexts(evidence_.log_options, features_of_groups(schema_, options_));  // of the reading that counts
  ContextGroups groups_{log_options_.contexts, features_of_groups(schema_, options_)};
};

}  // namespace

PreparedData prepare(const Site& site, const Evidence& evidence, const PreparationOptions& options,
                     const PreparationListener& listener) {
  check(site, evidence, options);
  Preparation preparation(site, evidence, options, listener);
  return evidence.qrels.empty() ? preparation.from_clicks() : preparation.from_judgments();
}

}  // namespace irgan
