#include "index_tools/evidence_options.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iostream>
#include <memory>
#include <unordered_map>

#include "index_tools/progress_bar.h"
#include "trainer/behaviour_index.h"
#include "trainer/click_fields.h"
#include "trainer/click_pages.h"
#include "trainer/data_preparation.h"
#include "trainer/qrels.h"
#include "trainer/query_file.h"
#include "trainer/thread_pool.h"

namespace irgan {
namespace {

constexpr double kManyDays = 36500.0;

// More parts know more of what was before, or of other sessions, and take longer.
constexpr std::size_t kNumParts = 8;

// Throws: ConfigError if the log does not tell which clicks may judge which
HeldOut way_of(const ClickHistory& history, BehaviourSource source) {
  if (history.empty()) throw ConfigError("--behaviour: there are no clicks in the log");
  const bool by_time = source == BehaviourSource::earlier || (source == BehaviourSource::held_out && history.has_times());
  if (by_time && !history.has_times()) throw ConfigError("--behaviour-from earlier: the log has no times");
  if (!by_time && !history.has_sessions()) {
    throw ConfigError("--behaviour: the log has no " + std::string(source == BehaviourSource::sessions ? "" : "times and no ") +
                      "sessions, by which clicks could be kept from predicting themselves");
  }
  return by_time ? HeldOut::later : HeldOut::sessions;
}

// Queries are the same whatever their case and spacing.
std::string normalised(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ' || c == '\t') {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

/// Finds a log row's query: by its id where the log has ids, else by its words.
class QueryResolver {
 public:
  explicit QueryResolver(const std::vector<QueryRow>& queries) {
    for (const QueryRow& query : queries) id_of_text_.emplace(normalised(query.text), query.id);
  }

  std::string id_of(const ClickRow& row) const {
    if (!row.query_id.empty()) return std::string(row.query_id);
    const auto known = id_of_text_.find(normalised(row.query));
    return known == id_of_text_.end() ? "(no id) " + std::string(row.query) : known->second;
  }

 private:
  std::unordered_map<std::string, std::string> id_of_text_;
};

void report_rejects(const ClickLogSummary& summary, const std::string& path) {
  if (summary.num_rejected == 0) return;
  std::cerr << path << ": " << summary.num_rejected << " of " << summary.num_good + summary.num_rejected
            << " lines passed over:\n";
  for (const auto& [reason, rejected] : summary.rejected) {
    std::cerr << "  " << reason << ": " << rejected.count << '\n';
    for (const std::string& place : rejected.first) std::cerr << "    " << place << '\n';
  }
}

std::string percent(double part, double whole) {
  const double share = whole > 0.0 ? 100.0 * part / whole : 0.0;
  return std::to_string(std::lround(share)) + " %";
}

void report_losses(const PreparationReport& report, const TrainingData& data, bool decayed) {
  const char* unit = data.labels == LabelKind::grades ? " relevant documents" : decayed ? " clicks (decayed)" : " clicks";
  std::cerr << data.pools.size() << " queries with candidates of " << report.num_queries << " (" << report.num_without_evidence
            << " without clicks or judgments, " << report.num_without_candidates << " without candidates), "
            << data.examples.size() << (data.labels == LabelKind::impressions ? " distinct result pages" : " examples") << '\n';
  if (report.num_unknown_queries > 0) {
    std::cerr << report.num_unknown_queries << " queries of the clicks or judgments are not in the query file\n";
  }
  std::cerr << std::llround(report.num_positives) << unit << ", " << percent(report.num_positives_outside_pool, report.num_positives)
            << " of them outside the candidates, " << percent(report.num_positives_unknown, report.num_positives)
            << " on documents that the index does not have\n";
}

void report_decay(double half_life_days, bool is_default) {
  if (half_life_days > 0.0) {
    std::cerr << "a click counts half for every " << half_life_days << " days that it is older than the newest one";
  } else {
    std::cerr << "clicks count in full, whatever their age";
  }
  std::cerr << (is_default ? " (the default for such a log; --half-life changes it)\n" : " (--half-life)\n");
}

std::string known_columns() {
  std::string names;
  for (const std::string_view name : kClickColumnNames) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

}  // namespace

void LabelOptions::add_to(OptionTable& table) {
  table.text("queries", queries, "queries: qid<TAB>text; with a header qid, text and, if wanted, filter (boolean terms), query (serialised, base64)", "FILE");
  add_log_to(table);
  table.text("qrels", qrels, "judgments instead of clicks: TREC qrels, lines 'qid 0 docid label'", "FILE");
}

void LabelOptions::add_log_to(OptionTable& table) {
  table.texts("clicks", clicks, "click log: TSV, CSV or JSON Lines, plain, gzip or zstd, - for stdin; with columns or keys " + known_columns() + ", of which doc_id and a query are needed; may be given again", "FILE");
  table.pairs("column", columns, "one of these columns under another name in the log, e.g. clicked=is_click", "KNOWN=THEIRS");
  table.number("rank-base", rank_base, 0, 1, "rank of the first hit in the log");
  table.number("max-bad", max_bad, 0.0, 1.0, "share of unusable log lines up to which the rest is taken");
  table.text("rejects", rejects, "file for the unusable log lines", "FILE");
}

void LabelOptions::check() const {
  if (queries.empty()) throw ConfigError("--queries is missing: name the file of queries");
  if (clicks.empty() == qrels.empty()) throw ConfigError("one of --clicks and --qrels is needed, not both");
}

void LabelOptions::each_row(const std::vector<QueryRow>& rows, bool report,
                            const std::function<void(const ClickRow& row, const std::string& query_id)>& each) const {
  const ClickLogOptions log_options{{columns.begin(), columns.end()}, rank_base, max_bad, rejects};
  const QueryResolver resolver(rows);
  for (const std::string& path : clicks) {
    ClickLogReader log(path, log_options);
    log.read([&](const ClickRow& row) { each(row, resolver.id_of(row)); });
    if (report) report_rejects(log.summary(), path);
  }
}

ClickEvidence LabelOptions::read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days) const {
  ClickAggregator aggregator({half_life_days});
  each_row(rows, true, [&](const ClickRow& row, const std::string& query_id) { aggregator.add(row, query_id); });
  return aggregator.finish();
}

void EvidenceOptions::add_to(OptionTable& table) {
  database.add_to(table);
  LabelOptions::add_to(table);
  table.number("half-life", half_life_days, 0.0, kManyDays,
               "days after which a click counts half, its age taken from the newest one; 0: never; if not given, 10 where the log "
               "is clicks alone with times, since what people want moves on, and 0 where it says what was shown");
  table.texts("features", features, "a feature by name, as 'features' and 'inspect' print them, may be given again; all: every one; else the lean default", "NAME");
  table.flag("behaviour", behaviour, "add the features that 'annotate --clicks' made of clicks: clicked queries' words, shares of a query's clicks, popularity");
  table.choice<BehaviourSource>("behaviour-from", behaviour_from,
                                {{"held-out", BehaviourSource::held_out},
                                 {"earlier", BehaviourSource::earlier},
                                 {"sessions", BehaviourSource::sessions},
                                 {"index", BehaviourSource::index}},
                                "whose clicks they are made of, so that no click predicts itself: of " + std::to_string(kNumParts) +
                                    " parts of --clicks, those before a click's own, or the others by sessions; held-out: before, where "
                                    "the log has times, else by sessions; with --qrels, and for clicks that came after annotate's: the index's");
  table.number("behaviour-hidden", behaviour_hidden, 0.0, 1.0,
               "share of the documents whose clicks are left out of them, others in each part, as if the log had never seen the "
               "document: else training buries what is new; more where much is new, 0 where nothing is");
  table.number("depth", depth, std::size_t{2}, std::size_t{100000}, "candidates a query: the first hits of the first stage");
  table.number("threads", num_threads, 0U, 1024U, "threads; 0: one a processor");
}

bool EvidenceOptions::holds_out() const {
  return behaviour && !clicks.empty() && behaviour_from != BehaviourSource::index;
}

TrainingData EvidenceOptions::prepare_parts(const IndexLayout& layout, const FeatureSchema& schema, const std::vector<QueryRow>& rows,
                                            PreparationOptions options, PreparationReport& report, double& applied_half_life) const {
  const Xapian::Database db = database.open();
  QueryStemFinder finder(db, layout, database.default_op, rows);
  ClickHistory history([&](const ClickRow& row, const std::string& id) { return finder.stems_of(row, id); });
  each_row(rows, false, [&](const ClickRow& row, const std::string& id) { history.add(row, id); });
  ClickParts parts = history.parts(way_of(history, behaviour_from), kNumParts);
  const PartIndexes indexes(db, layout, history, parts, behaviour_hidden);
  options.parts = &indexes;
  ClickAggregator aggregator({half_life_days});
  each_row(rows, true, [&](const ClickRow& row, const std::string& id) { aggregator.add(row, in_part(id, parts.part_of(row))); });
  const ClickEvidence evidence = aggregator.finish();
  applied_half_life = evidence.half_life_days;
  return prepare(database.opener(), layout, schema, rows, evidence, options, report);
}

TrainingData EvidenceOptions::prepare_data(const std::string& queries_path) const {
  if (queries_path.empty()) throw ConfigError("--queries is missing: name the file of queries");
  if (clicks.empty() == qrels.empty()) throw ConfigError("one of --clicks and --qrels is needed, not both");
  if (holds_out() && std::count(clicks.begin(), clicks.end(), "-") > 0) {
    throw ConfigError("--clicks - with --behaviour: the log is read twice, so it must be a file");
  }
  const Xapian::Database db = database.open_filled();
  const IndexLayout layout = database.layout(db);
  if (behaviour && !layout.behaviour) {
    throw ConfigError("--behaviour: the index knows nothing of clicks yet; 'annotate --clicks' adds it");
  }
  const FeatureSchema schema = make_schema(db, layout, features, behaviour);
  const std::vector<QueryRow> rows = read_queries(queries_path);

  PreparationOptions options;
  options.depth = depth;
  options.default_op = database.default_op;
  options.num_threads = num_threads > 0 ? num_threads : default_num_threads();
  PreparationReport report;
  auto bar = std::make_unique<ProgressBar>("features");
  options.on_progress = [&](double share) { bar->update(share); };
  TrainingData data;
  double applied_half_life = 0.0;
  if (!qrels.empty()) {
    data = prepare(database.opener(), layout, schema, rows, read_qrels(qrels), options, report);
  } else if (holds_out()) {
    data = prepare_parts(layout, schema, rows, options, report, applied_half_life);
  } else {
    const ClickEvidence evidence = read_clicks(rows, half_life_days);
    applied_half_life = evidence.half_life_days;
    data = prepare(database.opener(), layout, schema, rows, evidence, options, report);
  }
  bar.reset();
  report_losses(report, data, applied_half_life > 0.0);
  if (!clicks.empty()) report_decay(applied_half_life, !half_life_days);
  return data;
}

}  // namespace irgan
