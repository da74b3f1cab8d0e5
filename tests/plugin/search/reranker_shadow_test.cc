// A model that is only watched: what it would have shown is told, and the page is what it is without it.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "irgan/interleave.h"
#include "irgan/metrics.h"
#include "plugin/src/order/keyed_draws.h"
#include "tests/plugin/exposition_reader.h"
#include "tests/plugin/fruit.h"
#include "tests/plugin/small_vectors.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_shadow_test {

using Catch::Matchers::Contains;

namespace {

// Takes its time, and fails where it has no model.
class SlowSource : public ModelSource {
 public:
  SlowSource(std::shared_ptr<const Model> model, std::chrono::milliseconds time)
      : model_(std::move(model)), time_(time) {}
  std::shared_ptr<const Model> get(const Xapian::Database&) override {
    std::this_thread::sleep_for(time_);
    if (!model_) throw Xapian::DatabaseModifiedError("the index moved on");
    return model_;
  }

 private:
  std::shared_ptr<const Model> model_;
  std::chrono::milliseconds time_;
};

struct Watched {
  Watched() {
    options = lenient(problems);
    options.metrics = metrics = std::make_shared<Metrics>(folder.file("m.prom"), ProblemListener());
  }
  double count(const std::string& name) const { return ExpositionReader(metrics->text())[name]; }

  ScratchFolder folder;
  Problems problems;
  RerankOptions options;
  std::shared_ptr<Metrics> metrics;
};

// Documents of many fillers lie far from the apples.
std::shared_ptr<const CollectionVectors> fruit_vectors(const Xapian::Database& db) {
  return small_vectors(db, {{"appl", {127, 0}}, {"filler", {0, 127}}, {"pear", {90, 90}}}, kNumDocuments);
}

// Ranks by its generator, which picks documents near the query, or those far from it; equal ones by popularity.
std::shared_ptr<const Model> picking_model(const CollectionVectors& vectors, bool is_far = false,
                                           std::size_t num_picks = 9) {
  ModelParts parts = linear_model(fruit_schema({kGeneratorScore, "value.popularity"}), {1.0F, 0.01F});
  parts.collection = CollectionGenerator{untrained_towers(vectors), num_picks};
  if (is_far) parts.collection->towers.weight *= -1.0F;
  return fruit_model(std::move(parts));
}

}  // namespace

TEST_CASE("a shadow's order is told, and the served page stays", "[plugin][reranker][shadow]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Watched watched;
  Xapian::Enquire enquire = enquire_of(db);
  const auto served = popularity_model();
  const auto other = popularity_model(-1.0F);
  const RerankedPage alone = Reranker(db, fixed_model(served), watched.options).search(enquire, {2, 7});
  CHECK(alone.shadow.docids.empty());
  CHECK(alone.shadow.model_version.empty());
  CHECK(watched.count("irgan_shadow_total") == 0.0);

  watched.options.shadow = fixed_model(other);
  const RerankedPage page = Reranker(db, fixed_model(served), watched.options).search(enquire, {2, 7});
  CHECK(shown(page.mset) == shown(alone.mset));
  CHECK(docids_of(page.head) == docids_of(alone.head));
  CHECK(page.model_version == served->version());
  CHECK(page.shadow.model_version == other->version());
  const RerankedPage expected = Reranker(db, fixed_model(other)).search(enquire, {0, 10});
  CHECK(page.shadow.docids == docids_of(expected.head));
  CHECK(page.shadow.docids != docids_of(page.head));
  CHECK(watched.count("irgan_shadow_total") == 1.0);
  CHECK(watched.count("irgan_shadow_other_first_total") == 1.0);
  CHECK(watched.count("irgan_shadow_failures_total") == 0.0);
  CHECK(watched.problems.empty());

  watched.options.explore = 1.0;
  const RerankedPage drawn = Reranker(db, fixed_model(served), watched.options).search(enquire, {0, 7});
  CHECK(drawn.explored);
  CHECK(drawn.shadow.docids == page.shadow.docids);
}

TEST_CASE("a shadow that fails does not touch the search, and is told and counted", "[plugin][reranker][shadow]") {
  const Xapian::Database db = fruit_index(1);
  Watched watched;
  Xapian::Enquire enquire = enquire_of(db);
  const auto served = popularity_model();
  const Docids expected = docids_of(Reranker(db, fixed_model(served)).search(enquire, {0, 10}).head);
  std::string trouble;
  SECTION("without a file") {
    watched.options.shadow = model_file(watched.folder.file("shadow"));
    trouble = "shadow";
  }
  SECTION("with a damaged file") {
    watched.options.shadow = model_file(watched.folder.write("shadow", "no model"));
    trouble = "shadow";
  }
  SECTION("of features that cannot be had") {
    watched.options.shadow = fixed_model(model_of_other_features());
    trouble = "the shadow gave no order";
  }
  SECTION("of another index") {
    FeatureSchema schema = fruit_schema({"value.nothing"});
    schema.values = {{"nothing", 99, Transform::identity}};
    watched.options.shadow = fixed_model(fruit_model(linear_model(schema, {1.0F})));
    trouble = "does not fit";
  }
  SECTION("by an error of Xapian's") {
    watched.options.shadow = std::make_shared<SlowSource>(nullptr, std::chrono::milliseconds(0));
    trouble = "the index moved on";
  }
  SECTION("by scores that are not finite") {
    watched.options.shadow = fixed_model(popularity_model(std::numeric_limits<float>::infinity()));
    trouble = "finite";
  }
  for (const Fallback how : {Fallback::original_order, Fallback::rethrow}) {
    watched.options.get_mset_fallback = how;
    watched.problems.clear();
    const Reranker reranker(db, fixed_model(served), watched.options);
    for (int i = 0; i < 3; ++i) {
      const RerankedPage page = reranker.search(enquire, {0, 10});
      CHECK(docids_of(page.head) == expected);
      CHECK(page.shadow.docids.empty());
      CHECK(page.shadow.model_version.empty());
    }
    REQUIRE(watched.problems.size() == 1);
    CHECK_THAT(watched.problems.front(), Contains(trouble) && Contains("shadow"));
  }
  CHECK(watched.count("irgan_shadow_failures_total") == 6.0);
  CHECK(watched.count("irgan_shadow_total") == 0.0);
  CHECK(watched.count("irgan_reranked_total") == 6.0);
}

TEST_CASE("a shadow that is slow costs the search nothing of its time", "[plugin][reranker][shadow]") {
  const Xapian::Database db = fruit_index(1);
  Watched watched;
  Xapian::Enquire enquire = enquire_of(db);
  watched.options.max_rerank_time = std::chrono::milliseconds(300);
  watched.options.shadow = std::make_shared<SlowSource>(popularity_model(-1.0F), std::chrono::milliseconds(400));
  const RerankedPage page = Reranker(db, fixed_model(popularity_model()), watched.options).search(enquire, {0, 10});
  CHECK_FALSE(page.head.empty());
  CHECK(page.shadow.docids.empty());  // its own time was over
  CHECK(watched.count("irgan_fallbacks_total{reason=\"time_limit\"}") == 0.0);
  CHECK(watched.count("irgan_shadow_failures_total") == 1.0);
  CHECK(watched.count("irgan_step_seconds_sum{step=\"shadow\"}") >= 0.4);
  CHECK(watched.count("irgan_rerank_seconds_sum") < 0.3);
}

TEST_CASE("a shadow ranks its own generator's picks, and none of another's", "[plugin][reranker][shadow]") {
  const Xapian::Database db = fruit_index(1);
  const auto vectors = fruit_vectors(db);
  Watched watched;
  watched.options.vectors = fixed_vectors(vectors);
  Xapian::Enquire enquire = enquire_of(db);
  const auto near = picking_model(*vectors), far = picking_model(*vectors, true), without = popularity_model();
  const auto head_of = [&](const std::shared_ptr<const Model>& model) {
    return docids_of(Reranker(db, fixed_model(model), watched.options).search(enquire, {0, 10}).head);
  };
  const std::vector<std::pair<std::shared_ptr<const Model>, Docids>> all = {
      {near, head_of(near)}, {far, head_of(far)}, {without, head_of(without)}};
  REQUIRE(all[0].second != all[1].second);
  REQUIRE(all[2].second.size() == kDepth);
  REQUIRE(all[1].second.size() > kDepth);
  for (const auto& [served, served_order] : all) {
    for (const auto& [watching, its_order] : all) {
      RerankOptions options = watched.options;
      options.shadow = fixed_model(watching);
      const RerankedPage page = Reranker(db, fixed_model(served), options).search(enquire, {0, 10});
      CHECK(docids_of(page.head) == served_order);
      CHECK(page.shadow.docids == its_order);
    }
  }
  CHECK(watched.problems.empty());
  watched.options.vectors.reset();
  watched.options.shadow = fixed_model(near);
  const RerankedPage page = Reranker(db, fixed_model(without), watched.options).search(enquire, {0, 10});
  CHECK(docids_of(page.head) == all[2].second);
  CHECK(page.shadow.docids.empty());
  REQUIRE(watched.problems.size() == 1);
  CHECK_THAT(watched.problems.front(), Contains("the shadow gave no order") && Contains("vectors are not given"));
}

TEST_CASE("a rival ranks the same pool by its own generator's scores", "[plugin][reranker][interleave]") {
  const Xapian::Database db = fruit_index(1);
  const auto vectors = fruit_vectors(db);
  Problems problems;
  RerankOptions options = lenient(problems);
  options.vectors = fixed_vectors(vectors);
  Xapian::Enquire enquire = enquire_of(db);
  const auto near = picking_model(*vectors, false, 0), far = picking_model(*vectors, true, 0);
  const Docids by_near = docids_of(Reranker(db, fixed_model(near), options).search(enquire, {0, 10}).head);
  const Docids by_far = docids_of(Reranker(db, fixed_model(far), options).search(enquire, {0, 10}).head);
  REQUIRE(by_near != by_far);
  options.interleave = true;
  options.rival = fixed_model(far);
  Docids expected;
  for (const InterleavedHit& hit : interleave(by_near, by_far, search_key("", enquire.get_query())))
    expected.push_back(hit.docid);
  CHECK(docids_of(Reranker(db, fixed_model(near), options).search(enquire, {0, 10}).head) == expected);
  CHECK(problems.empty());
}

}  // namespace irgan::reranker_shadow_test
