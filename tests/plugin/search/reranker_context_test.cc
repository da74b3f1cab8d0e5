// What is known of a search beside its words: the model's order may hang on it, and no search fails by it.
#include <catch2/catch.hpp>

#include "irgan/metrics.h"
#include "tests/plugin/exposition_reader.h"
#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_context_test {

namespace {

Docids order_with(const Reranker& reranker, const Xapian::Database& db, const SearchContext& context) {
  Xapian::Enquire enquire = enquire_of(db);
  SearchRequest request;
  request.maxitems = kDepth;
  request.context = context;
  return docids_of(reranker.search(enquire, request).head);
}

Docids order_of(const Xapian::Database& db, const std::shared_ptr<const Model>& model) {
  return order_with(Reranker(db, fixed_model(model)), db, {});
}

}  // namespace

TEST_CASE("a search's context reaches the model, in get_mset's way and in rerank's", "[plugin][reranker][context]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const Docids popular = order_of(db, popularity_model());
  const Docids unpopular = order_of(db, popularity_model(-1.0F));
  REQUIRE(popular != unpopular);
  const Reranker reranker(db, fixed_model(device_model()), strict());
  CHECK(order_with(reranker, db, {{"device", "mobile"}}) == popular);
  CHECK(order_with(reranker, db, {{"device", "mobile"}, {"segment", "trade"}}) == popular);
  for (const SearchContext& unknown :
       std::vector<SearchContext>{{}, {{"device", "Mobile"}}, {{"device", ""}}, {{"dev", "mobile"}}}) {
    CHECK(order_with(reranker, db, unknown) == unpopular);
  }
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet hits = enquire.get_mset(0, kDepth);
  SearchRequest request;
  CHECK(docids_of(reranker.rerank(enquire.get_query(), hits, request)) == unpopular);
  request.context = {{"device", "mobile"}};
  CHECK(docids_of(reranker.rerank(enquire.get_query(), hits, request)) == popular);
  CHECK(docids_of(reranker.explain(enquire.get_query(), hits, request)) == popular);
}

TEST_CASE("rival and shadow see the search's context, too", "[plugin][reranker][context]") {
  const Xapian::Database db = fruit_index(1);
  RerankOptions options = strict();
  options.shadow = fixed_model(device_model());
  options.interleave = true;
  options.rival = fixed_model(device_model());
  const Reranker reranker(db, fixed_model(popularity_model()), options);
  Xapian::Enquire enquire = enquire_of(db);
  SearchRequest request;
  request.maxitems = kDepth;
  request.context = {{"device", "mobile"}};
  const RerankedPage page = reranker.search(enquire, request);
  CHECK(page.shadow.docids == order_of(db, popularity_model()));
  CHECK(docids_of(page.head) == page.shadow.docids);  // the rival's order is the model's own
  request.context.clear();
  CHECK(reranker.search(enquire, request).shadow.docids == order_of(db, popularity_model(-1.0F)));
}

TEST_CASE("contexts that a model asks for are counted by what searches say of them",
          "[plugin][reranker][context][metrics]") {
  const ScratchFolder folder;
  const Xapian::Database db = fruit_index(1);
  RerankOptions options = strict();
  options.metrics = std::make_shared<Metrics>(folder.file("m.prom"), ProblemListener());
  const auto count = [&](const std::string& state) {
    return ExpositionReader(options.metrics->text())["irgan_contexts_total{state=\"" + state + "\"}"];
  };
  const Reranker plain(db, fixed_model(popularity_model()), options);
  order_with(plain, db, {{"device", "mobile"}});
  CHECK(count("known") + count("unseen") + count("missing") == 0.0);  // it asks for none

  const Reranker reranker(db, fixed_model(device_model()), options);
  order_with(reranker, db, {{"device", "mobile"}, {"other", "x"}});
  order_with(reranker, db, {{"device", "mobile"}});
  order_with(reranker, db, {{"device", "watch"}});
  order_with(reranker, db, {{"device", ""}});
  CHECK(count("known") == 2.0);
  CHECK(count("unseen") == 1.0);
  CHECK(count("missing") == 1.0);
}

TEST_CASE("features are measured by their kind", "[plugin][reranker][metrics]") {
  const ScratchFolder folder;
  const Xapian::Database db = fruit_index(1);
  RerankOptions options = strict();
  options.metrics = std::make_shared<Metrics>(folder.file("m.prom"), ProblemListener());
  const Reranker reranker(db, fixed_model(nonlinear_model()), options);
  for (int i = 0; i < 3; ++i) order_with(reranker, db, {});
  const ExpositionReader read(options.metrics->text());
  double sum = 0.0;
  for (const char* kind : {"first_stage.score", "bm25", "length", "value"}) {
    const std::string label = "{feature=\"" + std::string(kind) + "\"}";
    CHECK(read["irgan_feature_seconds_count" + label] == 3.0);
    CHECK(read["irgan_feature_seconds_sum" + label] > 0.0);
    sum += read["irgan_feature_seconds_sum" + label];
  }
  CHECK(read["irgan_feature_seconds_count{feature=\"coverage\"}"] == 0.0);
  CHECK(read["irgan_feature_seconds_count{feature=\"context\"}"] == 0.0);
  CHECK(sum <= read["irgan_step_seconds_sum{step=\"features\"}"]);
}

}  // namespace irgan::reranker_context_test
