/// Serving equals training: a live search sees the rows that training saw, to the last bit, and ranks as `score` does.

#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "irgan/feature_extractor.h"
#include "irgan/index_layout.h"
#include "irgan/preparation.h"
#include "irgan/query_file.h"
#include "irgan/reranker.h"
#include "irgan/run_file.h"
#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_parts.h"
#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/rows/letor_file.h"
#include "trainer/site/first_stage.h"

using namespace irgan;

namespace {

constexpr std::size_t kNumDocuments = 150;
constexpr std::size_t kNumQueries = 40;
constexpr std::size_t kNumShards = 3;
constexpr std::size_t kDepth = 30;  // less than most queries find

/// Documents with all that features can meet: fields of differing lengths, empty and missing ones, letters beyond
/// ASCII, numbers and capitals in words, values that are missing, negative, tiny and large; as one index and dealt in
/// turn over three, so that each document has one docid in both.
class Corpus {
 public:
  Corpus() {
    std::mt19937_64 random(42);
    std::vector<std::string> shards(kNumShards);
    std::string whole;
    for (std::size_t i = 0; i < kNumDocuments; ++i) {
      nlohmann::json document{{"id", "doc " + std::to_string(i * 7 % 150)}, {"title", words(1 + random() % 5, random)}};
      if (random() % 8 != 0) document["body"] = words(random() % 40, random);
      if (random() % 3 != 0) document["tags"] = {words(1, random), words(2, random)};
      if (random() % 4 != 0) document["votes"] = static_cast<int>(random() % 5000);
      if (random() % 4 != 0) document["score"] = static_cast<double>(random() % 2001) / 1000.0 - 1.0;
      const std::string line = document.dump() + '\n';
      whole += line;
      shards[i % kNumShards] += line;
    }
    index("whole", whole);
    for (std::size_t s = 0; s < kNumShards; ++s) index("shard" + std::to_string(s), shards[s]);
    std::string queries, qrels;
    for (std::size_t q = 0; q < kNumQueries; ++q) {
      const std::string id = "q" + std::to_string(q);
      queries += id + '\t' + words(1 + random() % 4, random) + '\n';
      for (std::size_t i = 0; i < kNumDocuments; ++i) {
        if (random() % 5 == 0)
          clicks_ +=
              "s" + id + '\t' + id + "\tdoc " + std::to_string(i) + "\t" + std::to_string(random() % 3 == 0) + '\n';
      }
    }
    folder.write("queries", queries);
  }

  /// The whole index, or the shards.
  std::vector<std::string> paths(bool sharded) const {
    if (!sharded) return {folder.file("whole")};
    std::vector<std::string> all;
    for (std::size_t s = 0; s < kNumShards; ++s) all.push_back(folder.file("shard" + std::to_string(s)));
    return all;
  }

  /// Opened anew, as a site's own program does it.
  Xapian::Database open(bool sharded) const {
    Xapian::Database all;
    for (const std::string& path : paths(sharded)) all.add_database(Xapian::Database(path));
    return all;
  }

  std::string db_words(bool sharded) const {
    std::string line;
    for (const std::string& path : paths(sharded)) line += " --db " + path;
    return line;
  }

  /// The same as `features` does, with clicks on result pages as labels.
  TrainingData prepare(bool sharded, bool all_features, unsigned num_threads = 2) const {
    Evidence evidence;
    evidence.queries = read_queries(folder.file("queries"));
    evidence.clicks = {click_log()};
    PreparationOptions options;
    options.split.reset();
    options.depth = kDepth;
    options.num_threads = num_threads;
    if (all_features) options.features = {"all"};
    return irgan::prepare(site_at(paths(sharded)), evidence, options).training;
  }

  /// Impressions: a page of ten documents a query, from its pool and from beyond.
  std::string click_log() const {
    std::string log = "session\tquery_id\tdoc_id\trank\tclicked\n";
    std::istringstream lines(clicks_);
    std::string last;
    int rank = 0;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream parts(line);
      std::string session, query, document, clicked;
      std::getline(parts, session, '\t');
      std::getline(parts, query, '\t');
      std::getline(parts, document, '\t');
      std::getline(parts, clicked, '\t');
      rank = query == last ? rank + 1 : 1;
      last = query;
      log += session + '\t' + query + '\t' + document + '\t' + std::to_string(rank) + '\t' + clicked + '\n';
    }
    return folder.write("clicks", log);
  }

  ScratchFolder folder;

 private:
  static std::string words(std::size_t count, std::mt19937_64& random) {
    static const char* const kWords[] = {"running",     "runs",         "runner", "Berlin",
                                         "caf\xC3\xA9", "caf\xC3\xA9s", "x86",    "3.14",
                                         "nothing",     "hiking",       "hike",   "\xD0\xBC\xD0\xB8\xD1\x80",
                                         "wide-angle",  "C++",          "of",     "boats"};
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
      text += (i == 0 ? "" : " ") + std::string(kWords[random() % std::size(kWords)]);
    return text;
  }

  void index(const std::string& name, const std::string& documents) const {
    const CommandResult result =
        run_line("index --db " + folder.file(name) +
                 " --field title=S --field body= --field tags=XT --value votes=0 --value score=7 " +
                 folder.write(name + ".jsonl", documents));
    if (result.exit_code != 0) throw std::runtime_error(result.err);
  }

  std::string clicks_;
};

const Corpus& corpus() {
  static const Corpus made;
  return made;
}

/// A search as a site's own program makes it: no code of ours up to the candidates.
struct LiveSearch {
  Xapian::Database db;
  Xapian::QueryParser parser;

  explicit LiveSearch(Xapian::Database database) : db(std::move(database)) {
    parser.set_database(db);
    parser.set_stemmer(Xapian::Stem("english"));
    parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  }

  /// What FirstStage::parse says of itself, in Xapian's own calls: titles or anything, and the words as typed along.
  Xapian::Query parse(const std::string& text) {
    parser.set_stemming_strategy(Xapian::QueryParser::STEM_NONE);
    const Xapian::Query typed(Xapian::Query::OP_AND_MAYBE, Xapian::Query::MatchAll,
                              parser.parse_query(without_hyphens(text), 0));
    parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
    return Xapian::Query(Xapian::Query::OP_AND_MAYBE, parse_plainly(text),
                         Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, typed, 0.0));
  }

  Xapian::Query parse_plainly(const std::string& text) {
    const std::string words = without_hyphens(text);
    return Xapian::Query(Xapian::Query::OP_OR, parser.parse_query(words, 0, "S"), parser.parse_query(words, 0));
  }

  Xapian::MSet search(const Xapian::Query& query, Xapian::doccount depth) const {
    Xapian::Enquire enquire(db);
    enquire.set_query(query);
    return enquire.get_mset(0, depth);
  }

 private:
  // They would make phrases.
  static std::string without_hyphens(std::string text) {
    std::replace(text.begin(), text.end(), '-', ' ');
    return text;
  }
};

// Also where both are NaN, whatever its bits.
bool same_bits(const FeatureMatrix& a, const FeatureMatrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    const float x = a.data()[i];
    const float y = b.data()[i];
    if (std::memcmp(&x, &y, sizeof x) != 0 && !(std::isnan(x) && std::isnan(y))) return false;
  }
  return true;
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
    const Corpus& c = corpus();
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
  const std::string name = GENERATE("text.rows", "text.rows.gz", "text.rows.zst");
  const TrainingData data = corpus().prepare(true, true);
  const CommandResult result =
      run_line("features" + corpus().db_words(true) + " --queries " + corpus().folder.file("queries") + " --clicks " +
               corpus().click_log() + " --depth " + std::to_string(kDepth) + " --features all --out " +
               corpus().folder.file(name));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const TrainingData read = read_letor({corpus().folder.file(name)});
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
  const Corpus& c = corpus();
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
  const Corpus& c = corpus();
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
