// A model that is only watched: what it would have shown is told, and the page is what it is without it.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "irgan/metrics.h"
#include "tests/plugin/exposition_reader.h"
#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

using namespace irgan;
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
