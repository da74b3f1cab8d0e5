/// A search without a model that can serve it has its own order, and says why; or it throws, where that was asked for.

#include <catch2/catch.hpp>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "irgan/index_fit.h"
#include "irgan/reranker.h"
#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_fallback_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

class SwitchableSource : public ModelSource {
 public:
  std::shared_ptr<const Model> get(const Xapian::Database&) override { return model; }
  std::shared_ptr<const Model> model;
};

}  // namespace

TEST_CASE("without a model a search is served in its own order, and the problem told", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  Problems problems;
  const Reranker reranker(db, model_file("/nowhere/model"), lenient(problems));

  CHECK(shown(reranker.get_mset(enquire, 9, 6)) == shown(enquire.get_mset(9, 6)));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], StartsWith("served in the original order: /nowhere/model: "));

  const Xapian::MSet mset = enquire.get_mset(0, 20);
  const std::vector<RankedHit> hits = reranker.rerank(enquire.get_query(), mset);
  CHECK(docids_of(hits) == docids_of(mset));
  for (std::size_t i = 1; i < hits.size(); ++i) CHECK(hits[i].score == hits[i - 1].score - 1.0);
  CHECK(problems.size() == 2);
}

TEST_CASE("without a model a strict search throws", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  const Reranker reranker(db, model_in_index(), strict());
  CHECK_THROWS_WITH(reranker.get_mset(enquire, 0, 3), Contains("irgan.model"));
  const Reranker by_default(db, model_in_index());
  CHECK_THROWS_AS(by_default.rerank(enquire.get_query(), enquire.get_mset(0, 3)), Error);
  CHECK(docids_of(by_default.get_mset(enquire, 0, 3)) == docids_of(enquire.get_mset(0, 3)));
}

TEST_CASE("a model of features that no index has falls back or throws", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  Problems problems;
  const Reranker falling_back(db, fixed_model(model_of_other_features()), lenient(problems));
  CHECK(docids_of(falling_back.get_mset(enquire, 0, 20)) == docids_of(enquire.get_mset(0, 20)));
  CHECK(docids_of(falling_back.rerank(enquire.get_query(), enquire.get_mset(0, 20))) ==
        docids_of(enquire.get_mset(0, 20)));
  REQUIRE(problems.size() == 2);
  CHECK_THAT(problems[0], Contains("feature '1' cannot be extracted"));

  const Reranker throwing(db, fixed_model(model_of_other_features()), strict());
  CHECK_THROWS_AS(throwing.get_mset(enquire, 0, 20), FormatError);
  CHECK_THROWS_AS(throwing.rerank(enquire.get_query(), enquire.get_mset(0, 20)), FormatError);
}

TEST_CASE("scores that are not finite are never ranked by", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  const auto model = popularity_model(std::numeric_limits<float>::infinity());
  Problems problems;
  CHECK(shown(Reranker(db, fixed_model(model), lenient(problems)).get_mset(enquire, 3, 20)) ==
        shown(enquire.get_mset(3, 20)));
  CHECK(problems == Problems{"served in the original order: the model gives scores that are not finite"});
  CHECK_THROWS_AS(Reranker(db, fixed_model(model), strict()).get_mset(enquire, 0, 20), Error);
}

TEST_CASE("an error of the application's own search is let through", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Problems problems;
  const Reranker reranker(db, fixed_model(popularity_model()), lenient(problems));
  Xapian::Enquire enquire = enquire_of(db);
  enquire.set_sort_by_value(kColour, true);
  enquire.set_cutoff(50);  // Xapian cannot do both
  CHECK_THROWS_AS(reranker.get_mset(enquire, 0, 10), Xapian::UnimplementedError);
}

TEST_CASE("what the index lost is told once, not once a search", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  ModelParts parts = linear_model(fruit_schema({"value.popularity", "title.bm25"}), {1, 1});
  parts.schema.fields.push_back({"title", "S", Xapian::BAD_VALUENO, Xapian::BAD_VALUENO, 5.0});
  Problems problems;
  const Reranker reranker(db, fixed_model(fruit_model(parts)), lenient(problems));
  Xapian::Enquire enquire = enquire_of(db);
  for (int search = 0; search < 3; ++search) reranker.get_mset(enquire, 0, 10);
  CHECK(problems == Problems{"served in the original order: the model does not fit the index: no document has words of "
                             "field 'title' (prefix 'S')"});
  CHECK(docids_of(reranker.get_mset(enquire, 0, 10)) == docids_of(enquire.get_mset(0, 10)));
  CHECK_THROWS_AS(Reranker(db, fixed_model(fruit_model(parts)), strict()).get_mset(enquire, 0, 10), MisfitError);
}

TEST_CASE("a new model answers from the next search on", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  const auto source = std::make_shared<SwitchableSource>();
  Problems problems;
  const Reranker reranker(db, source, lenient(problems));
  const auto page = [&] { return docids_of(reranker.get_mset(enquire, 0, 20)); };
  for (const auto& model : {popularity_model(), nonlinear_model(), popularity_model(-1.0F)}) {
    source->model = model;
    CHECK(page() == slice(full_list(db, *model, enquire), 0, 20));
  }
}

TEST_CASE("a model that cannot be extracted does not replace a good one", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  const auto source = std::make_shared<SwitchableSource>();
  Problems problems;
  const Reranker reranker(db, source, lenient(problems)), throwing(db, source, strict());
  const auto check_answer = [&](const std::shared_ptr<const Model>& model) {
    const Docids expected = slice(full_list(db, *model, enquire), 0, 20);
    const RerankedPage page = reranker.search(enquire, {0, 20});
    CHECK(docids_of(page.mset) == expected);
    CHECK(docids_of(throwing.get_mset(enquire, 0, 20)) == expected);
    CHECK(page.model_version == model->version());
  };
  const auto before = popularity_model(), after = nonlinear_model();
  source->model = before;
  check_answer(before);
  source->model = model_of_other_features();
  for (int search = 0; search < 3; ++search) check_answer(before);
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], StartsWith("the model before stays: ") && Contains("feature '1' cannot be extracted"));
  source->model = after;
  check_answer(after);
  CHECK(problems.size() == 1);
}

TEST_CASE("documents that are added and deleted meanwhile do not fail a search", "[plugin][reranker]") {
  Xapian::WritableDatabase db = index_of(fruit());
  Xapian::Enquire enquire = enquire_of(db);
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  const Xapian::MSet before = enquire.get_mset(0, kDepth);
  db.delete_document(*before[0]);
  db.add_document(fruit().front());
  CHECK(reranker.rerank(enquire.get_query(), before).size() == kDepth);
  CHECK(docids_of(reranker.get_mset(enquire, 0, 20)) == slice(full_list(db, *popularity_model(), enquire), 0, 20));
}

TEST_CASE("an index that moved on is told to the application, or served in the old order", "[plugin][reranker]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  std::vector<Xapian::Document> documents = fruit();
  for (unsigned i = 0; i < 2000; ++i) {  // so many that the index is more than the blocks that a reader holds
    Xapian::Document document;
    document.add_term("Q" + std::to_string(i * 7919));
    document.add_value(kPopularity, Xapian::sortable_serialise(i));
    documents.push_back(document);
  }
  for (const Xapian::Document& document : documents) writer.add_document(document);
  writer.commit();
  const Xapian::Database reader(folder.file("db"));
  Xapian::Enquire enquire = enquire_of(reader);
  const Xapian::MSet mset = enquire.get_mset(0, 20);
  for (int revision = 0; revision < 3; ++revision) {  // Xapian keeps the blocks of one revision before
    for (std::size_t i = 0; i < documents.size(); ++i) {
      documents[i].add_value(kPopularity, Xapian::sortable_serialise(revision));
      writer.replace_document(static_cast<Xapian::docid>(i + 1), documents[i]);
    }
    writer.commit();
  }

  CHECK_THROWS_AS(Reranker(reader, fixed_model(popularity_model())).rerank(enquire.get_query(), mset),
                  Xapian::DatabaseModifiedError);
  Problems problems;
  const Reranker falling_back(reader, fixed_model(popularity_model()), lenient(problems));
  CHECK(docids_of(falling_back.rerank(enquire.get_query(), mset)) == docids_of(mset));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], StartsWith("served in the original order: DatabaseModifiedError"));
  CHECK(shown(falling_back.get_mset(enquire, 0, 10)) == shown(enquire.get_mset(0, 10)));
}

}  // namespace irgan::reranker_fallback_test
