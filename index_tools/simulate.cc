#include "index_tools/simulate.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <vector>

#include "index_tools/progress_bar.h"
#include "index_tools/strict_rerank.h"
#include "trainer/first_stage.h"
#include "trainer/output_file.h"
#include "trainer/qrels.h"
#include "trainer/timestamps.h"

namespace irgan {
namespace {

constexpr std::size_t kDefaultDepth = 100;
constexpr int kSecondsADay = 86400;

struct Shown {
  std::string document_id;
  int label = 0;
};

// Ids of the page in the order that the users see.
std::vector<std::string> page_of(const Xapian::Query& query, const Xapian::MSet& hits, const Reranker* reranker,
                                 const DocumentIds& ids, std::size_t num_ranks) {
  std::vector<std::string> page;
  if (reranker) {
    for (const RankedHit& hit : reranker->rerank(query, hits)) {
      if (page.size() < num_ranks) page.push_back(ids.id_of(hit.docid));
    }
  } else {
    for (auto hit = hits.begin(); hit != hits.end() && page.size() < num_ranks; ++hit) page.push_back(ids.id_of(*hit));
  }
  return page;
}

std::string time_text(const std::string& date, int second) {
  char text[32];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02dZ", second / 3600, second / 60 % 60, second % 60);
  return date + text;
}

// A log from the future would be refused by those who read it.
void check_date(const std::string& date) {
  const bool is_day = date.size() == 10 && date[4] == '-' && date[7] == '-';
  const std::optional<double> time = is_day ? parse_time(date) : std::nullopt;
  if (!time) throw ConfigError("--date " + date + ": must be a day as YYYY-MM-DD");
  if (*time > static_cast<double>(std::time(nullptr))) throw ConfigError("--date " + date + ": must not be in the future");
}

/// Writes sessions and counts them.
class Users {
 public:
  Users(const SimulateOptions& options, std::ostream& log) : options_(options), log_(log), random_(options.seed) {
    log_ << "session\ttime\tquery_id\tdoc_id\trank\tclicked\n";
  }

  void ask(const std::string& query_id, const std::vector<Shown>& page, int highest_label) {
    std::uniform_int_distribution<int> second(0, kSecondsADay - 1);
    std::uniform_real_distribution<double> uniform;
    const int sessions = draw_sessions(options_.users, random_);
    for (int s = 0; s < sessions; ++s) {
      const std::string start = std::to_string(++num_sessions_) + '\t' + time_text(options_.date, second(random_)) + '\t' + query_id + '\t';
      for (std::size_t i = 0; i < page.size(); ++i) {
        const int rank = static_cast<int>(i) + 1;
        const bool clicked = uniform(random_) < options_.users.chance(rank, page[i].label, highest_label);
        num_clicks_ += clicked ? 1 : 0;
        log_ << options_.date << '-' << start << page[i].document_id << '\t' << rank << '\t' << (clicked ? 1 : 0) << '\n';
      }
    }
  }

  std::size_t num_sessions() const { return num_sessions_; }
  std::size_t num_clicks() const { return num_clicks_; }

 private:
  const SimulateOptions& options_;
  std::ostream& log_;
  std::mt19937_64 random_;
  std::size_t num_sessions_ = 0;
  std::size_t num_clicks_ = 0;
};

}  // namespace

void add_options(SimulateOptions& options, OptionTable& table) {
  options.database.add_to(table);
  table.text("queries", options.queries, "queries: qid<TAB>text", "FILE");
  table.text("qrels", options.qrels, "what the users are looking for: TREC qrels", "FILE");
  table.text("model", options.model, "show them this model's order; else Xapian's", "FILE");
  table.text("out", options.out, "the click log to write: TSV; .gz and .zst are packed; - is stdout", "FILE");
  table.text("date", options.date, "day of the sessions, YYYY-MM-DD, not in the future", "DATE");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000}, "candidates a query; 0: as the model was trained, else 100");
  table.number("ranks", options.users.num_ranks, 1, 1000, "documents a page");
  table.number("examination", options.users.examination_exponent, 0.0, 10.0, "rank r is looked at with chance 1 / r to this power");
  table.number("sessions", options.users.mean_sessions, 1.0, 1e6, "mean sessions a query, log-normal with deviation 1");
  table.number("click-best", options.users.click_chance[2], 0.0, 1.0, "chance of a click on an examined document of the highest label");
  table.number("click-good", options.users.click_chance[1], 0.0, 1.0, "the same for a lower label above 0");
  table.number("click-bad", options.users.click_chance[0], 0.0, 1.0, "the same for any other document");
  table.number("seed", options.seed, std::size_t{0}, std::size_t{1} << 62, "of everything random");
}

void run(const SimulateOptions& options, std::ostream& out) {
  if (options.queries.empty() || options.qrels.empty() || options.out.empty()) {
    throw ConfigError("--queries, --qrels and --out are needed");
  }
  check_date(options.date);
  const Xapian::Database db = options.database.open_filled();
  const IndexLayout layout = options.database.layout(db);
  FirstStage first_stage(db, layout, options.database.default_op);
  const DocumentIds ids(db, layout.id_prefix);
  const Qrels qrels = read_qrels(options.qrels);
  int highest_label = 1;
  for (const auto& [query, judgments] : qrels.by_query) {
    for (const auto& [document, label] : judgments) highest_label = std::max(highest_label, label);
  }

  std::unique_ptr<const Reranker> reranker;
  std::size_t depth = options.depth > 0 ? options.depth : kDefaultDepth;
  if (!options.model.empty()) {
    const auto model = Model::from_file(options.model);
    if (options.depth == 0) depth = model->depth();
    reranker = strict_reranker(db, model, depth, options.model);
  }

  const std::vector<QueryRow> queries = read_queries(options.queries);
  const auto is_judged = [&](const QueryRow& row) { return qrels.by_query.count(row.id) > 0; };
  if (std::none_of(queries.begin(), queries.end(), is_judged)) {
    throw Error(options.qrels + ": none of the queries in " + options.queries + " is judged here; are the query ids the same?");
  }
  OutputFile file(options.out);
  Users users(options, file.stream());
  auto bar = std::make_unique<ProgressBar>("simulating");
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const QueryRow& row = queries[i];
    const Xapian::Query query = first_stage.query_of(row);
    const Xapian::MSet hits = first_stage.search(query, static_cast<Xapian::doccount>(depth));
    const auto judged = qrels.by_query.find(row.id);
    std::vector<Shown> page;
    for (std::string& id : page_of(query, hits, reranker.get(), ids, static_cast<std::size_t>(options.users.num_ranks))) {
      int label = 0;
      if (judged != qrels.by_query.end()) {
        const auto judgment = judged->second.find(id);
        if (judgment != judged->second.end()) label = judgment->second;
      }
      page.push_back({std::move(id), label});
    }
    if (!page.empty()) users.ask(row.id, page, highest_label);
    bar->update(static_cast<double>(i) / static_cast<double>(queries.size()));
  }
  bar.reset();
  file.commit();
  if (options.out != "-") {
    out << "wrote " << options.out << ": " << users.num_sessions() << " simulated sessions, " << users.num_clicks() << " clicks\n";
  }
}

}  // namespace irgan
