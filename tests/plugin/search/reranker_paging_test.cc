// The paging trial: queries of ten kinds, on one database, on shards, and with a remote shard among them.
#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "tests/plugin/fruit.h"
#include "tests/plugin/tcp_server.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_paging_test {

using Xapian::Query;

namespace {

Query word(const std::string& text) { return parsed(text); }

Query wildcards() {
  return parsed("pe* apples", "", Xapian::QueryParser::STEM_SOME, "english", Xapian::QueryParser::FLAG_WILDCARD);
}

Query synonym() {
  const std::vector<std::string> words{"apples", "pear"};
  return Query(Query::OP_OR, Query(Query::OP_SYNONYM, words.begin(), words.end()), word("filler"));
}

Query popular() { return Query(Query::OP_VALUE_GE, kPopularity, Xapian::sortable_serialise(4)); }

struct QueryKind {
  const char* name;
  Query query;
  bool has_weights = true;  // without any, Xapian's order is that of docids
};

// Not made once and kept: a Query belongs to one thread, and a test is one.
std::vector<QueryKind> query_kinds() {
  const std::vector<Query> near{Query("apples"), Query("filler")};
  return {{"words", word("apples pear")},
          {"a phrase", word("\"apples pear\"")},
          {"words near each other", Query(Query::OP_NEAR, near.begin(), near.end(), 4)},
          {"a wildcard", wildcards()},
          {"synonyms", synonym()},
          {"a filter", Query(Query::OP_FILTER, word("apples"), Query("Zpear"))},
          {"words but not others", word("apples -pear")},
          {"scaled words", Query(Query::OP_OR, Query(Query::OP_SCALE_WEIGHT, word("pear"), 3.5), word("filler"))},
          {"words in a range of values", Query(Query::OP_FILTER, word("filler"), popular())},
          {"a range of values alone", popular(), false},
          {"all documents", Query(std::string()), false}};
}

using Terms = std::set<std::string>;

Terms matching_terms(const Xapian::Enquire& enquire, Xapian::docid docid) {
  return {enquire.get_matching_terms_begin(docid), enquire.get_matching_terms_end(docid)};
}

// What a server says of the number of matches: right, and exact where the first pass was.
bool agree(const Xapian::MSet& page, const Xapian::MSet& first_pass, std::size_t num_matches) {
  const bool is_right = page.get_matches_lower_bound() <= num_matches && num_matches <= page.get_matches_upper_bound();
  const bool is_exact = first_pass.get_matches_lower_bound() == first_pass.get_matches_upper_bound();
  return is_exact ? same_bounds(page, first_pass) : is_right;
}

// Walks through all pages of `size` hits and compares each with its slice of `list`.
void check_pages(const Reranker& reranker, Xapian::Enquire& enquire, const Docids& list, Xapian::doccount size,
                 bool has_weights, bool is_behind_server = false) {
  for (Xapian::doccount first = 0; first < list.size() + 2 * size; first += size) {
    CAPTURE(first, size);
    const Xapian::MSet page = reranker.get_mset(enquire, first, size);
    const Xapian::MSet first_pass = has_weights ? enquire.get_mset(0, std::max<Xapian::doccount>(first + size, kDepth))
                                                : enquire.get_mset(first, size);
    CHECK(docids_of(page) == slice(list, first, size));
    CHECK(page.get_firstitem() == first);
    CHECK((is_behind_server ? agree(page, first_pass, list.size()) : same_bounds(page, first_pass)));
    for (auto hit = page.begin(); hit != page.end(); ++hit) {
      CHECK(hit.get_document().get_data() == "document " + std::to_string(*hit));
      CHECK(Terms(enquire.get_matching_terms_begin(hit), enquire.get_matching_terms_end(hit)) ==
            matching_terms(enquire, *hit));
    }
  }
}

}  // namespace

TEST_CASE("every page of ten kinds of query is its slice of the whole list", "[plugin][reranker][paging]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const auto model = nonlinear_model();
  for (const QueryKind& kind : query_kinds()) {
    CAPTURE(kind.name);
    Xapian::Enquire enquire = enquire_of(db, kind.query);
    const Docids original = docids_of(enquire.get_mset(0, kNumDocuments));
    const Docids list = kind.has_weights ? full_list(db, *model, enquire) : original;
    REQUIRE(list.size() > 1);
    CHECK((list != original) == kind.has_weights);
    const Reranker reranker(db, fixed_model(model), strict());
    check_pages(reranker, enquire, list, 5, kind.has_weights);
    check_pages(reranker, enquire, list, 17, kind.has_weights);
  }
}

TEST_CASE("so it is behind a server, and with a shard here and two behind servers", "[plugin][reranker][paging]") {
  const ScratchFolder folder;
  const std::size_t num_shards = GENERATE(1, 3);
  stored_fruit(folder.file("db"), nullptr, num_shards);
  std::vector<std::unique_ptr<TcpServer>> servers;
  Xapian::Database db;
  for (std::size_t shard = 0; shard < num_shards; ++shard) {
    const std::string path = num_shards == 1 ? folder.file("db") : folder.file("db." + std::to_string(shard));
    Xapian::WritableDatabase(path).set_metadata(kIdSlotKey, std::to_string(kFirstIdSlot));
    if (num_shards > 1 && shard == 0) {
      db.add_database(Xapian::Database(path));
    } else {
      servers.push_back(std::make_unique<TcpServer>(path));
      db.add_database(servers.back()->open());
    }
  }
  const Xapian::Database local = fruit_index(static_cast<int>(num_shards));
  const auto model = nonlinear_model();
  for (const QueryKind& kind : query_kinds()) {
    CAPTURE(kind.name, num_shards);
    Xapian::Enquire enquire = enquire_of(db, kind.query);
    Xapian::Enquire here = enquire_of(local, kind.query);
    const Docids original = docids_of(here.get_mset(0, kNumDocuments));
    const Docids list = kind.has_weights ? full_list(local, *model, here) : original;
    CHECK((list != original) == kind.has_weights);
    const Reranker reranker(db, fixed_model(model), strict());
    check_pages(reranker, enquire, list, 5, kind.has_weights, true);
  }
}

TEST_CASE("with a remote shard that says no ids every page has its original order", "[plugin][reranker][paging]") {
  const ScratchFolder folder;
  const auto model = nonlinear_model();
  stored_fruit(folder.file("db"), model.get(), 2);
  Xapian::Database db(folder.file("db.0"));
  try {
    db.add_database(Xapian::Remote::open("xapian-progsrv", folder.file("db.1")));
  } catch (const Xapian::NetworkError& error) {
    FAIL("xapian-progsrv, of Debian's xapian-tools, does not run: " << error.get_description());
  }
  Problems problems;
  const Reranker reranker(db, model_in_index(), lenient(problems));
  for (const QueryKind& kind : query_kinds()) {
    CAPTURE(kind.name);
    Xapian::Enquire enquire = enquire_of(db, kind.query);
    const Docids original = docids_of(enquire.get_mset(0, kNumDocuments));
    for (Xapian::doccount first = 0; first < original.size() + 5; first += 5) {
      CAPTURE(first);
      CHECK(shown(reranker.get_mset(enquire, first, 5)) == shown(enquire.get_mset(first, 5)));
    }
  }
  CHECK(problems == Problems{"served in the original order: databases behind a server are reranked only if each "
                             "document's id is in a value slot: annotate the index with ids"});
  Xapian::Enquire enquire = enquire_of(db);
  CHECK_THROWS_AS(Reranker(db, model_in_index(), strict()).get_mset(enquire, 0, 5), Error);
}

TEST_CASE("a remote database is searched once, and no model is asked for", "[plugin][reranker][paging]") {
  class CountingSource : public ModelSource {
   public:
    std::shared_ptr<const Model> get(const Xapian::Database&) override {
      ++num_asked;
      return nonlinear_model();
    }
    int num_asked = 0;
  };
  const ScratchFolder folder;
  stored_fruit(folder.file("db"));
  const Xapian::Database db = Xapian::Remote::open("xapian-progsrv", folder.file("db"));
  Xapian::Enquire enquire = enquire_of(db);
  Xapian::ValueCountMatchSpy spy(kColour);
  enquire.add_matchspy(&spy);
  const auto source = std::make_shared<CountingSource>();
  Problems problems;
  const Reranker reranker(db, source, lenient(problems));
  for (std::size_t search = 1; search <= 3; ++search) {
    const RerankedPage page = reranker.search(enquire, {5, 5, kNumDocuments});
    CHECK(page.mset.size() == 5);
    CHECK(spy.get_total() == search * kNumDocuments);  // a second pass would have cleared the spy
    CHECK(page.model_version.empty());
  }
  CHECK(source->num_asked == 0);
  CHECK(problems.size() == 1);
}

TEST_CASE("a page of no hits gives the counts alone", "[plugin][reranker][paging]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  const Reranker reranker(db, fixed_model(nonlinear_model()), strict());
  CHECK(same_bounds(reranker.get_mset(enquire, 0, 0), enquire.get_mset(0, 0)));
  const RerankedPage all = reranker.search(enquire, {0, 0, kNumDocuments});
  CHECK(same_bounds(all.mset, enquire.get_mset(0, 0, kNumDocuments)));
  CHECK(all.model_version.empty());
}

}  // namespace irgan::reranker_paging_test
