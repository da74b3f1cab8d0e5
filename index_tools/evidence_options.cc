#include "index_tools/evidence_options.h"

#include <cctype>
#include <cmath>
#include <iostream>
#include <memory>
#include <unordered_map>

#include "index_tools/progress_bar.h"
#include "trainer/click_fields.h"
#include "trainer/click_pages.h"
#include "trainer/data_preparation.h"
#include "trainer/qrels.h"
#include "trainer/query_file.h"
#include "trainer/thread_pool.h"

namespace irgan {
namespace {

constexpr double kManyDays = 36500.0;

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
  if (report.num_added > 0) std::cerr << report.num_added << " documents joined the candidates (--add-clicked)\n";
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

void LabelOptions::add_log_to(OptionTable& table) {
  table.text("queries", queries, "queries: qid<TAB>text; with a header qid, text and, if wanted, filter (boolean terms), query (serialised, base64)", "FILE");
  table.texts("clicks", clicks, "click log: TSV, CSV or JSON Lines, plain, gzip or zstd, - for stdin; with columns or keys " + known_columns() + ", of which doc_id and a query are needed; may be given again", "FILE");
  table.pairs("column", columns, "one of these columns under another name in the log, e.g. clicked=is_click", "KNOWN=THEIRS");
  table.number("rank-base", rank_base, 0, 1, "rank of the first hit in the log");
  table.number("max-bad", max_bad, 0.0, 1.0, "share of unusable log lines up to which the rest is taken");
  table.text("rejects", rejects, "file for the unusable log lines", "FILE");
}

void LabelOptions::add_to(OptionTable& table) {
  add_log_to(table);
  table.text("qrels", qrels, "judgments instead of clicks: TREC qrels, lines 'qid 0 docid label'", "FILE");
}

void LabelOptions::check() const {
  if (queries.empty()) throw ConfigError("--queries is missing: name the file of queries");
  if (clicks.empty() == qrels.empty()) throw ConfigError("one of --clicks and --qrels is needed, not both");
}

void LabelOptions::read_rows(const std::function<void(const ClickRow&)>& each) const {
  const ClickLogOptions log_options{{columns.begin(), columns.end()}, rank_base, max_bad, rejects};
  for (const std::string& path : clicks) {
    ClickLogReader log(path, log_options);
    log.read(each);
    report_rejects(log.summary(), path);
  }
}

ClickEvidence LabelOptions::read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days) const {
  return read_clicks(rows, half_life_days, nullptr);
}

ClickEvidence LabelOptions::read_clicks(const std::vector<QueryRow>& rows, std::optional<double> half_life_days,
                                        EarlierClicks* earlier) const {
  const QueryResolver resolver(rows);
  ClickAggregator aggregator({half_life_days});
  read_rows([&](const ClickRow& row) {
    const std::string id = resolver.id_of(row);
    aggregator.add(row, id);
    if (earlier) earlier->add(row, id);
  });
  return aggregator.finish();
}

void EvidenceOptions::add_to(OptionTable& table) {
  database.add_to(table);
  LabelOptions::add_to(table);
  table.number("half-life", half_life_days, 0.0, kManyDays,
               "days after which a click counts half, its age taken from the newest one; 0: never; if not given, 10 where the log "
               "is clicks alone with times, since what people want moves on, and 0 where it says what was shown");
  table.texts("features", features, "a feature by name, as 'features' and 'inspect' print them, may be given again; all: every one; else the lean default", "NAME");
  table.number("depth", depth, std::size_t{2}, std::size_t{100000}, "candidates a query: the first hits of the first stage");
  table.flag("add-clicked", add_clicked,
             "put documents that were clicked for the query earlier, or shown where the log says what was shown, into its candidates "
             "with the first stage's score missing, for a model that is served with a click memory");
  table.number("threads", num_threads, 0U, 1024U, "threads; 0: one a processor");
}

TrainingData EvidenceOptions::prepare_data(const std::string& queries_path) const {
  if (queries_path.empty()) throw ConfigError("--queries is missing: name the file of queries");
  if (clicks.empty() == qrels.empty()) throw ConfigError("one of --clicks and --qrels is needed, not both");
  if (add_clicked && clicks.empty()) throw ConfigError("--add-clicked needs --clicks: judgments are not clicked");
  const Xapian::Database db = database.open_filled();
  const IndexLayout layout = database.layout(db);
  const FeatureSchema schema = make_schema(db, layout, features);
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
  } else {
    EarlierClicks earlier(half_life_days.value_or(kHalfLifeOfClicksAlone));
    const ClickEvidence evidence = read_clicks(rows, half_life_days, add_clicked ? &earlier : nullptr);
    applied_half_life = evidence.half_life_days;
    const AddedDocuments added = earlier.finish(applied_half_life == 0.0);
    if (add_clicked) options.added = &added;
    data = prepare(database.opener(), layout, schema, rows, evidence, options, report);
  }
  bar.reset();
  report_losses(report, data, applied_half_life > 0.0);
  if (!clicks.empty()) report_decay(applied_half_life, !half_life_days);
  return data;
}

}  // namespace irgan
