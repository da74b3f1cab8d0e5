/// `--behaviour`: training's features from clicks equal those of a live search, and no click predicts itself.

#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "irgan/feature_extractor.h"
#include "irgan/index_layout.h"
#include "irgan/preparation.h"
#include "irgan/reranker.h"
#include "irgan/training.h"
#include "plugin/src/model/model_parts.h"
#include "tests/index_tools/captured_command.h"
#include "tests/index_tools/commands/behaviour_corpus.h"
#include "tests/plugin/same_bits.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/evidence/log_split.h"
#include "trainer/row_files/letor_file.h"
#include "trainer/rows/evidence_reader.h"
#include "trainer/site/behaviour_index.h"

namespace irgan::behaviour_test {

using Catch::Contains;

namespace {

constexpr std::size_t kNumDocuments = BehaviourCorpus::kNumDocuments;
constexpr std::size_t kNumQueries = BehaviourCorpus::kNumQueries;
constexpr std::size_t kNumClicks = BehaviourCorpus::kNumClicks;

PreparationOptions with_behaviour(BehaviourSource source) {
  PreparationOptions options;
  options.behaviour = true;
  options.behaviour_from = source;
  options.num_threads = 2;
  return options;
}

const BehaviourCorpus& corpus() {
  static const BehaviourCorpus made;
  return made;
}

std::size_t num_present(const FeatureMatrix& rows, const FeatureSchema& schema, const std::string& feature) {
  const auto place = std::find(schema.features.begin(), schema.features.end(), feature);
  REQUIRE(place != schema.features.end());
  const auto column = rows.col(place - schema.features.begin());
  return static_cast<std::size_t>(std::count_if(column.begin(), column.end(), [](float x) { return !std::isnan(x); }));
}

// What a site's own program does.
Xapian::Query parse(const Xapian::Database& db, const std::string& text) {
  Xapian::QueryParser parser;
  parser.set_database(db);
  parser.set_stemmer(Xapian::Stem("english"));
  parser.set_stemming_strategy(Xapian::QueryParser::STEM_NONE);
  const Xapian::Query typed(Xapian::Query::OP_AND_MAYBE, Xapian::Query::MatchAll, parser.parse_query(text, 0));
  parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  return {Xapian::Query::OP_AND_MAYBE,
          Xapian::Query(Xapian::Query::OP_OR, parser.parse_query(text, 0, "S"), parser.parse_query(text, 0)),
          Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, typed, 0.0)};
}

FeatureMatrix live_rows(const Xapian::Database& db, const FeatureSchema& schema, const std::string& text) {
  const FeatureExtractor extractor(db, schema);
  const Xapian::Query query = parse(db, text);
  Xapian::Enquire enquire(db);
  enquire.set_query(query);
  return extractor.extract(query, candidates_of(enquire.get_mset(0, 100), 100));
}

}  // namespace

TEST_CASE("rows from the index's clicks equal those of a live search to the last bit",
          "[index_tools][behaviour][parity]") {
  const TrainingData data = corpus().prepare(with_behaviour(BehaviourSource::index));
  const Xapian::Database db = corpus().open();
  REQUIRE(data.pools.size() == kNumQueries);
  std::size_t num_shares = 0;
  for (std::size_t q = 0; q < kNumQueries; ++q) {
    CHECK(same_bits(data.pools[q].rows, live_rows(db, data.schema, corpus().texts[q])));
    num_shares += num_present(data.pools[q].rows, data.schema, "clicked.click_share");
  }
  CHECK(num_shares > 200);  // the corpus does exercise them
}

TEST_CASE("an index beside the site's own gives the rows that the same clicks give in it",
          "[index_tools][behaviour][parity]") {
  const Evidence evidence = corpus().evidence();
  const Xapian::Database db = corpus().open();
  const IndexLayout layout = read_layout(db);
  QueryStemFinder finder(db, layout, Xapian::Query::OP_OR, evidence.queries);
  ClickHistory history([&](const ClickRow& row, const std::string& id) { return finder.stems_of(row, id); });
  for_each_click(evidence, [&](const ClickRow& row, const std::string& id) { history.add(row, id); });
  const ClickParts parts = history.parts(HeldOut::later, 2);
  const PartIndexes indexes(db, layout, history, parts, 0.0);
  FeatureSchema schema = make_schema(db, layout, {}, true);

  // The clicks that the second part sees, given to annotate.
  std::string seen = "time\tsession\tquery_id\tdoc_id\n";
  ClickParts reading = parts;
  for_each_click(evidence, [&](const ClickRow& row, const std::string& id) {
    if (reading.part_of(row) != 0) return;
    seen += std::to_string(static_cast<long long>(*row.time)) + '\t' + std::string(row.session) + '\t' + id + '\t' +
            std::string(row.document_id) + '\n';
  });
  const auto beside = [&](const std::string& text) {
    const FeatureExtractor extractor(db, schema, nullptr, indexes.open(1));
    const Xapian::Query query = parse(db, text);
    Xapian::Enquire enquire(db);
    enquire.set_query(query);
    return extractor.extract(query, candidates_of(enquire.get_mset(0, 100), 100));
  };
  std::vector<FeatureMatrix> trained;
  for (const std::string& text : corpus().texts) trained.push_back(beside(text));
  corpus().annotate(corpus().folder.write("seen", seen));
  const Xapian::Database annotated = corpus().open();
  for (std::size_t q = 0; q < kNumQueries; ++q)
    CHECK(same_bits(trained[q], live_rows(annotated, schema, corpus().texts[q])));
  corpus().annotate(corpus().folder.file("clicks"));
}

TEST_CASE("training's rows do not depend on what the index says of the clicks that they are learnt from",
          "[index_tools][behaviour]") {
  const BehaviourSource source = GENERATE(BehaviourSource::held_out, BehaviourSource::sessions);
  const PreparationOptions options = with_behaviour(source);
  const TrainingData before = corpus().prepare(options);
  CHECK(before.pools.size() > 2 * kNumQueries);  // a query has one a part
  // The same words and documents, so that only the numbers differ.
  std::string other = "time\tsession\tquery_id\tdoc_id\n";
  for (std::size_t i = 0; i < kNumDocuments; ++i) {
    for (int s = 0; s < 3; ++s) other += "1600000000\ts" + std::to_string(s) + "\tq0\td" + std::to_string(i) + '\n';
  }
  corpus().annotate(corpus().folder.write("other", other));
  TrainingData after = corpus().prepare(options);
  corpus().annotate(corpus().folder.file("clicks"));
  REQUIRE(after.pools.size() == before.pools.size());
  const auto length = [](const FeatureSchema& schema) { return schema.fields.back().average_length; };
  CHECK(length(after.schema) != length(before.schema));  // the one thing that is the index's
  for (std::size_t p = 0; p < before.pools.size(); ++p) {
    for (std::size_t j = 0; j < before.schema.features.size(); ++j) {
      if (before.schema.features[j] == "clicked.bm25") continue;
      CAPTURE(before.schema.features[j]);
      CHECK(same_bits(before.pools[p].rows.col(static_cast<Eigen::Index>(j)),
                      after.pools[p].rows.col(static_cast<Eigen::Index>(j))));
    }
  }
}

TEST_CASE("a click changes no row that it labels", "[index_tools][behaviour]") {
  // Two logs that differ in the newest clicks alone: whatever these are, the rows of the last part are the same.
  const PreparationOptions options = with_behaviour(BehaviourSource::earlier);
  std::istringstream lines([&] {
    std::ifstream file(corpus().folder.file("clicks"));
    return std::string(std::istreambuf_iterator<char>(file), {});
  }());
  std::string changed;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line); ++number) {
    if (number > kNumClicks * 7 / 8) line = line.substr(0, line.rfind('\t')) + "\td0";
    changed += line + '\n';
  }
  Evidence other = corpus().evidence();
  other.clicks = {corpus().folder.write("changed", changed)};
  const TrainingData a = corpus().prepare(options);
  const TrainingData b = corpus().prepare(other, options);
  std::map<std::string, FeatureMatrix> last;  // of a query, the pool of its last part
  for (const Pool& pool : a.pools) last[pool.query_id] = pool.rows;
  std::size_t num_compared = 0;
  for (const Pool& pool : b.pools) {
    if (&pool != &b.pools.back() && (&pool)[1].query_id == pool.query_id) continue;
    CHECK(same_bits(pool.rows, last.at(pool.query_id)));
    ++num_compared;
  }
  CHECK(num_compared == kNumQueries);
}

TEST_CASE("training's rows know nothing of what validation holds, and validation's what came before",
          "[index_tools][behaviour]") {
  const LogSplit split = GENERATE(LogSplit::query, LogSplit::session);
  PreparationOptions options = with_behaviour(BehaviourSource::earlier);
  options.behaviour_hidden = 0.0;
  // The same rows, but for the documents of those that are held out.
  options.split = SplitOptions{split, 0.3, 1};
  RowSplit held_out(*options.split, 0.0);
  std::string changed = "time\tsession\tquery_id\tdoc_id\n";
  std::size_t number = 0;
  const Evidence evidence = corpus().evidence();
  for_each_click(evidence, [&](const ClickRow& row, const std::string& id) {
    const bool is_other = held_out.is_held_out(row, id) && ++number % 2 == 0;
    changed += std::to_string(static_cast<long long>(*row.time)) + '\t' + std::string(row.session) + '\t' + id + '\t' +
               (is_other ? std::string("d0") : std::string(row.document_id)) + '\n';
  });
  Evidence other = evidence;
  other.clicks = {corpus().folder.write("changed", changed)};
  const auto [training, validation, report] = prepare(corpus().site(), evidence, options);
  const auto [other_training, other_validation, other_report] = prepare(corpus().site(), other, options);
  CHECK(fingerprint(training) == fingerprint(other_training));
  const auto rows_differ = [](const TrainingData& a, const TrainingData& b) {
    if (a.pools.size() != b.pools.size()) return true;
    for (std::size_t p = 0; p < a.pools.size(); ++p) {
      if (!same_bits(a.pools[p].rows, b.pools[p].rows)) return true;
    }
    return false;
  };
  CHECK(rows_differ(validation, other_validation));
  CHECK(num_present(validation.pools.back().rows, validation.schema, "value.clicks") > 0);
}

TEST_CASE("clicked documents join the candidates of each part", "[index_tools][behaviour]") {
  PreparationOptions options = with_behaviour(BehaviourSource::earlier);
  options.depth = 2;
  options.add_clicked = true;
  options.half_life_days = 0.0;
  const TrainingData data = corpus().prepare(options);
  std::map<std::string, Eigen::Index> before;  // of a query
  std::size_t num_added = 0;
  for (const Pool& pool : data.pools) {
    CHECK(pool.num_added >= before[pool.query_id]);  // what joined stays
    before[pool.query_id] = pool.num_added;
    num_added += static_cast<std::size_t>(pool.num_added);
  }
  CHECK(num_added > 5 * kNumQueries);
}

TEST_CASE("what memory does not hold prepares the same data, in parts of the log and without",
          "[index_tools][behaviour]") {
  PreparationOptions options = with_behaviour(BehaviourSource::held_out);
  options.behaviour = GENERATE(true, false);
  options.add_clicked = GENERATE(true, false);
  options.depth = 5;
  Evidence evidence = corpus().evidence();
  const std::vector<QueryRow> rows = std::move(evidence.queries);
  evidence.queries.clear();  // the others' rows are of unknown queries
  for (std::size_t i = 0; i < rows.size(); i += 2) evidence.queries.push_back(rows[i]);
  PreparationOptions tiny = options;
  tiny.max_click_bytes = 2;
  tiny.num_threads = 1;
  CHECK(fingerprint(corpus().prepare(evidence, options)) == fingerprint(corpus().prepare(evidence, tiny)));
  options.split = tiny.split = SplitOptions{LogSplit::time, 0.3, 1};
  const auto [training, validation, report] = prepare(corpus().site(), evidence, options);
  const auto [tiny_training, tiny_validation, tiny_report] = prepare(corpus().site(), evidence, tiny);
  CHECK(fingerprint(training) == fingerprint(tiny_training));
  CHECK(fingerprint(validation) == fingerprint(tiny_validation));
}

TEST_CASE("a query's parts weigh together what the query did", "[index_tools][behaviour]") {
  PreparationOptions options = with_behaviour(BehaviourSource::sessions);
  options.half_life_days = 0.0;
  const TrainingData parts = corpus().prepare(options);
  options.behaviour = false;
  const TrainingData whole = corpus().prepare(options);
  CHECK(whole.examples.size() == kNumQueries);
  const auto by_query = [](const TrainingData& data) {
    const std::vector<double> weights = query_weights(data.examples, data.labels, QueryWeight::sqrt, data.pools);
    std::map<std::string, double> sums;
    for (std::size_t i = 0; i < weights.size(); ++i) sums[data.pools[data.examples[i].pool].query_id] += weights[i];
    return sums;
  };
  const auto of_parts = by_query(parts);
  const auto of_whole = by_query(whole);
  const double scale = of_parts.begin()->second / of_whole.begin()->second;
  for (const auto& [query, weight] : of_whole) CHECK(of_parts.at(query) == Approx(weight * scale));
}

TEST_CASE("rows of parts are written and read back as they are", "[index_tools][behaviour]") {
  const PreparationOptions options = with_behaviour(BehaviourSource::held_out);
  const TrainingData data = corpus().prepare(options);
  const std::string rows = corpus().folder.file("rows");
  const CommandResult result = run_line("features --db " + corpus().path(0) + " --db " + corpus().path(1) +
                                        " --queries " + corpus().folder.file("queries") + " --clicks " +
                                        corpus().folder.file("clicks") + " --behaviour --out " + rows);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("clicked.click_share") && Contains("clicked.word_share") && Contains("value.clicks"));
  const TrainingData read = read_letor({rows});
  CHECK(schema_to_json(read.schema) == schema_to_json(data.schema));
  CHECK(read.schema.version == FeatureSchema::kVersionWithClicks);
  REQUIRE(read.examples.size() == data.examples.size());
  for (std::size_t i = 0; i < data.examples.size(); ++i) {
    CHECK(same_bits(read.pools[read.examples[i].pool].rows, data.pools[data.examples[i].pool].rows));
    CHECK(read.examples[i].labels == data.examples[i].labels);
  }
}

TEST_CASE("a model with features from clicks serves a live search", "[index_tools][behaviour]") {
  const std::string model = corpus().folder.file("model");
  const CommandResult trained =
      run_line("train --force --db " + corpus().path(0) + " --db " + corpus().path(1) + " --queries " +
               corpus().folder.file("queries") + " --clicks " + corpus().folder.file("clicks") +
               " --behaviour --epochs 2 --valid-share .3 --model " + model);
  INFO(trained.err);
  const std::string path = trained.exit_code == 0 ? model : model + ".refused";
  const auto loaded = Model::from_file(path);
  CHECK(loaded->schema().version == FeatureSchema::kVersionWithClicks);
  RerankOptions strict;
  std::vector<std::string> problems;
  strict.on_problem = [&](const std::string& message) { problems.push_back(message); };
  const Xapian::Database db = corpus().open();
  const Reranker reranker(db, fixed_model(loaded), strict);
  const Xapian::Query query = parse(db, corpus().texts[0]);
  Xapian::Enquire enquire(db);
  enquire.set_query(query);
  const Xapian::MSet hits = enquire.get_mset(0, 100);
  const std::vector<RankedHit> ranked = reranker.rerank(query, hits);
  CHECK(problems.empty());
  REQUIRE(ranked.size() == hits.size());
  const Eigen::VectorXf scores = loaded->score(live_rows(db, loaded->schema(), corpus().texts[0]));
  for (const RankedHit& hit : ranked)
    CHECK(static_cast<float>(hit.score) == scores[static_cast<Eigen::Index>(hit.first_stage_rank) - 1]);
}

TEST_CASE("the credit of unseen documents is the model's, and a model without features from clicks has none",
          "[index_tools][behaviour]") {
  const std::string line = "train --force --db " + corpus().path(0) + " --db " + corpus().path(1) + " --queries " +
                           corpus().folder.file("queries") + " --clicks " + corpus().folder.file("clicks") +
                           " --epochs 1 --valid-share .3 --restart --model ";
  const auto credit_of = [](const std::string& model, const std::string& train) {
    const CommandResult trained = run_line(train);
    INFO(trained.err);
    REQUIRE((trained.exit_code == 0 || trained.exit_code == 1));
    const std::string path = trained.exit_code == 0 ? model : model + ".refused";
    const CommandResult shown = run_line("inspect " + path);
    const double credit = parts_of(*Model::from_file(path)).unseen_credit;
    CHECK((shown.out.find("unseen     get a credit") != std::string::npos) == (credit != 0.0));
    return std::make_pair(path, credit);
  };
  const std::string a = corpus().folder.file("credit.a");
  const std::string b = corpus().folder.file("credit.b");
  CHECK(credit_of(a, line + a + " --behaviour").second == TrainingOptions().unseen_credit);
  const auto [path, credit] = credit_of(b, line + b + " --behaviour --unseen-credit .125");
  CHECK(credit == 0.125);
  CHECK(credit_of(a, line + a + " --from " + path).second == 0.125);
  CHECK(credit_of(b, line + b).second == 0.0);
  CHECK_THAT(run_line(line + b + " --unseen-credit .5").err, Contains("--unseen-credit needs features from clicks"));
}

TEST_CASE("without --behaviour nothing of clicks is learnt, though the index knows it", "[index_tools][behaviour]") {
  PreparationOptions options = with_behaviour(BehaviourSource::held_out);
  options.behaviour = false;
  for (const std::string& feature : corpus().prepare(options).schema.features) {
    CHECK(feature.find("clicked.") == std::string::npos);
    CHECK(feature != "value.clicks");
  }
  options.features = {"clicked.coverage"};
  CHECK_THROWS_WITH(corpus().prepare(options), Contains("clicked.coverage") && Contains("behaviour"));
}

TEST_CASE("--behaviour says what it lacks", "[index_tools][behaviour]") {
  const ScratchFolder folder;
  folder.write("docs", R"({"id": "d0", "title": "red hats"})"
                       "\n");
  REQUIRE(run_line("index --db " + folder.file("db") + " --field title=S " + folder.file("docs")).exit_code == 0);
  folder.write("queries", "q0\thats\n");
  folder.write("clicks", "query_id\tdoc_id\nq0\td0\n");
  const std::string line = "features --db " + folder.file("db") + " --queries " + folder.file("queries") + " --out " +
                           folder.file("rows") + " --behaviour";
  const CommandResult unannotated = run_line(line + " --clicks " + folder.file("clicks"));
  CHECK(unannotated.exit_code == 2);
  CHECK_THAT(unannotated.err, Contains("the index knows nothing of clicks yet; annotate it with clicks"));
  REQUIRE(run_line("annotate --db " + folder.file("db") + " --queries " + folder.file("queries") + " --clicks " +
                   folder.file("clicks"))
              .exit_code == 0);
  const CommandResult bare = run_line(line + " --clicks " + folder.file("clicks"));
  CHECK(bare.exit_code == 2);
  CHECK_THAT(bare.err, Contains("no times and no sessions, by which clicks could be kept from predicting themselves"));
  CHECK_THAT(run_line(line + " --clicks -").err, Contains("read twice"));
  CHECK_THAT(run_line(line + " --behaviour-from earlier --clicks " + folder.file("clicks")).err,
             Contains("has no times"));
}

}  // namespace irgan::behaviour_test
