#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/log_reading_options.h"
#include "index_tools/reports/check_json.h"
#include "index_tools/showing/check_report.h"
#include "index_tools/showing/index_remarks.h"
#include "index_tools/showing/log_reading.h"
#include "irgan/click_log.h"
#include "irgan/model.h"
#include "trainer/evidence/context_census.h"
#include "trainer/evidence/log_census.h"
#include "trainer/log/click_log_tally.h"
#include "trainer/queries/query_resolver.h"
#include "trainer/site/clicked_documents.h"

namespace irgan {
namespace {

struct CheckOptions {
  LabelOptions labels;
  DatabaseOptions database;
  std::string model;
  std::size_t depth = 100;
};

// Rows of one page follow each other: what their query is need not be looked up for each.
class LastQuery {
 public:
  explicit LastQuery(const QueryResolver* resolver) : resolver_(resolver), unknown_(resolver) {}

  const std::string& id_of(const ClickRow& row) {
    if (row.query != words_ || row.query_id != given_id_ || found_.id.empty()) {
      words_ = row.query;
      given_id_ = row.query_id;
      found_ = resolver_->find(row);
    }
    if (found_.in_place) ++num_in_place_;
    if (!found_.is_known && resolver_->has_queries()) {
      ++num_unknown_rows_;
      unknown_.add(row);
    }
    if (row.clicked) num_clicks_ += row.count;
    return found_.id;
  }

  /// What was read so far, without its files.
  LogReading reading() const {
    LogReading reading;
    reading.num_in_place = num_in_place_;
    reading.num_clicks = num_clicks_;
    reading.num_unknown_rows = num_unknown_rows_;
    reading.num_unknown_clicks = unknown_.num_clicks();
    reading.unknown_by_difference = unknown_.by_difference();
    return reading;
  }

 private:
  const QueryResolver* resolver_;
  std::string words_;
  std::string given_id_;
  QueryResolver::Found found_;
  std::uint64_t num_in_place_ = 0;  // rows that have their query by their words in spite of an id
  std::uint64_t num_unknown_rows_ = 0;
  double num_clicks_ = 0.0;
  UnknownQueries unknown_;
};

std::vector<std::string> index_notes(const Model& model, const Xapian::Database& db, bool are_ids_docids) {
  std::vector<std::string> notes;
  if (model.index_facts().uuid != db.get_uuid()) {
    notes.push_back(std::string("The model was trained on another index than --db, or before it was rebuilt (uuid ") +
                    model.index_facts().uuid + ", now " + db.get_uuid() + ")" +
                    (are_ids_docids ? ": docids in the log may be those of the old one." : "."));
  }
  const std::shared_ptr<const IndexFit> fit = index_fit(db, model);
  for (const Drift& drift : fit->drifts) {
    if (drift.kind < DriftKind::lengths) continue;
    notes.push_back((drift.breaks_fit ? "The model does not fit the index: " : "Since the model was trained: ") +
                    with_remedy(drift) + '.');
  }
  return notes;
}

// The log's own queries, by whose words its rows then go; none where it has no words, or can be read only once.
std::vector<QueryRow> own_queries(const LabelOptions& labels, ClickLogOptions& reading) {
  if (std::find(labels.clicks.begin(), labels.clicks.end(), "-") != labels.clicks.end()) return {};
  LogQueryOptions wanted;
  wanted.max_queries = labels.max_queries;
  wanted.only_clicked = false;
  try {
    std::vector<QueryRow> queries = queries_of_log(labels.clicks, labels.log_options, wanted).queries;
    reading.by_words = true;
    return queries;
  } catch (const Error&) {  // ids alone: clicks are counted all the same
    return {};
  }
}

void add_options(CheckOptions& options, OptionTable& table) {
  table.everyday({"clicks", "db", "queries", "column", "model", "prefix", "id-prefix", "max-bad"});
  options.labels.add_log_to(table);
  options.database.add_to(table);
  table.group("The index");
  table.text("model", options.model, "a model: say whether this is the index that it was trained on", "FILE");
  table.number("depth", options.depth, std::size_t{2}, std::size_t{100000},
               "candidates a query: the first hits of the search");
  table.needs("stemmer", {"db"});
  table.needs("model", {"db"}, "it is compared with an index");
  table.needs("depth", {"db"});
}

void run(const CheckOptions& options, const Console& console) {
  const LabelOptions& labels = options.labels;
  if (labels.clicks.empty()) throw ConfigError("--clicks is missing: name the click log");
  check_stdin(labels.inputs());
  std::vector<QueryRow> queries;
  ClickLogOptions log_options = labels.log_options;
  if (!labels.queries.empty()) queries = read_queries(labels.queries, shown_on(console.err));
  if (labels.takes_queries_of_log() && !options.database.paths.empty()) queries = own_queries(labels, log_options);
  const QueryResolver resolver(queries);

  CheckFindings findings;
  findings.depth = options.depth;
  std::unique_ptr<ClickedDocuments> documents;
  if (!options.database.paths.empty()) {
    const Site site = options.database.site(console.err);
    const Xapian::Database db = site.open();
    const IndexLayout& layout = site.layout;
    findings.are_ids_docids = layout.id_prefix.empty();
    if (!options.model.empty())
      findings.index_notes = index_notes(*Model::from_file(options.model), db, findings.are_ids_docids);
    documents = std::make_unique<ClickedDocuments>(db, layout, queries, site.default_op);
  }

  log_options.max_bad = 1.0;  // how many they are is what is asked
  findings.max_bad = labels.log_options.max_bad;
  ClickLogReader log(labels.clicks, log_options);
  LogCensus census;
  ContextCensus contexts(labels.log_options.contexts);
  LastQuery last_query(&resolver);
  ProgressBar bar = console.progress("reading", "rows");
  double num_rows = 0.0;
  log.read([&](const ClickRow& row) {
    bar.update(std::nan(""), ++num_rows);
    const std::string& query_id = last_query.id_of(row);
    census.add(row, query_id);
    contexts.add(row);
    if (documents != nullptr && row.clicked) documents->add(row, query_id);
  });
  bar.erase();
  findings.census = census.finish();
  findings.contexts = contexts.counts();
  findings.reading = last_query.reading();
  if (documents != nullptr) findings.documents = documents->finish(static_cast<Xapian::doccount>(options.depth));
  for (std::size_t i = 0; i < labels.clicks.size(); ++i) {
    const ClickLogSummary& summary = log.summary(i);
    show_lines(summary, console.err);
    findings.reading.files.push_back(summary);
    findings.num_lines += summary.num_good + summary.num_rejected;
    findings.num_rejected += summary.num_rejected;
    findings.num_against += num_against(summary);
  }
  print_check(findings, console.out);
  console.result(json_of(findings));
}

}  // namespace

Command check_command() {
  return make_command<CheckOptions>(
      "check", "--clicks C... [--db DB [--queries Q]]", "say what a click log holds, and what will limit the result",
      "One screen before any training: rows, sessions, queries, clicks by rank, and how often each rank is looked at. "
      "With --db it shows the share of the clicks on documents that the index has, with --queries the share of those "
      "that the search finds among its first hits.\n"
      "  xapian-irgan check --clicks clicks.tsv.gz --db films --queries queries.tsv\n"
      "Next: mend the log, or 'train' on it.\n");
}

}  // namespace irgan
