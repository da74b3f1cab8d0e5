// Searches through a stock xapian-tcpsrv.
#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>

#include "irgan/feature_extractor.h"
#include "plugin/src/features/feature_columns.h"
#include "plugin/src/features/remote_index.h"
#include "plugin/src/features/unique_ids.h"
#include "tests/plugin/fruit.h"
#include "tests/plugin/small_vectors.h"
#include "tests/plugin/tcp_server.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_remote_test {

namespace {

constexpr Xapian::valueno kTitleLength = 1000, kTextLength = 1001, kTitleText = 2000;

// Titles with typing errors, numbers and parts; some documents lack a title, some a number.
std::vector<Xapian::Document> books() {
  const char* titles[] = {"Apple pie: the art", "Aple pies 2",  "", "Pear II - apples", "The pear",
                          "Pineapple",          "apples apples"};
  std::vector<Xapian::Document> documents;
  for (unsigned i = 0; i < 70; ++i) {
    const std::string title = titles[i % 7];
    std::string text = title + " apples";
    for (unsigned k = 0; k < i % 11; ++k) text += k % 4 == 0 ? " pie" : " pear";
    Xapian::Document document = document_of({{"S", title}, {"", text}});
    if (!title.empty()) document.add_value(kTitleText, title);
    document.add_value(kTitleLength, Xapian::sortable_serialise(i % 3));
    document.add_value(kTextLength, Xapian::sortable_serialise(2 + i % 11));
    if (i % 5 > 0) document.add_value(kPopularity, Xapian::sortable_serialise(i % 13 - 6.5));
    document.add_boolean_term("Q" + std::to_string(i));
    document.add_value(kFirstIdSlot, "Q" + std::to_string(i));
    if (i % 2 == 0) document.add_boolean_term("XPeven");
    documents.push_back(document);
  }
  return documents;
}

FeatureSchema book_schema() {
  FeatureSchema schema;
  schema.stemmer = "english";
  schema.fields = {{"title", "S", kTitleLength, kTitleText, 2.0}, {"text", "", kTextLength, Xapian::BAD_VALUENO, 7.0}};
  schema.values = {{"popularity", kPopularity, Transform::identity}};
  schema.features = {"first_stage.score", "first_stage.log_rank", "query.length", "value.popularity"};
  for (const char* of_terms : {"bm25", "coverage", "idf_coverage", "density", "length", "exact_match", "dirichlet",
                               "jelinek_mercer", "tf_idf", "log_wdf", "idf_sum", "min_wdf"}) {
    for (const char* field : {"title.", "text."}) schema.features.push_back(std::string(field) + of_terms);
  }
  for (const char* of_text : {"trigram_jaccard", "trigram_coverage", "joined_match", "prefix_match", "fuzzy_coverage",
                              "fuzzy_share", "part_share", "number_match", "number_surplus"}) {
    schema.features.push_back(std::string("title.") + of_text);
  }
  return schema;
}

Xapian::Database stored_books(const std::string& path) {
  Xapian::WritableDatabase writer(path, Xapian::DB_CREATE);
  for (const Xapian::Document& document : books()) writer.add_document(document);
  writer.set_metadata(kIdSlotKey, std::to_string(kFirstIdSlot));
  writer.close();
  return Xapian::Database(path);
}

// The lean features, as a model asks for them.
std::shared_ptr<const Model> book_model() {
  ModelParts parts;
  parts.schema = book_schema();
  parts.schema.features = {"first_stage.score", "query.length",          "title.bm25",
                           "title.length",      "title.trigram_jaccard", "title.fuzzy_coverage",
                           "text.bm25",         "text.density",          "value.popularity"};
  const auto num_features = static_cast<Eigen::Index>(parts.schema.features.size());
  parts.encoding.features.resize(parts.schema.features.size());
  parts.discriminators = {random_network({num_features, 5, 1}, 32, 3.0F)};
  return fruit_model(std::move(parts));
}

using Words = std::map<std::string, std::array<std::int8_t, 2>>;

Words book_words() { return {{"appl", {127, 0}}, {"art", {90, -90}}, {"pear", {90, 90}}, {"pie", {0, 127}}}; }

std::shared_ptr<const Model> picking_book_model(const CollectionVectors& vectors) {
  ModelParts parts;
  parts.schema = book_schema();
  parts.schema.features = {"first_stage.score", "title.bm25", "text.bm25", "value.popularity", kGeneratorScore};
  const auto num_features = static_cast<Eigen::Index>(parts.schema.features.size());
  parts.encoding.features.resize(parts.schema.features.size());
  parts.discriminators = {random_network({num_features, 5, 1}, 32, 3.0F)};
  parts.collection = CollectionGenerator{untrained_towers(vectors), 25};
  return fruit_model(std::move(parts));
}

}  // namespace

TEST_CASE("features from a server are the bits of the index itself", "[plugin][remote]") {
  const ScratchFolder folder;
  const Xapian::Database here = stored_books(folder.file("db"));
  const TcpServer server(folder.file("db"));
  const Xapian::Database there = server.open();
  const FeatureExtractor at_home(here, book_schema());
  const FeatureColumns abroad(book_schema(), there);
  for (const char* words : {"apples pie", "aple 2", "pear", "pears unknown Apple", "the"}) {
    CAPTURE(words);
    const Xapian::Query query = parsed(words);
    Xapian::Enquire enquire = enquire_of(here, query);
    const std::vector<Candidate> candidates = candidates_of(enquire.get_mset(0, 40), 40);
    Docids docids;
    for (const Candidate& candidate : candidates) docids.push_back(candidate.docid);
    RemoteIndex remote(there, query, docids, id_slot_of(there), [] {});
    const FeatureMatrix expected = at_home.extract(query, candidates);
    const FeatureMatrix rows = abroad.extract(query, candidates, {}, remote, [] {});
    REQUIRE(rows.size() == expected.size());
    CHECK(std::memcmp(rows.data(), expected.data(), static_cast<std::size_t>(rows.size()) * sizeof(float)) == 0);
  }
}

TEST_CASE("a page from a server takes few round trips", "[plugin][remote]") {
  const ScratchFolder folder;
  const Xapian::Database here = stored_books(folder.file("db"));
  const TcpServer server(folder.file("db"));
  const CountingWire wire(server.port());
  const Xapian::Database there = wire.open();
  Xapian::Enquire enquire = enquire_of(there, parsed("apples pie"));
  const auto model = book_model();
  const Reranker reranker(there, fixed_model(model), strict());
  Xapian::Enquire local = enquire_of(here, parsed("apples pie"));
  CHECK(docids_of(reranker.get_mset(enquire, 0, 10)) ==
        docids_of(Reranker(here, fixed_model(model), strict()).get_mset(local, 0, 10)));
  const int before = wire.num_trips();
  CHECK(reranker.get_mset(enquire, 0, 10).size() == 10);
  // Six searches of two each: the program's, the ids, which terms there are, two for four slots and four terms, the
  // page.
  CHECK(wire.num_trips() - before == 12);
  enquire.get_mset(60, 10);
  const int plain = wire.num_trips();
  CHECK(docids_of(reranker.get_mset(enquire, 60, 10)) == docids_of(enquire.get_mset(60, 10)));
  CHECK(wire.num_trips() - plain == 4);  // behind the window no model is needed
}

TEST_CASE("a generator picks behind a server as it does in the index itself", "[plugin][remote][picking]") {
  const ScratchFolder folder;
  const Xapian::Database here = stored_books(folder.file("db"));
  const auto vectors = small_vectors(here, book_words(), here.get_lastdocid());
  const TcpServer server(folder.file("db"));
  const Xapian::Database there = server.open();
  const auto model = picking_book_model(*vectors);
  int num_picked = 0;
  for (const char* words : {"pie", "pears", "apples pear", "aple", "unheard"}) {
    for (const char* filter : {"", "XPeven"}) {
      CAPTURE(words, filter);
      Xapian::Query query = parsed(words);
      if (*filter != '\0') query = Xapian::Query(Xapian::Query::OP_FILTER, query, Xapian::Query(filter));
      Docids found[2];
      Xapian::doccount matches[2];
      for (const bool remote : {false, true}) {
        const Xapian::Database& db = remote ? there : here;
        RerankOptions options = strict();
        options.vectors = fixed_vectors(vectors);
        options.depth = 10;
        Xapian::Enquire enquire = enquire_of(db, query);
        const Reranker reranker(db, fixed_model(model), options);
        for (const Xapian::doccount first : {0U, 7U, 12U}) {
          for (const Xapian::docid docid : docids_of(reranker.get_mset(enquire, first, 7)))
            found[remote].push_back(docid);
        }
        const RerankedPage page = reranker.search(enquire, {0, 60, 100});
        matches[remote] = page.mset.get_matches_lower_bound();
        if (!remote) continue;
        for (const RankedHit& hit : page.head) num_picked += hit.first_stage_rank == 0 ? 1 : 0;
      }
      CHECK(found[0] == found[1]);
      CHECK(matches[0] == matches[1]);
    }
  }
  CHECK(num_picked > 20);
}

TEST_CASE("picks behind a server that are gone, or whose docid is another's now, are left out",
          "[plugin][remote][picking]") {
  const ScratchFolder folder;
  stored_books(folder.file("db"));
  {
    Xapian::WritableDatabase writer(folder.file("db"));
    writer.delete_document(2);
    Xapian::Document another = writer.get_document(9);
    another.remove_term("Q8");
    another.add_boolean_term("Qanother");
    another.add_value(kFirstIdSlot, "Qanother");
    writer.replace_document(9, another);
    writer.commit();
  }
  const TcpServer server(folder.file("db"));
  const Xapian::Database db = server.open();
  RemoteIndex index(db, parsed("unheard"), {}, id_slot_of(db), [] {});
  CHECK(index.admit({{2, "Q1"}, {9, "Q8"}, {3, "Q2"}, {4, "Q2"}}, std::nullopt) == std::set<Xapian::docid>{3});
  CHECK(index.id_term(3) == "Q2");
  CHECK(index.num_found({3}, parsed("apples")) == 1);
  CHECK(index.num_found({3}, parsed("pineapple")) == 0);
}

TEST_CASE("vectors without ids behind a server give the original order and a report", "[plugin][remote][picking]") {
  const ScratchFolder folder;
  const Xapian::Database here = stored_books(folder.file("db"));
  const auto vectors = small_vectors(here, book_words(), here.get_lastdocid(), false);
  const TcpServer server(folder.file("db"));
  const Xapian::Database db = server.open();
  Problems problems;
  RerankOptions options = lenient(problems);
  options.vectors = fixed_vectors(vectors);
  Xapian::Enquire enquire = enquire_of(db, parsed("apples pie"));
  const Reranker reranker(db, fixed_model(picking_book_model(*vectors)), options);
  CHECK(shown(reranker.get_mset(enquire, 0, 10)) == shown(enquire.get_mset(0, 10)));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], Catch::Contains("the vectors hold no ids"));
}

TEST_CASE("a wire that is cut in mid-search gives Xapian's own error", "[plugin][remote]") {
  const ScratchFolder folder;
  stored_books(folder.file("db"));
  const TcpServer server(folder.file("db"));
  for (int num_trips = 0; num_trips < 12; ++num_trips) {
    CAPTURE(num_trips);
    CountingWire wire(server.port());
    const Xapian::Database db = wire.open();
    Xapian::Enquire enquire = enquire_of(db, parsed("apples pie"));
    Problems problems;
    const Reranker reranker(db, fixed_model(book_model()), lenient(problems));
    reranker.get_mset(enquire, 0, 10);
    wire.cut_after(num_trips);
    CHECK_THROWS_AS(reranker.get_mset(enquire, 0, 10), Xapian::NetworkError);
    CHECK(problems.size() == (num_trips < 2 ? 0 : 1));  // what fails first fails without a model, too
  }
}

TEST_CASE("where a document has no id the original order is served", "[plugin][remote]") {
  const ScratchFolder folder;
  stored_books(folder.file("db"));
  {
    Xapian::WritableDatabase writer(folder.file("db"));
    for (Xapian::docid docid = 1; docid <= writer.get_lastdocid(); docid += 3) {
      Xapian::Document document = writer.get_document(docid);
      document.remove_value(kFirstIdSlot);
      writer.replace_document(docid, document);
    }
    writer.commit();
  }
  const TcpServer server(folder.file("db"));
  const Xapian::Database db = server.open();
  Xapian::Enquire enquire = enquire_of(db, parsed("apples pie"));
  Problems problems;
  const Reranker reranker(db, fixed_model(book_model()), lenient(problems));
  CHECK(shown(reranker.get_mset(enquire, 0, 10)) == shown(enquire.get_mset(0, 10)));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], Catch::Contains("has no id in value slot 3000"));
}

TEST_CASE("another weighting scheme than Xapian's own costs a document each, up to a bound", "[plugin][remote]") {
  const ScratchFolder folder;
  const Xapian::Database here = stored_books(folder.file("db"));
  const TcpServer server(folder.file("db"));
  const Xapian::Database there = server.open();
  const auto model = book_model();
  Docids found[2];
  for (const bool remote : {false, true}) {
    const Xapian::Database& db = remote ? there : here;
    Xapian::Enquire enquire = enquire_of(db, parsed("apples pie pear"));
    enquire.set_weighting_scheme(Xapian::BM25Weight(0.1, 0, 1, 1.0, 0.5));
    found[remote] = docids_of(Reranker(db, fixed_model(model), strict()).get_mset(enquire, 0, 10));
  }
  CHECK(found[0] == found[1]);
}

TEST_CASE("a collapsed pool from a server keeps its order, on every page and without a word", "[plugin][remote]") {
  constexpr Xapian::valueno kLate = 77;
  const ScratchFolder folder;
  stored_books(folder.file("db"));
  {
    Xapian::WritableDatabase writer(folder.file("db"));
    Xapian::Enquire enquire = enquire_of(writer, parsed("apples pie"));
    const Docids docids = docids_of(enquire.get_mset(0, 70));
    REQUIRE(docids.size() > kDepth + 2);
    for (std::size_t i = kDepth; i < docids.size(); ++i) {  // behind the pool alone
      Xapian::Document document = writer.get_document(docids[i]);
      document.add_value(kLate, std::to_string(i));
      writer.replace_document(docids[i], document);
    }
    writer.commit();
  }
  const TcpServer server(folder.file("db"));
  const Xapian::Database db = server.open();
  Problems problems;
  const auto model = book_model();
  RerankOptions options = lenient(problems);
  options.depth = kDepth;
  const Reranker reranker(db, fixed_model(model), options);
  Xapian::Enquire enquire = enquire_of(db, parsed("apples pie"));
  enquire.set_collapse_key(kPopularity);
  for (const Xapian::doccount first : {0U, 4U, 40U}) {
    const RerankedPage page = reranker.search(enquire, {first, 4});
    CHECK(shown(page.mset) == shown(enquire.get_mset(first, 4)));
    CHECK(page.model_version.empty());
  }
  enquire.set_collapse_key(kLate);
  const RerankedPage pool = reranker.search(enquire, {0, kDepth}), more = reranker.search(enquire, {0, kDepth + 2});
  CHECK(pool.model_version == model->version());
  CHECK(slice(docids_of(more.mset), 0, kDepth) == docids_of(pool.mset));
  CHECK(more.model_version == model->version());
  CHECK(problems.empty());
}

}  // namespace irgan::reranker_remote_test
