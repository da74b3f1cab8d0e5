// Click memory in live searches: what it adds, what it must not, and that pages hold together.
#include <catch2/catch.hpp>
#include <set>

#include "irgan/feature_extractor.h"
#include "tests/plugin/fruit.h"
#include "tests/plugin/small_memory.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_memory_test {

using Xapian::Query;

namespace {

// Documents without "apples" or "pear" are found only by "filler": 61 to 64 are of another kind.
std::vector<Xapian::Document> fruit_and_tools() {
  std::vector<Xapian::Document> documents = fruit();
  for (unsigned i = kNumDocuments + 1; i <= kNumDocuments + 4; ++i) {
    Xapian::Document document = document_of({{"", i % 2 == 0 ? "hammer" : "saw blade"}});
    document.set_data("document " + std::to_string(i));
    document.add_value(kPopularity, Xapian::sortable_serialise(i % 5));
    if (i == 62) document.add_boolean_term("Kold");
    documents.push_back(document);
  }
  for (unsigned i = 0; i < documents.size(); ++i) {
    documents[i].add_boolean_term("Q" + std::to_string(1000 + i + 1));
    if (i % 2 == 0) documents[i].add_boolean_term("Kodd");
  }
  return documents;
}

Xapian::Database index(int num_shards) {
  return num_shards == 1 ? Xapian::Database(index_of(fruit_and_tools()))
                         : sharded_index_of(fruit_and_tools(), static_cast<std::size_t>(num_shards));
}

std::shared_ptr<const Model> model() {
  ModelParts parts;
  parts.schema = fruit_schema({"first_stage.score", "body.bm25", "body.length", "value.popularity"});
  parts.encoding.features.resize(4);
  parts.discriminators = {random_network({4, 5, 1}, 32, 3.0F)};
  parts.facts.id_prefix = "Q";
  return fruit_model(std::move(parts));
}

// 7 is in the pool or behind it, 20 and 41 too, 61 to 63 are found by nothing but the memory, 1999 is not in the index.
std::shared_ptr<const ClickMemory> memory() {
  return memory_of({{"apples pear", {{"1061", 9.0F}, {"1007", 4.0F}, {"1041", 0.5F}, {"1999", 20.0F}, {"1062", 0.01F}}},
                    {"pear tree", {{"1063", 3.0F}, {"1020", 2.0F}}},
                    {"apples", {{"1062", 6.0F}}}});
}

RerankOptions with_memory(RerankOptions options = strict(), AddedCandidates added = {}) {
  options.memory = fixed_memory(memory());
  options.added = added;
  return options;
}

Query fruit_query() { return parsed("apples pear"); }

// The order that all pages must be slices of: pool and added documents by the formula, written anew; then the rest.
Docids expected_list(const Xapian::Database& db, Xapian::Enquire& enquire, const std::vector<Xapian::docid>& added) {
  const auto net = model();
  const Xapian::MSet all = enquire.get_mset(0, db.get_doccount());
  std::vector<Candidate> candidates = candidates_of(all, kDepth);
  const std::size_t num_pool = candidates.size();
  for (const Xapian::docid docid : added) candidates.push_back({docid, std::numeric_limits<double>::quiet_NaN()});
  const FeatureMatrix rows = FeatureExtractor(db, net->schema()).extract(enquire.get_query(), candidates);
  const auto pool = rows.topRows(static_cast<Eigen::Index>(num_pool));
  const Eigen::VectorXf scores = net->score_beside(rows, pool, Ranker::discriminator);
  const std::map<Xapian::docid, double> clicks{{61, 9.0}, {7, 4.0}, {41, 0.5}, {62, 0.01F}};
  const double total = 9.0 + 4.0 + 0.5 + 20.0 + 0.01F;
  double z = 0.0;
  for (const float score : scores) z += std::exp(static_cast<double>(score));
  std::vector<std::pair<double, Xapian::docid>> ranked;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto known = clicks.find(candidates[i].docid);
    const double p = std::exp(static_cast<double>(scores[static_cast<Eigen::Index>(i)])) / z;
    ranked.emplace_back(-((known == clicks.end() ? 0.0 : known->second) + p) / (total + 1.0), candidates[i].docid);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Docids list;
  std::set<Xapian::docid> seen;
  for (const auto& [score, docid] : ranked) {
    list.push_back(docid);
    seen.insert(docid);
  }
  for (const Xapian::docid docid : docids_of(all)) {
    if (seen.count(docid) == 0) list.push_back(docid);
  }
  return list;
}

Docids outside_pool(Xapian::Enquire& enquire, const Docids& docids) {
  const Docids pool = docids_of(enquire.get_mset(0, kDepth));
  Docids outside;
  for (const Xapian::docid docid : docids) {
    if (std::find(pool.begin(), pool.end(), docid) == pool.end()) outside.push_back(docid);
  }
  return outside;
}

bool holds(const Docids& docids, Xapian::docid docid) {
  return std::find(docids.begin(), docids.end(), docid) != docids.end();
}

Docids page_of(const Reranker& reranker, Xapian::Enquire enquire) {
  return docids_of(reranker.get_mset(enquire, 0, 100));
}

}  // namespace

TEST_CASE("with a memory every page is its slice of the whole list, and the counts hold what was added",
          "[plugin][reranker][memory][paging]") {
  const Xapian::Database db = index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  const Docids original = docids_of(enquire.get_mset(0, db.get_doccount()));
  const Docids added = outside_pool(enquire, {61, 7, 41, 62, 63, 20});
  const Docids list = expected_list(db, enquire, added);
  REQUIRE(!holds(original, 61));
  REQUIRE(added.size() > 3);  // some of them stand behind the pool: they move, and are not counted again
  CHECK(list.size() == original.size() + 3);
  CHECK(list.front() == 61);
  const Reranker reranker(db, fixed_model(model()), with_memory());
  int num_exact = 0;
  for (const Xapian::doccount size : {5U, 17U, 100U}) {
    for (Xapian::doccount first = 0; first < list.size() + size; first += size) {
      CAPTURE(size, first);
      const Xapian::MSet page = reranker.get_mset(enquire, first, size);
      CHECK(docids_of(page) == slice(list, first, size));
      CHECK(page.get_firstitem() == first);
      const Xapian::MSet first_pass = enquire.get_mset(0, std::max<Xapian::doccount>(first + size, kDepth));
      const bool is_exact = first_pass.get_matches_lower_bound() == first_pass.get_matches_upper_bound();
      const Xapian::doccount most_new = is_exact ? 3 : static_cast<Xapian::doccount>(added.size());
      CHECK(page.get_matches_lower_bound() >= first_pass.get_matches_lower_bound() + (is_exact ? 3 : 0));
      CHECK(page.get_matches_upper_bound() ==
            std::min(first_pass.get_matches_upper_bound() + most_new, db.get_doccount()));
      CHECK(page.get_matches_lower_bound() <= list.size());
      CHECK(page.get_matches_estimated() >= page.get_matches_lower_bound());
      CHECK(page.get_matches_estimated() <= page.get_matches_upper_bound());
      CHECK(page.get_matches_upper_bound() >= list.size());
      num_exact += is_exact ? 1 : 0;
      for (auto hit = page.begin(); hit != page.end(); ++hit) {
        CHECK(hit.get_document().get_data() == "document " + std::to_string(*hit));
      }
    }
  }
  CHECK(num_exact > 0);
  const std::vector<RankedHit> hits = reranker.rerank(fruit_query(), enquire.get_mset(0, 200));
  CHECK(docids_of(hits) == slice(list, 0, kDepth + added.size()));
  CHECK(hits.front().first_stage_rank == 0);
}

TEST_CASE("a memory works by docids where the index has no ids", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(GENERATE(1, 3));
  RerankOptions options = strict();
  options.memory = fixed_memory(memory_of({{"apples pear", {{"61", 9.0F}, {"999", 3.0F}, {"Q61", 1.0F}}}}));
  const Reranker reranker(db, fixed_model(nonlinear_model()), options);
  const Docids page = page_of(reranker, enquire_of(db, fruit_query()));
  CHECK(page.front() == 61);
  CHECK(!holds(page, 999));
}

TEST_CASE("the pool alone, clicked documents, and words can be had apart", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  const auto page = [&](AddedCandidates added) {
    return page_of(Reranker(db, fixed_model(model()), with_memory(strict(), added)), enquire);
  };
  const Docids pool_only = page({0, 0});
  CHECK(!holds(pool_only, 61));
  CHECK(!holds(pool_only, 63));
  const Docids clicked = page({100, 0});
  CHECK(holds(clicked, 61));
  CHECK(!holds(clicked, 63));
  CHECK(holds(page({1, 0}), 61));
  CHECK(!holds(page({1, 0}), 62));
  CHECK(holds(page({0, 50}), 63));
}

TEST_CASE("what the query's filters exclude never comes back", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(GENERATE(1, 3));
  const Reranker reranker(db, fixed_model(model()), with_memory());
  const auto found = [&](const Query& query) { return page_of(reranker, enquire_of(db, query)); };
  REQUIRE(holds(found(fruit_query()), 62));
  const Docids odd = found(Query(Query::OP_FILTER, fruit_query(), Query("Kodd")));
  CHECK(holds(odd, 61));
  CHECK(!holds(odd, 62));
  for (const Xapian::docid docid : odd) CHECK(docid % 2 == 1);
  const Docids young = found(Query(Query::OP_AND_NOT, fruit_query(), Query("Kold")));
  CHECK(holds(young, 61));
  CHECK(!holds(young, 62));
  const Docids no_saws = found(Query(Query::OP_AND_NOT, fruit_query(), Query("saw")));
  CHECK(holds(no_saws, 62));
  CHECK(!holds(no_saws, 61));
  const Query popular(Query::OP_VALUE_GE, kPopularity, Xapian::sortable_serialise(2));
  const Docids liked = found(Query(Query::OP_FILTER, fruit_query(), popular));
  CHECK(!holds(liked, 61));  // popularity 1
  CHECK(holds(liked, 62));   // popularity 2
}

TEST_CASE("what the match decider refuses never comes back", "[plugin][reranker][memory]") {
  class OddOnes : public Xapian::MatchDecider {
   public:
    bool operator()(const Xapian::Document& document) const override { return document.get_data().back() % 2 == 1; }
  };
  const Xapian::Database db = index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  const OddOnes decider;
  const Docids page =
      docids_of(Reranker(db, fixed_model(model()), with_memory()).get_mset(enquire, 0, 100, 0, nullptr, &decider));
  CHECK(holds(page, 61));
  for (const Xapian::docid docid : page) CHECK(docid % 2 == 1);
}

TEST_CASE("where hits are collapsed nothing is added", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  enquire.set_collapse_key(kColour);
  const Docids original = docids_of(enquire.get_mset(0, 100));
  Docids page = docids_of(Reranker(db, fixed_model(model()), with_memory()).get_mset(enquire, 0, 100));
  CHECK(std::is_permutation(page.begin(), page.end(), original.begin(), original.end()));
}

TEST_CASE("a query that finds nothing shows what was clicked for it", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(GENERATE(1, 3));
  RerankOptions options = strict();
  options.memory = fixed_memory(memory_of({{"mw3", {{"1061", 2.0F}, {"1005", 5.0F}}}}));
  const Reranker reranker(db, fixed_model(model()), options);
  Xapian::Enquire enquire = enquire_of(db, parsed("mw3"));
  const Xapian::MSet page = reranker.get_mset(enquire, 0, 10);
  CHECK(docids_of(page) == Docids{5, 61});
  CHECK(page.get_matches_estimated() == 2);
  CHECK(docids_of(reranker.get_mset(enquire, 1, 10)) == Docids{61});
  CHECK(docids_of(reranker.rerank(parsed("mw3"), enquire.get_mset(0, 10))) == Docids{5, 61});
  Xapian::Enquire other = enquire_of(db, parsed("mw4"));
  CHECK(reranker.get_mset(other, 0, 10).empty());
}

TEST_CASE("what the memory does not know keeps the model's scores", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  const Query query = parsed("filler");
  const Xapian::MSet hits = enquire_of(db, query).get_mset(0, 100);
  const std::vector<RankedHit> with = Reranker(db, fixed_model(model()), with_memory()).rerank(query, hits);
  const std::vector<RankedHit> without = Reranker(db, fixed_model(model())).rerank(query, hits);
  REQUIRE(with.size() == without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    CHECK(with[i].docid == without[i].docid);
    CHECK(with[i].score == without[i].score);
  }
}

TEST_CASE("a typed text is looked up instead of the query", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  const Reranker reranker(db, fixed_model(model()), with_memory());
  Xapian::Enquire enquire = enquire_of(db, parsed("filler"));
  CHECK(!holds(page_of(reranker, enquire), 61));
  SearchRequest request{0, 100};
  request.typed_text = "Pear, apples!";
  CHECK(holds(docids_of(reranker.search(enquire, request).mset), 61));
  CHECK(holds(docids_of(reranker.rerank(parsed("filler"), enquire.get_mset(0, 100), request)), 61));
  CHECK(!holds(page_of(reranker, enquire), 61));
}

TEST_CASE("added documents are explained beside the pool", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  const std::vector<RankedHit> hits =
      Reranker(db, fixed_model(model()), with_memory()).explain(fruit_query(), enquire.get_mset(0, kDepth));
  CHECK(hits.size() > kDepth);
  for (const RankedHit& hit : hits) CHECK(hit.contributions.size() == 4);
}

TEST_CASE("reasons, the memory's among them, add up to the difference of two hits", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  const std::vector<RankedHit> hits =
      Reranker(db, fixed_model(model()), with_memory()).explain(fruit_query(), enquire.get_mset(0, kDepth));
  constexpr double kMidpoints = 0.02;  // 64 of them, and rounding of floats
  const auto sum = [](const RankedHit& hit) {
    double total = hit.memory_gain;
    for (const float part : hit.contributions) total += static_cast<double>(part);
    return total;
  };
  bool any_gain = false;
  for (std::size_t i = 1; i < hits.size(); ++i) {
    const double gap = std::log(hits[i - 1].score / hits[i].score);
    CHECK(hits[i - 1].model_score + hits[i - 1].memory_gain - hits[i].model_score - hits[i].memory_gain ==
          Approx(gap).margin(1e-6));
    CHECK(sum(hits[i - 1]) - sum(hits[i]) == Approx(gap).margin(kMidpoints));
    any_gain |= hits[i].memory_gain > 0.0;
    CHECK((hits[i].found_by == FoundBy::memory) == (hits[i].first_stage_rank == 0));
  }
  CHECK((any_gain || hits[0].memory_gain > 0.0));
  for (const RankedHit& hit :
       Reranker(db, fixed_model(model()), with_memory()).rerank(fruit_query(), enquire.get_mset(0, kDepth)))
    CHECK(hit.memory_gain == 0.0);
}

TEST_CASE("trouble with the memory is told once and leaves the model's order", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  const Docids alone = page_of(Reranker(db, fixed_model(model()), strict()), enquire);
  std::shared_ptr<MemorySource> source;
  SECTION("no such file") { source = memory_file("/nonexistent/memory"); }
  SECTION("none in the index") { source = memory_in_index(); }
  SECTION("another stemmer") {
    const auto contents = memory_contents({{"apples pear", {{"1061", 9.0F}}}}, 1.0, "german");
    source = fixed_memory(ClickMemory::from_bytes(encode_memory(contents), "memory"));
  }
  Problems problems;
  RerankOptions options = strict();
  options.memory = source;
  options.on_problem = listener(problems);
  const Reranker reranker(db, fixed_model(model()), options);
  for (int i = 0; i < 3; ++i) {
    const RerankedPage page = reranker.search(enquire, {0, 100});
    CHECK(docids_of(page.mset) == alone);
    CHECK(page.model_version == model()->version());
  }
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].find("ranked without the click memory: ") == 0);
}

TEST_CASE("a temperature too low for the memory's numbers is told", "[plugin][reranker][memory]") {
  const Xapian::Database db = index(1);
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  RerankOptions options = with_memory();
  options.explore = 1.0;
  options.explore_temperature = 1e-40;
  CHECK_THROWS_WITH(Reranker(db, fixed_model(model()), options).get_mset(enquire, 0, 10),
                    "the model's policy gives logits that are not finite");
}

TEST_CASE("the index's own memory is served", "[plugin][reranker][memory]") {
  Xapian::WritableDatabase writer = index_of(fruit_and_tools());
  writer.set_metadata(kMemoryKey, std::string(memory()->bytes()));
  writer.set_metadata(kMemoryVersionKey, memory()->version());
  const Xapian::Database db(writer);
  RerankOptions options = strict();
  options.memory = memory_in_index();
  CHECK(page_of(Reranker(db, fixed_model(model()), options), enquire_of(db, fruit_query())).front() == 61);
}

TEST_CASE("a memory that is removed from the index is served until the reopening, and no longer",
          "[plugin][reranker][memory]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  for (const Xapian::Document& document : fruit_and_tools()) writer.add_document(document);
  const bool has_version = GENERATE(true, false);  // else its bytes tell it
  const auto put = [&](const ClickMemory* stored) {
    writer.set_metadata(kMemoryKey, stored ? std::string(stored->bytes()) : std::string());
    if (has_version) writer.set_metadata(kMemoryVersionKey, stored ? stored->version() : std::string());
    writer.commit();
  };
  put(memory().get());
  Xapian::Database db(folder.file("db"));
  const Xapian::Database before(folder.file("db"));  // of a thread that does not reopen
  Problems problems;
  RerankOptions options = strict();
  options.memory = memory_in_index(listener(problems));
  options.on_problem = listener(problems);
  const Reranker reranker(db, fixed_model(model()), options);
  Xapian::Enquire enquire = enquire_of(db, fruit_query());
  const Docids alone = page_of(Reranker(db, fixed_model(model()), strict()), enquire);
  const Docids remembered = page_of(reranker, enquire);
  REQUIRE(remembered.front() == 61);
  put(nullptr);
  CHECK(page_of(reranker, enquire) == remembered);
  db.reopen();
  for (int search = 0; search < 3; ++search) {
    CHECK(page_of(reranker, enquire) == alone);
    CHECK(options.memory->get(before)->version() == memory()->version());
  }
  CHECK(options.memory->get(db) == nullptr);
  put(memory().get());
  db.reopen();
  CHECK(page_of(reranker, enquire) == remembered);
  CHECK(problems.empty());
}

}  // namespace irgan::reranker_memory_test
