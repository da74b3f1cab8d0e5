// Preparing data with a generator over the whole collection.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <utility>

#include "irgan/preparation.h"
#include "irgan/training.h"
#include "irgan/vector_making.h"
#include "plugin/src/model/model_parts.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/topic_index.h"

namespace irgan::collection_pools_test {

using Catch::Matchers::Contains;

namespace {

// Each word of the topics is asked for in ten sessions, which see and click documents of the topic, most of which do
// not hold the word.
struct TopicLog {
  TopicLog() {
    const std::string path = folder.file("db");
    topic_database(80, path);
    site.paths = {path};
    site.open = [path] { return Xapian::Database(path); };
    site.layout.fields = {{"text", ""}};
    std::string rows = "session\tquery_id\tdoc_id\trank\tclicked\n";
    for (std::size_t topic = 0; topic < topics().size(); ++topic) {
      for (const std::string& word : topics()[topic]) {
        evidence.queries.push_back({word, word, "", ""});
        for (int session = 0; session < 10; ++session) {
          for (int rank = 1; rank <= 5; ++rank) {
            const std::size_t document =
                4 * static_cast<std::size_t>((session + 2 * rank) % 20) + (rank < 4 ? topic : 3 - topic);
            rows += word + std::to_string(session) + '\t' + word + "\td" + std::to_string(document) + '\t' +
                    std::to_string(rank) + '\t' + (document % 4 == topic && rank % 2 == 1 ? "1" : "0") + '\n';
          }
        }
      }
    }
    evidence.clicks = {folder.write("log.tsv", rows)};
    VectorOptions making;
    making.dimensions = 4;
    making.max_document_share = 0.5;
    options.vectors = CollectionVectors::from_bytes(make_vectors(site, making), "vectors");
    options.towers.epochs = 3;
    options.towers.uniform_draws = 20;
    options.num_picks = 20;
    options.num_random = 6;
    options.num_threads = 2;
    options.split = SplitOptions{LogSplit::query, 0.3, 1};
  }

  ScratchFolder folder;
  Site site;
  Evidence evidence;
  PreparationOptions options;
};

std::size_t column(const FeatureSchema& schema, const std::string& name) {
  return static_cast<std::size_t>(std::find(schema.features.begin(), schema.features.end(), name) -
                                  schema.features.begin());
}

}  // namespace

TEST_CASE("pools hold the generator's picks, and clicks teach against documents of the whole collection",
          "[trainer][collection]") {
  const TopicLog log;
  const auto [training, validation, report] = prepare(log.site, log.evidence, log.options);
  REQUIRE(training.generator);
  CHECK(training.generator->num_picks == 20);
  CHECK(training.generator->towers.basis == log.options.vectors->facts().basis);
  CHECK(column(training.schema, "first_stage.score") == training.schema.features.size());
  const std::size_t score = column(training.schema, kGeneratorScore);
  REQUIRE(score < training.schema.features.size());
  const std::size_t coverage = column(training.schema, "text.coverage");

  std::size_t num_beside = 0;
  std::size_t num_wordless = 0;
  for (const Example& example : training.examples) {
    if (!is_beside_pages(example, training.labels)) continue;
    ++num_beside;
    // Clicked documents, and those that were drawn, which are the pool's last.
    const Pool& pool = training.pools[example.pool];
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      if (example.labels[static_cast<Eigen::Index>(i)] > 0.0) continue;
      CHECK(example.rows[i] >= pool.rows.rows() - pool.num_added);
    }
  }
  CHECK(num_beside == training.pools.size());
  for (const Pool& pool : training.pools) {
    for (Eigen::Index row = 0; row < pool.rows.rows(); ++row) {
      CHECK(std::isfinite(pool.rows(row, static_cast<Eigen::Index>(score))));
      num_wordless += pool.rows(row, static_cast<Eigen::Index>(coverage)) == 0.0F ? 1 : 0;
    }
    CHECK(std::set<std::string>(pool.document_ids.begin(), pool.document_ids.end()).size() == pool.document_ids.size());
  }
  CHECK(num_wordless > training.pools.size());  // the first stage finds none that lacks the word
  for (const Example& example : validation.examples) CHECK(example.is_of_page());
}

TEST_CASE("data with a generator are the same at any number of threads", "[trainer][collection]") {
  TopicLog log;
  const auto one = prepare(log.site, log.evidence, log.options);
  log.options.num_threads = 5;
  const auto five = prepare(log.site, log.evidence, log.options);
  CHECK(fingerprint(one.training) == fingerprint(five.training));
  CHECK(fingerprint(one.validation) == fingerprint(five.validation));
  log.options.towers.epochs = 2;
  CHECK(fingerprint(prepare(log.site, log.evidence, log.options).training) != fingerprint(one.training));
}

TEST_CASE("a model keeps its generator over the collection", "[trainer][collection]") {
  const TopicLog log;
  const auto [training, validation, report] = prepare(log.site, log.evidence, log.options);
  TrainingOptions options;
  options.epochs = 1;
  const Trained trained = train(training, validation, options);
  REQUIRE(trained.model->collection() != nullptr);
  const auto read = Model::from_bytes(trained.model->to_bytes(), "model");
  REQUIRE(read->collection() != nullptr);
  CHECK(read->collection()->num_picks == 20);
  CHECK(read->collection()->towers.weight == training.generator->towers.weight);
  CHECK(read->collection()->towers.scale == training.generator->towers.scale);
  CHECK(read->collection()->towers.basis == training.generator->towers.basis);
  REQUIRE(read->collection()->folds.size() == 2);
  CHECK(read->collection()->folds[1].weight == training.generator->folds[1].weight);
  CHECK(read->collection()->folds[1].scale == training.generator->folds[1].scale);
  CHECK(read->version() == trained.model->version());
  // Another weight of what stands beside pages makes another model.
  options.pool_weight = 2.0;
  CHECK(train(training, validation, options).model->version() != trained.model->version());
}

TEST_CASE("what is held out can be prepared alone, with the picks of a generator as it is", "[trainer][collection]") {
  TopicLog log;
  const PreparedData whole = prepare(log.site, log.evidence, log.options);
  log.options.generator = whole.training.generator;
  log.options.only_validation = true;
  const PreparedData alone = prepare(log.site, log.evidence, log.options);
  CHECK(alone.training.pools.empty());
  CHECK(fingerprint(alone.validation) == fingerprint(whole.validation));
  // The vectors alone pick others.
  log.options.generator.reset();
  CHECK(fingerprint(prepare(log.site, log.evidence, log.options).validation) != fingerprint(whole.validation));

  log.options.generator = whole.training.generator;
  log.options.generator->towers.basis = "another";
  CHECK_THROWS_WITH(prepare(log.site, log.evidence, log.options), Contains("have other terms"));
}

TEST_CASE("rows with a generator's score are not trained on without the generator", "[trainer][collection]") {
  const TopicLog log;
  PreparedData data = prepare(log.site, log.evidence, log.options);
  data.training.generator.reset();
  CHECK_THROWS_WITH(train(data.training, data.validation, TrainingOptions()), Contains("train from the index"));
}

TEST_CASE("an earlier model's discriminator teaches the generator", "[trainer][collection]") {
  TopicLog log;
  const auto trained = [&] {
    const PreparedData data = prepare(log.site, log.evidence, log.options);
    TrainingOptions training;
    training.epochs = 3;
    training.num_threads = 2;
    return train(data.training, data.validation, training).model;
  };
  const std::shared_ptr<const Model> first = trained();
  log.options.teacher = first;
  log.options.towers.teacher_share = 0.0;
  const auto towers = [&] { return prepare(log.site, log.evidence, log.options).training.generator->towers; };
  CHECK(towers().weight == first->collection()->towers.weight);  // it listens to nobody
  log.options.towers.teacher_share = 0.7;
  const Towers taught = towers();
  CHECK(taught.weight != first->collection()->towers.weight);
  log.options.num_threads = 5;
  CHECK(towers().weight == taught.weight);
  log.options.towers.teacher_share = 0.0;
  log.options.towers.reward_weight = 2.0;
  CHECK(towers().weight != first->collection()->towers.weight);

  // A teacher that has no generator of its own: the vectors alone draw.
  const std::shared_ptr<const CollectionVectors> vectors = std::exchange(log.options.vectors, nullptr);
  log.options.teacher = nullptr;
  const std::shared_ptr<const Model> plain = trained();
  log.options.vectors = vectors;
  log.options.teacher = plain;
  CHECK(towers().weight != first->collection()->towers.weight);
}

}  // namespace irgan::collection_pools_test
