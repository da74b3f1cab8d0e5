#include "index_tools/options/evidence_options.h"

#include <algorithm>

#include "index_tools/options/log_reading_options.h"
#include "index_tools/showing/log_reading.h"

namespace irgan {

void LabelOptions::add_log_to(OptionTable& table, const std::vector<const char*>& other_logs) {
  table.group("The log");
  table.text("queries", queries,
             "queries: lines qid<TAB>text, or a header with the columns qid, text, filter (boolean terms) and query (a "
             "serialised Xapian::Query in base64), of which the last two may be missing; if not given, the queries of "
             "the log by their words",
             "FILE");
  table.texts("clicks", clicks,
              "click log, plain, gzip or zstd, - for stdin: TSV, CSV or JSON Lines with columns or keys " +
                  known_columns() +
                  ", of which doc_id and a query are needed; Omega's search.log and clicks.log, or its final.log; "
                  "OpenSearch's UBI; the form is recognised; may be given again",
              "FILE");
  std::vector<const char*> logs = other_logs;
  logs.push_back("clicks");
  add_log_options(log_options, table, logs);
  table.number("max-queries", max_queries, std::size_t{1}, std::size_t{100000000},
               "without --queries: at most so many of the log's queries, the most frequent");
  table.needs("max-queries", {"clicks"});
  table.exclude("max-queries", "queries", "the file says which");
}

void LabelOptions::add_to(OptionTable& table) {
  add_log_to(table);
  table.group("Labels");
  table.gives_way("clicks", "qrels");
  table.gives_way("qrels", "clicks");
  table.text("qrels", qrels, "judgments instead of clicks: TREC qrels, lines 'qid 0 docid label'", "FILE");
}

void LabelOptions::check() const {
  if (clicks.empty() == qrels.empty()) throw ConfigError("one of --clicks and --qrels is needed, not both");
  if (queries.empty() && clicks.empty())
    throw ConfigError("--queries is missing: name the file of queries; judgments have only their ids");
  if (queries.empty() && std::find(clicks.begin(), clicks.end(), "-") != clicks.end())
    throw ConfigError(
        "--queries is missing: the log's own queries are read before its clicks, and standard input once");
  check_stdin(inputs());
}

std::vector<std::pair<const char*, std::string>> LabelOptions::inputs() const {
  std::vector<std::pair<const char*, std::string>> result{{"--queries", queries}, {"--qrels", qrels}};
  for (const std::string& path : clicks) result.emplace_back("--clicks", path);
  return result;
}

Evidence LabelOptions::evidence(std::ostream& err) const {
  Evidence evidence{{}, {}, clicks, qrels, log_options};
  if (!queries.empty()) evidence.queries = read_queries(queries, shown_on(err));
  if (!takes_queries_of_log()) return evidence;
  LogQueryOptions wanted;
  wanted.max_queries = max_queries;
  LogQueries found = queries_of_log(clicks, log_options, wanted);
  err << "queries: " << found.queries.size() << " of the log, by their words; " << found.num_unclicked
      << " without a click are left out";
  if (found.num_rare > 0) err << ", and the " << found.num_rare << " rarest (--max-queries)";
  err << '\n';
  if (found.num_without_words > 0) err << "queries: " << found.num_without_words << " rows have no words of a query\n";
  evidence.queries = std::move(found.queries);
  evidence.log_options.by_words = true;
  return evidence;
}

void EvidenceOptions::add_to(OptionTable& table) {
  database.add_to(table);
  labels.add_to(table);
  table.group("Labels");
  table.number(
      "half-life", preparation.half_life_days, 0.0, kManyDays,
      "a click this many days older than the newest one counts half, since what people want changes; 0: all count in "
      "full; if not given, 0 where the log says what was shown, and 10 where it has only clicks and their times");
  click_model.add_to(table);
  table.group("Features");
  table.texts("features", preparation.features,
              "a feature by the name that 'features' and 'inspect' print; may be given again; all: every feature; if "
              "not given, a lean choice",
              "NAME");
  table.group("Behaviour features");
  table.flag("behaviour", preparation.behaviour,
             "add features of what people clicked: the words of clicked queries, shares of a query's clicks, "
             "popularity; needs 'annotate --clicks' before");
  table.choice<BehaviourSource>(
      "behaviour-from", preparation.behaviour_from,
      {{"held-out", BehaviourSource::held_out},
       {"earlier", BehaviourSource::earlier},
       {"sessions", BehaviourSource::sessions},
       {"index", BehaviourSource::index}},
      "which clicks these features are made of; never those that label the same row, or clicks would predict "
      "themselves. Training cuts --clicks into " +
          std::to_string(kNumHistoryParts) +
          " parts. earlier: parts by time; a row sees the clicks of the parts before its own. sessions: parts by "
          "session; a row sees the clicks of all other parts. held-out: earlier where the log has times, else "
          "sessions. "
          "index: what annotate wrote into the index; for --qrels, and for clicks that came after annotate's. All but "
          "index hold the log's clicks in memory");
  table.number("behaviour-hidden", preparation.behaviour_hidden, 0.0, 1.0,
               "these features do not see the clicks on this share of the documents, other documents in each part. So "
               "training meets documents that look new, and does not learn to bury them; give more where much is new, "
               "0 where nothing is");
  table.group("Candidates");
  table.number("depth", preparation.depth, std::size_t{2}, std::size_t{100000},
               "candidates a query: the first hits of the search");
  table.flag("add-clicked", preparation.add_clicked,
             "for a model that is served with a click memory: documents that were clicked for the query earlier, or "
             "shown where the log says what was shown, join its candidates without a first stage's score; the log's "
             "pairs of query and document are held in memory");
  table.exclude("context", "qrels", "judgments have none");
  table.needs("half-life", {"clicks"}, "judgments have no age");
  table.needs("add-clicked", {"clicks"}, "judgments are not clicked");
  for (const char* name : {"behaviour-from", "behaviour-hidden"}) {
    table.needs(name, {"behaviour", "from"}, "it is of features from clicks");
    table.exclude(name, "qrels", "what the index knows of clicks judges judgments");
  }
  table.group("Machine");
  table.number("threads", preparation.num_threads, 0U, 1024U, "threads; 0: one a processor");
}

void EvidenceOptions::add_collection_to(OptionTable& table) {
  table.group("The generator over the whole collection");
  table.text("vectors", vectors,
             "vectors that 'vectors' wrote: a generator learns to pick from all of their documents, and its picks join "
             "the candidates",
             "FILE");
  table.number("picks", preparation.num_picks, std::size_t{0}, std::size_t{10000},
               "so many documents the generator may add to a query's candidates");
  table.number(
      "random-documents", preparation.num_random, std::size_t{0}, std::size_t{10000},
      "documents drawn for each query from the whole collection, against which clicks teach the discriminator");
  table.number("tower-epochs", preparation.towers.epochs, 0, 1000,
               "passes over the queries in which the generator learns; 0: it picks as it is: as the model of --from "
               "does, or by the vectors alone");
  table.number("tower-rate", preparation.towers.rate, 0.0, 1.0, "step size of the generator");
  table.number("tower-draws", preparation.towers.uniform_draws, 1, 1000000,
               "documents drawn for each batch, to stand for all others");
  table.number("tower-pull", preparation.towers.pull, 0.0, 1000.0, "pull towards what the generator began as");
  table.text("teacher", teacher,
             "an earlier model, such as yesterday's; its discriminator judges what the generator draws", "MODEL");
  table.number("teacher-share", preparation.towers.teacher_share, 0.0, 1.0,
               "share of the teacher's opinion in what the generator learns of a query; the rest is clicks");
  table.number("tower-reward", preparation.towers.reward_weight, 0.0, 1000.0,
               "weight of the reward that the generator gets from the teacher's discriminator: the policy gradient");
  table.number("judged-draws", preparation.towers.judged_draws, 1, 10000,
               "documents that the generator draws for the teacher, for each query");
  for (const char* name : {"picks", "tower-epochs", "tower-rate", "tower-draws", "tower-pull", "teacher"})
    table.needs(name, {"vectors"});
  for (const char* name : {"teacher-share", "tower-reward", "judged-draws"}) table.needs(name, {"teacher"});
}

void EvidenceOptions::take_from(const Model& model) {
  preparation.schema = model.schema();
  labels.log_options.contexts = context_names(model.schema());
  if (model.collection() != nullptr) {
    preparation.generator = *model.collection();
    preparation.num_picks = model.collection()->num_picks;
  }
  if (model.depth() > 0) preparation.depth = model.depth();
}

void EvidenceOptions::say_unlearnt(std::ostream& err) const {
  if (!preparation.schema) return;
  const std::vector<std::string> learnt = context_names(*preparation.schema);
  for (const std::string& context : labels.log_options.contexts) {
    if (std::find(learnt.begin(), learnt.end(), context) == learnt.end())
      err << "context " << context
          << ": the model of --from has not learnt from it, and its features stay; train one without --from\n";
  }
}

PreparationOptions EvidenceOptions::preparing(std::optional<SplitOptions> split) const {
  if (preparation.behaviour && preparation.schema && preparation.schema->version != FeatureSchema::kVersionWithClicks) {
    throw ConfigError(
        "--behaviour and --from exclude each other here: features are the model's, and it has none from clicks");
  }
  PreparationOptions options = preparation;
  if (!vectors.empty()) options.vectors = CollectionVectors::from_file(vectors);
  if (!teacher.empty()) options.teacher = Model::from_file(teacher);
  options.half_life_days = click_model.half_life(preparation.half_life_days);
  options.split = split;
  return options;
}

void add_split_options(SplitOptions& options, OptionTable& table) {
  table.choice<LogSplit>("split", options.by,
                         {{"query", LogSplit::query}, {"time", LogSplit::time}, {"session", LogSplit::session}},
                         "what parts validation from training. query: each query is wholly in one part, so that a "
                         "model is chosen that ranks new queries "
                         "well. time: the last rows of the log are held out, to see how a model fares on what came "
                         "next; it reads the log twice, and "
                         "the newest clicks teach nothing. session: each session is held out or not, for a site whose "
                         "queries are always the same ones");
  table.number("valid-share", options.share, 0.01, 0.9,
               "share held out for validation: of the queries, of the rows by time, or of the sessions");
}

}  // namespace irgan
