#include "index_tools/options/evidence_options.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <unordered_set>

#include "index_tools/showing/figures.h"
#include "index_tools/showing/progress_bar.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/evidence/earlier_clicks.h"
#include "trainer/log/query_file.h"
#include "trainer/log/query_resolver.h"
#include "trainer/machine/thread_pool.h"
#include "trainer/measures/qrels.h"
#include "trainer/rows/data_preparation.h"
#include "trainer/rows/data_split.h"

namespace irgan {
namespace {

constexpr double kManyDays = 36500.0;
constexpr const char* kTraining = "training";
constexpr const char* kValidation = "validation";

void report_losses(const PreparationReport& report, const TrainingData& data, bool decayed) {
  const char* unit = data.labels == LabelKind::grades ? " relevant documents"
                     : decayed                        ? " clicks (decayed)"
                                                      : " clicks";
  std::set<std::string> queries;  // a query has a pool for each part of the log that features from clicks tell apart
  for (const Pool& pool : data.pools) queries.insert(pool.query_id);
  std::cerr << queries.size() << " queries with candidates of " << report.num_queries << " ("
            << report.num_without_evidence << " without clicks or judgments, " << report.num_without_candidates
            << " without candidates), " << data.examples.size()
            << (data.labels == LabelKind::impressions ? " distinct result pages" : " examples") << '\n';
  if (report.num_unknown_queries > 0) {
    std::cerr << report.num_unknown_queries << " query ids of the clicks or judgments are not in the query file";
    if (data.labels != LabelKind::grades) {
      std::cerr << "; they had " << std::llround(report.num_unknown_clicks) << " of "
                << std::llround(report.num_clicks_of_log) << " clicks ("
                << percent(report.num_unknown_clicks, report.num_clicks_of_log) << ')';
    }
    std::cerr << '\n';
  }
  std::cerr << std::llround(report.num_positives) << unit << ", "
            << percent(report.num_positives_outside_pool, report.num_positives) << " of them outside the candidates, "
            << percent(report.num_positives_unknown, report.num_positives)
            << " on documents that the index does not have\n";
  const long long without_page = std::llround(report.num_clicks_without_page);
  if (without_page > 0) {
    std::cerr << without_page
              << " clicks stand on no result page of the log and teach nothing: give logs of one form\n";
  }
  if (report.num_added > 0) std::cerr << report.num_added << " documents joined the candidates (--add-clicked)\n";
}

// asked_days: of --half-life, 0 if it was not given
void report_decay(double half_life_days, double asked_days, bool is_default) {
  if (half_life_days > 0.0) {
    std::cerr << "a click counts half for every " << half_life_days << " days that it is older than the newest one";
  } else {
    std::cerr << "clicks count in full, whatever their age";
  }
  if (asked_days > 0.0 && half_life_days == 0.0) {
    std::cerr << ": the log has no times, which --half-life needs\n";
    return;
  }
  std::cerr << (is_default ? " (the default for such a log; --half-life changes it)\n" : " (--half-life)\n");
}

using QueryIds = std::unordered_set<std::string>;

QueryIds ids_of(const std::vector<QueryRow>& rows) {
  QueryIds ids;
  for (const QueryRow& row : rows) ids.insert(row.id);
  return ids;
}

// What validation judges by is not learnt from, though a site may name its queries in both files.
void leave_out_held_out(const std::vector<QueryRow>& held_out, const std::string& path, std::vector<QueryRow>& rows) {
  const QueryIds ids = ids_of(held_out);
  const auto kept =
      std::remove_if(rows.begin(), rows.end(), [&](const QueryRow& row) { return ids.count(row.id) > 0; });
  if (kept == rows.end()) return;
  if (kept == rows.begin())
    throw ConfigError("--valid-queries has all queries of " + path + ": none is left to train on");
  std::cerr << rows.end() - kept << " queries of --queries are among --valid-queries: they are not trained on\n";
  rows.erase(kept, rows.end());
}

}  // namespace

/// What the log says of training, or of validation.
struct EvidenceOptions::LogPart {
  /// known_queries: the queries that will be asked for; must outlive this
  /// other_queries: those of a query file that another data set is made of
  LogPart(std::optional<double> half_life_days, std::size_t max_bytes, const QueryIds& known_queries,
          QueryIds other_queries = {})
      : known(known_queries),
        others(std::move(other_queries)),
        clicks({half_life_days, max_bytes}),
        earlier(half_life_days.value_or(kHalfLifeOfClicksAlone)) {}

  void add(const ClickRow& row, const std::string& query_id, HeldOutHistory* history, bool joins_candidates) {
    const std::size_t part = history != nullptr ? history->part_of(row) : 0;
    if (known.count(query_id) == 0) {
      others.count(query_id) > 0 ? clicks.add_other(row) : clicks.add_unknown(row, query_id);
      if (joins_candidates) earlier.add_unknown(row);
      return;
    }
    clicks.add(row, history != nullptr ? in_part(query_id, part) : query_id);
    if (joins_candidates) earlier.add(row, query_id, part);
  }

  const QueryIds& known;
  QueryIds others;
  ClickAggregator clicks;
  EarlierClicks earlier;  // without rows unless clicked documents join the candidates
};

void LabelOptions::add_log_to(OptionTable& table) {
  table.group("The log");
  table.text("queries", queries,
             "queries: qid<TAB>text; with a header qid, text and, if wanted, filter (boolean terms), query "
             "(serialised, base64)",
             "FILE");
  table.texts("clicks", clicks,
              "click log, plain, gzip or zstd, - for stdin: TSV, CSV or JSON Lines with columns or keys " +
                  known_columns() +
                  ", of which doc_id and a query are needed; Omega's search.log and clicks.log, or its final.log; "
                  "OpenSearch's UBI; the form is recognised; may be given again",
              "FILE");
  LogReadingOptions::add_to(table, "clicks");
}

void LabelOptions::add_to(OptionTable& table) {
  add_log_to(table);
  table.group("Labels");
  table.text("qrels", qrels, "judgments instead of clicks: TREC qrels, lines 'qid 0 docid label'", "FILE");
}

void LabelOptions::check() const {
  if (queries.empty()) throw ConfigError("--queries is missing: name the file of queries");
  if (clicks.empty() == qrels.empty()) throw ConfigError("one of --clicks and --qrels is needed, not both");
  check_stdin(inputs());
}

std::vector<std::pair<const char*, std::string>> LabelOptions::inputs() const {
  std::vector<std::pair<const char*, std::string>> result{{"--queries", queries}, {"--qrels", qrels}};
  for (const std::string& path : clicks) result.emplace_back("--clicks", path);
  return result;
}

void LabelOptions::read_rows(const std::function<void(const ClickRow&)>& each) const {
  ClickLogReader log(clicks, log_options());
  log.read(each);
  for (std::size_t i = 0; i < clicks.size(); ++i) report_lines(log.summary(i), clicks[i]);
}

void LabelOptions::read_ahead(const std::function<void(const ClickRow&)>& each) const {
  ClickLogOptions lenient = log_options();
  lenient.max_bad = 1.0;
  lenient.rejects_path.clear();
  ClickLogReader log(clicks, lenient);
  log.read(each);
}

void LabelOptions::for_each_click(const std::vector<QueryRow>& rows,
                                  const std::function<void(const ClickRow&, const std::string&)>& each) const {
  const QueryResolver resolver(rows);
  std::uint64_t num_in_place = 0;
  read_rows([&](const ClickRow& row) {
    const QueryResolver::Found query = resolver.find(row);
    if (query.in_place) ++num_in_place;
    each(row, query.id);
  });
  if (num_in_place > 0) {
    std::cerr << num_in_place
              << " rows have a query id that the query file does not have: they count for the query with their words\n";
  }
}

ClickTotals LabelOptions::read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days,
                                      const std::function<void(QueryEvidence&&)>& each) const {
  ClickAggregator aggregator({half_life_days});
  const QueryIds known = ids_of(rows);
  for_each_click(rows, [&](const ClickRow& row, const std::string& query_id) {
    known.count(query_id) > 0 ? aggregator.add(row, query_id) : aggregator.add_unknown(row, query_id);
  });
  return aggregator.finish(each);
}

void EvidenceOptions::add_to(OptionTable& table) {
  database.add_to(table);
  LabelOptions::add_to(table);
  table.group("Labels");
  table.number("half-life", half_life_days, 0.0, kManyDays,
               "days after which a click counts half, its age taken from the newest one; 0: never; if not given, 10 "
               "where the log "
               "is clicks alone with times, since what people want moves on, and 0 where it says what was shown");
  click_model.add_to(table);
  table.group("Features");
  table.texts("features", features,
              "a feature by name, as 'features' and 'inspect' print them, may be given again; all: every one; else the "
              "lean default",
              "NAME");
  table.group("Behaviour features");
  table.flag("behaviour", behaviour,
             "add the features that 'annotate --clicks' made of clicks: clicked queries' words, shares of a query's "
             "clicks, popularity");
  table.choice<BehaviourSource>(
      "behaviour-from", behaviour_from,
      {{"held-out", BehaviourSource::held_out},
       {"earlier", BehaviourSource::earlier},
       {"sessions", BehaviourSource::sessions},
       {"index", BehaviourSource::index}},
      "whose clicks they are made of, so that no click predicts itself: of " + std::to_string(kNumHistoryParts) +
          " parts of --clicks, those before a click's own, or the others by sessions; held-out: before, where "
          "the log has times, else by sessions; with --qrels, and for clicks that came after annotate's: the index's; "
          "all but "
          "index hold all clicks of the log in memory");
  table.number(
      "behaviour-hidden", behaviour_hidden, 0.0, 1.0,
      "share of the documents whose clicks are left out of them, others in each part, as if the log had never seen the "
      "document: else training buries what is new; more where much is new, 0 where nothing is");
  table.group("Candidates");
  table.number("depth", depth, std::size_t{2}, std::size_t{100000},
               "candidates a query: the first hits of the first stage");
  table.flag("add-clicked", add_clicked,
             "put documents that were clicked for the query earlier, or shown where the log says what was shown, into "
             "its candidates "
             "with the first stage's score missing, for a model that is served with a click memory; the log's pairs of "
             "a query "
             "of --queries and a document are held in memory");
  table.needs("half-life", {"clicks"}, "judgments have no age");
  table.needs("add-clicked", {"clicks"}, "judgments are not clicked");
  for (const char* name : {"behaviour-from", "behaviour-hidden"}) {
    table.needs(name, {"behaviour", "from"}, "it is of features from clicks");
    table.exclude(name, "qrels", "what the index knows of clicks judges judgments");
  }
  table.group("Machine");
  table.number("threads", num_threads, 0U, 1024U, "threads; 0: one a processor");
}

void EvidenceOptions::take_from(const Model& model, const std::set<std::string>& given) {
  schema = std::make_shared<const FeatureSchema>(model.schema());
  if (given.count("depth") == 0 && model.parts().depth > 0) depth = model.parts().depth;
}

bool EvidenceOptions::wants_clicks() const {
  return schema ? schema->version == FeatureSchema::kVersionWithClicks : behaviour;
}

bool EvidenceOptions::holds_out() const {
  return wants_clicks() && !clicks.empty() && behaviour_from != BehaviourSource::index;
}

void EvidenceOptions::check_clicks() const {
  if (behaviour && !wants_clicks()) {
    throw ConfigError(
        "--behaviour and --from exclude each other here: features are the model's, and it has none from clicks");
  }
  if (!wants_clicks()) return;
  if (holds_out() && std::find(clicks.begin(), clicks.end(), "-") != clicks.end()) {
    throw ConfigError("--clicks - with --behaviour: the log is read twice, so it must be a file");
  }
  if (!database.site().layout.behaviour) {
    throw ConfigError(std::string(behaviour ? "--behaviour" : "--from: the model has features from clicks") +
                      ": the index knows nothing of clicks yet; 'annotate --clicks' adds it");
  }
}

std::unique_ptr<HeldOutHistory> EvidenceOptions::read_history(
    const std::vector<QueryRow>& rows,
    const std::function<bool(const ClickRow&, const std::string&)>& is_held_out) const {
  if (!holds_out()) return nullptr;
  auto history = std::make_unique<HeldOutHistory>(database.site(), rows);
  const QueryResolver resolver(rows);
  read_ahead([&](const ClickRow& row) {
    const std::string id = resolver.id_of(row);
    history->add(row, id, is_held_out(row, id));
  });
  history->deal(behaviour_from);
  return history;
}

TrainingData EvidenceOptions::prepare_rows(
    const std::function<TrainingData(const IndexLayout&, const FeatureSchema&, const PreparationOptions&,
                                     PreparationReport&)>& prepare_them,
    bool is_decayed, const std::string& part) const {
  const Site site = database.site();
  const Xapian::Database db = site.open();
  const IndexLayout& layout = site.layout;
  PreparationOptions options;
  options.depth = depth;
  options.default_op = database.default_op;
  options.num_threads = num_threads > 0 ? num_threads : default_num_threads();
  PreparationReport report;
  auto bar = std::make_unique<ProgressBar>("features");
  options.on_progress = [&](double share) { bar->update(share); };
  TrainingData data =
      prepare_them(layout, schema ? *schema : make_schema(db, layout, features, behaviour), options, report);
  bar.reset();
  if (!part.empty()) std::cerr << part << ": ";
  report_losses(report, data, is_decayed);
  return data;
}

TrainingData EvidenceOptions::prepare_clicks(const std::vector<QueryRow>& rows, LogPart& log,
                                             const HeldOutHistory* history, const std::string& part) const {
  const double half_life = log.clicks.half_life_days();
  const AddedDocuments added = log.earlier.finish(half_life == 0.0, history != nullptr);
  const auto indexes = history != nullptr ? history->indexes(behaviour_hidden, part != kTraining) : nullptr;
  TrainingData data = prepare_rows(
      [&](const IndexLayout& layout, const FeatureSchema& schema_of_rows, PreparationOptions options,
          PreparationReport& report) {
        if (add_clicked) options.added = &added;
        options.parts = indexes.get();
        return prepare(database.site().open, layout, schema_of_rows, rows, log.clicks, options, report);
      },
      half_life > 0.0, part);
  if (part != kValidation) report_decay(half_life, half_life_days.value_or(0.0), !half_life_days);
  return data;
}

TrainingData EvidenceOptions::prepare_data(const std::string& queries_path, const std::string& other_queries,
                                           bool is_validation) const {
  LabelOptions named = *this;
  named.queries = queries_path;
  named.check();
  check_clicks();
  std::vector<QueryRow> rows = read_queries(queries_path);
  const std::vector<QueryRow> others = other_queries.empty() ? std::vector<QueryRow>() : read_queries(other_queries);
  const std::string part = other_queries.empty() ? "" : is_validation ? kValidation : kTraining;
  if (part == kTraining) leave_out_held_out(others, queries_path, rows);
  if (qrels.empty()) {
    // Those of training first, for both: else a row that only has words could be taken for one of either.
    std::vector<QueryRow> known = is_validation ? others : rows;
    const std::vector<QueryRow>& rest = is_validation ? rows : others;
    known.insert(known.end(), rest.begin(), rest.end());
    std::set<std::string> held_out;
    for (const QueryRow& other : others) {
      if (!is_validation && holds_out()) held_out.insert(other.id);
    }
    const auto history =
        read_history(known, [&](const ClickRow&, const std::string& id) { return held_out.count(id) > 0; });
    const QueryIds ids = ids_of(rows);
    LogPart whole(click_model.half_life(half_life_days), max_click_bytes, ids, ids_of(others));
    for_each_click(known, [&](const ClickRow& row, const std::string& query_id) {
      whole.add(row, query_id, history.get(), add_clicked);
    });
    return prepare_clicks(rows, whole, history.get(), part);
  }
  Qrels judgments = read_qrels(qrels);
  const QueryIds own = ids_of(rows);
  for (const QueryRow& other : others) {
    if (own.count(other.id) == 0) judgments.by_query.erase(other.id);
  }
  return prepare_rows(
      [&](const IndexLayout& layout, const FeatureSchema& schema_of_rows, const PreparationOptions& options,
          PreparationReport& report) {
        return prepare(database.site().open, layout, schema_of_rows, rows, judgments, options, report);
      },
      false, part);
}

RowSplit EvidenceOptions::row_split(LogSplit split, double share, std::uint64_t seed) const {
  if (split != LogSplit::time) return RowSplit(split, share, seed, 0.0);
  if (std::find(clicks.begin(), clicks.end(), "-") != clicks.end()) {
    throw ConfigError("--clicks - with --split time: the log is read twice, so it must be a file");
  }
  TimeSample times;
  read_ahead([&](const ClickRow& row) {
    if (row.time) times.add(*row.time);
  });
  const std::optional<double> beginning = times.beginning_of_last(share);
  if (!beginning) throw ConfigError("--split time: the log has no times, or all of them are the same");
  return RowSplit(split, share, seed, *beginning);
}

std::pair<TrainingData, TrainingData> EvidenceOptions::prepare_parts(LogSplit split, double share,
                                                                     std::uint64_t seed) const {
  check();
  if (!qrels.empty()) {
    if (split != LogSplit::query) {
      throw ConfigError(std::string("--split ") + to_string(split) + " is for clicks: judgments are split by query");
    }
    return split_by_query(prepare_data(queries), share, seed);
  }
  check_clicks();
  const std::vector<QueryRow> rows = read_queries(queries);
  RowSplit held_out = row_split(split, share, seed);
  const auto history = read_history(rows, [ahead = held_out](const ClickRow& row, const std::string& id) mutable {
    return ahead.is_held_out(row, id);
  });
  const std::optional<double> half_life = click_model.half_life(half_life_days);
  const QueryIds ids = ids_of(rows);
  LogPart parts[2] = {LogPart(half_life, max_click_bytes / 2, ids), LogPart(half_life, max_click_bytes / 2, ids)};
  std::size_t num_rows[2] = {0, 0};
  bool has_sessions = false;
  for_each_click(rows, [&](const ClickRow& row, const std::string& query_id) {
    const int part = held_out.is_held_out(row, query_id) ? 1 : 0;
    has_sessions = has_sessions || !row.session.empty();
    ++num_rows[part];
    parts[part].add(row, query_id, history.get(), add_clicked);
  });
  if (split == LogSplit::session && !has_sessions) throw ConfigError("--split session: the log has no sessions");
  if (num_rows[0] == 0 || num_rows[1] == 0) {
    throw Error("too few clicks to hold some out for validation: the split by " + held_out.description() + " leaves " +
                std::to_string(num_rows[0]) + " rows of the log for training and " + std::to_string(num_rows[1]) +
                " for validation");
  }
  const auto rows_of = [&](bool validation) {
    std::vector<QueryRow> own;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(own), [&](const QueryRow& row) {
      return !held_out.is_by_query() || is_held_out(row.id, share, seed) == validation;
    });
    return own;
  };
  std::cerr << "split by " << held_out.description() << '\n';
  TrainingData training = prepare_clicks(rows_of(false), parts[0], history.get(), kTraining);
  EvidenceOptions same_schema = *this;  // the index may move on meanwhile
  same_schema.schema = std::make_shared<const FeatureSchema>(training.schema);
  TrainingData validation = same_schema.prepare_clicks(rows_of(true), parts[1], history.get(), kValidation);
  training.origin.split = validation.origin.split = held_out.description();
  if (training.labels != validation.labels) {
    throw Error(std::string("the split by ") + held_out.description() + " leaves " + to_string(training.labels) +
                " for training and " + to_string(validation.labels) +
                " for validation: give logs of one form, or --split query");
  }
  return {std::move(training), std::move(validation)};
}

void SplitFlags::add_to(OptionTable& table) {
  table.choice<LogSplit>("split", split,
                         {{"query", LogSplit::query}, {"time", LogSplit::time}, {"session", LogSplit::session}},
                         "what parts validation from training. query: each query is wholly in one part, so that a "
                         "model is chosen that ranks new queries "
                         "well. time: the last rows of the log are held out, to see how a model fares on what came "
                         "next; it reads the log twice, and "
                         "the newest clicks teach nothing. session: each session is held out or not, for a site whose "
                         "queries are always the same ones");
  table.number("valid-share", share, 0.01, 0.9,
               "share held out for validation: of the rows by time, of the queries, or of the sessions");
}

}  // namespace irgan
