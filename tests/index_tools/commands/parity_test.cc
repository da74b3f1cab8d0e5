/// Serving equals training: a live search sees the rows that training saw, to the last bit, and ranks as `score` does.

#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "irgan/feature_extractor.h"
#include "irgan/index_layout.h"
#include "irgan/preparation.h"
#include "irgan/query_file.h"
#include "irgan/reranker.h"
#include "irgan/run_file.h"
#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_parts.h"
#include "tests/index_tools/commands/parity_corpus.h"
#include "tests/plugin/same_bits.h"
#include "trainer/row_files/rows_files.h"
#include "trainer/site/first_stage.h"

namespace irgan::parity_test {

namespace {

constexpr std::size_t kNumQueries = ParityCorpus::kNumQueries;
constexpr std::size_t kDepth = ParityCorpus::kDepth;

const ParityCorpus& corpus() {
  static const ParityCorpus made;
  return made;
}

std::size_t num_missing(const FeatureMatrix& rows) {
  return static_cast<std::size_t>(
      std::count_if(rows.data(), rows.data() + rows.size(), [](float x) { return std::isnan(x); }));
}

// Xapian adds up a document's weight term by term, in an order that each shard chooses for itself, so that two
// documents whose weights differ in the last bit of a double alone can change places between one index and several. So
// rows are compared document by document, and the rank in the first stage is left out.
//
// Returns: how many documents are candidates on both sides
std::size_t check_common_rows(const FeatureSchema& schema, const FeatureMatrix& rows, const Xapian::MSet& hits,
                              const Pool& pool, const DocumentIds& ids) {
  std::map<std::string, Eigen::Index> row_of;
  for (std::size_t i = 0; i < pool.document_ids.size(); ++i)
    row_of.emplace(pool.document_ids[i], static_cast<Eigen::Index>(i));
  std::size_t num_common = 0;
  for (Xapian::doccount i = 0; i < hits.size(); ++i) {
    const auto other = row_of.find(ids.id_of(*hits[i]));
    if (other == row_of.end()) continue;
    ++num_common;
    for (Eigen::Index j = 0; j < rows.cols(); ++j) {
      if (schema.features[static_cast<std::size_t>(j)] == "first_stage.log_rank") continue;
      CHECK(same_bits(rows.block(static_cast<Eigen::Index>(i), j, 1, 1), pool.rows.block(other->second, j, 1, 1)));
    }
  }
  return num_common;
}

std::vector<QueryRow> queries() { return read_queries(corpus().folder.file("queries")); }

std::string text_of(const std::string& id) {
  for (const QueryRow& row : queries()) {
    if (row.id == id) return row.text;
  }
  return "";
}

// A model of all features, trained on the whole index, and its training rows as `features` writes them.
const std::string& model_path() {
  static const std::string path = [] {
    const ParityCorpus& c = corpus();
    const std::string rest = " --queries " + c.folder.file("queries") + " --clicks " + c.click_log() + " --depth " +
                             std::to_string(kDepth) + " --features all";
    const CommandResult features = run_line("features" + c.db_words(false) + rest + " --out " + c.folder.file("rows"));
    if (features.exit_code != 0) throw std::runtime_error(features.err);
    const CommandResult train = run_line("train --force --data " + c.folder.file("rows") +
                                         " --epochs 3 --valid-share .3 --model " + c.folder.file("model"));
    if (train.exit_code != 0 && !std::filesystem::exists(c.folder.file("model"))) throw std::runtime_error(train.err);
    return c.folder.file("model");
  }();
  return path;
}

}  // namespace

TEST_CASE("rows of data preparation equal those of a live search to the last bit", "[index_tools][parity]") {
  const bool all_features = GENERATE(false, true);
  const bool prepared_sharded = GENERATE(false, true);
  const bool live_sharded = GENERATE(false, true);
  CAPTURE(all_features, prepared_sharded, live_sharded);
  const TrainingData data = corpus().prepare(prepared_sharded, all_features);
  REQUIRE(data.pools.size() == kNumQueries);

  LiveSearch live(corpus().open(live_sharded));
  const FeatureExtractor extractor(live.db, data.schema);
  const DocumentIds ids(live.db, "Q");
  std::size_t missing = 0;
  std::size_t full = 0;
  std::size_t num_compared = 0;
  for (const Pool& pool : data.pools) {
    CAPTURE(pool.query_id);
    const Xapian::Query query = live.parse(text_of(pool.query_id));
    const Xapian::MSet hits = live.search(query, kDepth);
    REQUIRE(hits.size() == pool.document_ids.size());
    FeatureMatrix rows = extractor.extract(query, candidates_of(hits, kDepth));
    if (live_sharded == prepared_sharded) {
      for (Xapian::doccount i = 0; i < hits.size(); ++i) CHECK(ids.id_of(*hits[i]) == pool.document_ids[i]);
      CHECK(same_bits(rows, pool.rows));
    } else {
      num_compared += check_common_rows(data.schema, rows, hits, pool, ids);
    }
    missing += num_missing(rows);
    full += hits.size() == kDepth ? 1 : 0;
  }
  CHECK(missing > 0);             // the corpus does exercise missing values
  CHECK(full > kNumQueries / 2);  // and pools that are cut off
  if (live_sharded != prepared_sharded) CHECK(num_compared + kNumQueries >= full * kDepth);
}

// Title trigrams and their like compare characters, and a query of stems has lost some.
TEST_CASE("a search without the words as typed differs in features that compare characters alone",
          "[index_tools][parity]") {
  const TrainingData data = corpus().prepare(false, true);
  LiveSearch live(corpus().open(false));
  const FeatureExtractor extractor(live.db, data.schema);
  std::set<std::string> different;
  for (const Pool& pool : data.pools) {
    const Xapian::Query query = live.parse_plainly(text_of(pool.query_id));
    const Xapian::MSet hits = live.search(query, kDepth);
    const FeatureMatrix rows = extractor.extract(query, candidates_of(hits, kDepth));
    for (Eigen::Index j = 0; j < rows.cols(); ++j) {
      if (!same_bits(rows.col(j), pool.rows.col(j)))
        different.insert(data.schema.features[static_cast<std::size_t>(j)]);
    }
  }
  CHECK(different == std::set<std::string>{"title.fuzzy_coverage", "title.fuzzy_share", "title.joined_match",
                                           "title.prefix_match", "title.trigram_coverage", "title.trigram_jaccard"});
}

TEST_CASE("the schema of three shards is that of one index", "[index_tools][parity]") {
  CHECK(schema_to_json(corpus().prepare(false, true).schema) == schema_to_json(corpus().prepare(true, true).schema));
}

TEST_CASE("rows do not depend on the number of threads", "[index_tools][parity]") {
  std::vector<std::string> prints;
  for (const unsigned threads : {1U, 2U, 5U}) prints.push_back(fingerprint(corpus().prepare(false, true, threads)));
  CHECK(prints[0] == prints[1]);
  CHECK(prints[0] == prints[2]);
}

TEST_CASE("rows written by features and read again are the same bits", "[index_tools][parity]") {
  const std::string name = GENERATE("text.rows", "text.rows.gz", "text.rows.zst", "mapped.rows --mapped");
  const TrainingData data = corpus().prepare(true, true);
  const CommandResult result =
      run_line("features" + corpus().db_words(true) + " --queries " + corpus().folder.file("queries") + " --clicks " +
               corpus().click_log() + " --depth " + std::to_string(kDepth) + " --features all --out " +
               corpus().folder.file(name));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  LetorOptions reading;
  reading.needs_ids = true;
  const TrainingData read = read_rows({corpus().folder.file(name.substr(0, name.find(' ')))}, reading);
  CHECK(schema_to_json(read.schema) == schema_to_json(data.schema));
  CHECK(read.depth == kDepth);
  CHECK(read.facts.uuid == data.facts.uuid);
  CHECK(read.facts.average_length == data.facts.average_length);
  CHECK(read.labels == LabelKind::impressions);
  REQUIRE(read.examples.size() == data.examples.size());
  for (std::size_t i = 0; i < read.examples.size(); ++i) {
    const Pool& a = read.pools[read.examples[i].pool];
    const Pool& b = data.pools[data.examples[i].pool];
    CHECK(a.query_id == b.query_id);
    CHECK(a.document_ids == b.document_ids);
    CHECK(same_bits(a.rows, b.rows));
    CHECK(read.examples[i].rows == data.examples[i].rows);
    CHECK(read.examples[i].ranks == data.examples[i].ranks);
    CHECK(read.examples[i].labels == data.examples[i].labels);
  }
}

TEST_CASE("a model trained from the index is that trained from its written rows", "[index_tools][parity]") {
  const std::string rest = " --epochs 2 --valid-share .3 --model ";
  const ParityCorpus& c = corpus();
  model_path();  // writes the rows
  const CommandResult from_index =
      run_line("train --force" + c.db_words(false) + " --queries " + c.folder.file("queries") + " --clicks " +
               c.click_log() + " --depth " + std::to_string(kDepth) + " --features all" + rest + c.folder.file("a"));
  const CommandResult from_rows = run_line("train --force --data " + c.folder.file("rows") + rest + c.folder.file("b"));
  INFO(from_index.err << from_rows.err);
  REQUIRE(from_index.exit_code == from_rows.exit_code);
  const std::string aside = from_index.exit_code == 0 ? "" : ".refused";  // what is learnt from noise need not serve
  CHECK((c.folder.read("a" + aside) == c.folder.read("b" + aside)));
  CHECK_FALSE(c.folder.read("a" + aside).empty());
}

TEST_CASE("the schema that travels in a model extracts the rows that it was trained on", "[index_tools][parity]") {
  const auto model = Model::from_file(model_path());
  const TrainingData data = corpus().prepare(false, true);
  LiveSearch live(corpus().open(false));
  const FeatureExtractor extractor(live.db, model->schema());
  for (const Pool& pool : data.pools) {
    const Xapian::Query query = live.parse(text_of(pool.query_id));
    CHECK(same_bits(extractor.extract(query, candidates_of(live.search(query, kDepth), kDepth)), pool.rows));
  }
}

TEST_CASE("Reranker gives the scores and the order of Model::score on the training rows", "[index_tools][parity]") {
  const bool sharded = GENERATE(false, true);
  const auto model = Model::from_file(model_path());
  const TrainingData data = corpus().prepare(sharded, true);
  LiveSearch live(corpus().open(sharded));
  const DocumentIds ids(live.db, "Q");
  const Reranker reranker(live.db, fixed_model(model));
  for (const Pool& pool : data.pools) {
    const Xapian::Query query = live.parse(text_of(pool.query_id));
    const Eigen::VectorXf scores = model->score(pool.rows);
    std::vector<std::size_t> order(pool.document_ids.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return scores[static_cast<Eigen::Index>(a)] > scores[static_cast<Eigen::Index>(b)];
    });
    const std::vector<RankedHit> hits = reranker.rerank(query, live.search(query, kDepth));
    REQUIRE(hits.size() == order.size());
    for (std::size_t i = 0; i < hits.size(); ++i) {
      CHECK(ids.id_of(hits[i].docid) == pool.document_ids[order[i]]);
      CHECK(hits[i].score == scores[static_cast<Eigen::Index>(order[i])]);
    }
    Xapian::Enquire enquire(live.db);
    enquire.set_query(query);
    const Xapian::MSet mset = reranker.get_mset(enquire, 0, kDepth);
    REQUIRE(mset.size() == hits.size());
    for (Xapian::doccount i = 0; i < mset.size(); ++i) CHECK(*mset[i] == hits[i].docid);
  }
}

// Document ids here have a space, which a run cannot hold: as in README, docids serve.
TEST_CASE("rerank and score write the same ranking of every query", "[index_tools][parity]") {
  const ParityCorpus& c = corpus();
  const bool sharded = GENERATE(false, true);
  const std::string db = c.db_words(sharded) + " --id-prefix docid";
  std::string qrels;
  for (const QueryRow& row : queries()) qrels += row.id + " 0 1 1\n" + row.id + " 0 2 0\n";
  c.folder.write("qrels", qrels);
  const CommandResult features =
      run_line("features" + db + " --queries " + c.folder.file("queries") + " --qrels " + c.folder.file("qrels") +
               " --depth " + std::to_string(kDepth) + " --features all --out " + c.folder.file("all.rows"));
  const CommandResult score = run_line("score --model " + model_path() + " --data " + c.folder.file("all.rows") +
                                       " --out " + c.folder.file("score.run"));
  const CommandResult rerank = run_line("rerank" + db + " --model " + model_path() + " --queries " +
                                        c.folder.file("queries") + " --out " + c.folder.file("rerank.run"));
  INFO(features.err << score.err << rerank.err);
  REQUIRE(features.exit_code + score.exit_code + rerank.exit_code == 0);
  const Run a = read_run(c.folder.file("score.run"));
  const Run b = read_run(c.folder.file("rerank.run"));
  REQUIRE(a.by_query.size() == kNumQueries);
  REQUIRE(b.by_query.size() == kNumQueries);
  CHECK((c.folder.read("score.run") == c.folder.read("rerank.run")));
  for (const auto& [query, ranking] : a.by_query) {
    CAPTURE(query);
    REQUIRE(b.by_query.at(query).size() == ranking.size());
    for (std::size_t i = 0; i < ranking.size(); ++i)
      CHECK(b.by_query.at(query)[i].document_id == ranking[i].document_id);
  }
}

// A page shows a part of the pool. Were its values scaled by the page's range, serving, which scales by the pool's,
// would feed the networks other numbers than training did.
TEST_CASE("min-max sees the whole pool in training, and the same pool in serving", "[index_tools][parity]") {
  const bool sharded = GENERATE(false, true);
  const TrainingData data = corpus().prepare(sharded, true);
  const auto model = Model::from_file(model_path());
  const Encoding& encoding = parts_of(*model).encoding;
  LiveSearch live(corpus().open(sharded));
  const FeatureExtractor extractor(live.db, data.schema);
  std::size_t num_narrower = 0;
  REQUIRE(data.labels == LabelKind::impressions);
  for (const Example& example : data.examples) {
    const Pool& pool = data.pools[example.pool];
    const Xapian::Query query = live.parse(text_of(pool.query_id));
    const FeatureMatrix served = extractor.extract(query, candidates_of(live.search(query, kDepth), kDepth));
    const PoolRange range = pool_range(served);
    CHECK(pool.range.low == range.low);
    CHECK(pool.range.high == range.high);

    FeatureMatrix page(static_cast<Eigen::Index>(example.rows.size()), pool.rows.cols());
    for (std::size_t i = 0; i < example.rows.size(); ++i)
      page.row(static_cast<Eigen::Index>(i)) = pool.rows.row(example.rows[i]);
    num_narrower += pool_range(page).high != range.high || pool_range(page).low != range.low ? 1 : 0;
    FeatureMatrix trained_on, served_to;
    encoding.encode(page, pool.range, trained_on);
    encoding.encode(served, range, served_to);
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      CHECK(trained_on.row(static_cast<Eigen::Index>(i)) == served_to.row(example.rows[i]));
    }
  }
  CHECK(num_narrower > data.examples.size() / 2);  // pages do have other ranges than their pools
}

// Xapian counts references without locks, and Query::MatchAll is one object for all threads: what copies it in two at
// once frees it under the others' feet.
TEST_CASE("threads that each have their own Database and Reranker do not disturb each other", "[index_tools][parity]") {
  constexpr std::size_t kThreads = 4;
  constexpr int kRounds = 100;
  const std::vector<QueryRow> rows = queries();
  const auto model = Model::from_file(model_path());
  const IndexLayout layout = read_layout(corpus().open(true));
  std::vector<std::vector<Xapian::docid>> found(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const Xapian::Database db = corpus().open(true);
      FirstStage first_stage(db, layout);
      const Reranker reranker(db, fixed_model(model));
      for (int round = 0; round < kRounds; ++round) {
        for (int i = 0; i < 100; ++i) first_stage.parse(rows[static_cast<std::size_t>(i) % rows.size()].text);
        Xapian::Enquire enquire(db);
        enquire.set_query(first_stage.query_of(rows[static_cast<std::size_t>(round) % rows.size()]));
        const Xapian::MSet page = reranker.get_mset(enquire, 0, 10);
        found[t].insert(found[t].end(), page.begin(), page.end());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Xapian::docid>& docids : found) CHECK(docids == found[0]);
  CHECK(found[0].size() > kRounds);
}

}  // namespace irgan::parity_test
