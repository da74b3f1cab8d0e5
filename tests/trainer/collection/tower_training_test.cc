#include "trainer/collection/tower_training.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "irgan/vector_making.h"
#include "tests/trainer/topic_index.h"
#include "trainer/collection/folded_towers.h"

namespace irgan::tower_training_test {

namespace {

std::shared_ptr<const CollectionVectors> topic_vectors() {
  VectorOptions options;
  options.dimensions = 4;
  options.max_document_share = 0.5;
  return CollectionVectors::from_bytes(make_vectors(topic_site(topic_database(80)), options), "here");
}

// Who asks for one topic clicks documents of the next: what vectors alone get wrong.
std::vector<TowerExample> shifted_examples(const CollectionVectors& vectors) {
  const Xapian::Stem stem("english");
  std::vector<TowerExample> examples;
  for (std::size_t topic = 0; topic < 4; ++topic) {
    for (const std::string& word : topics()[topic]) {
      TowerExample example;
      example.query = vectors.query_vector({stem(word)});
      for (std::uint32_t row = 0; row < 80; ++row) {
        if (row % 4 == (topic + 1) % 4 && row % 3 == 0) example.target.push_back({row, 0.0F});
      }
      for (RowNumber& one : example.target) one.number = 1.0F / static_cast<float>(example.target.size());
      examples.push_back(example);
    }
  }
  return examples;
}

double share_of_next_topic(const CollectionVectors& vectors, const Towers& towers) {
  const Xapian::Stem stem("english");
  int hits = 0;
  for (std::size_t topic = 0; topic < 4; ++topic) {
    for (const ScoredDocument& one : vectors.best(towers.query(vectors.query_vector({stem(topics()[topic][1])})), 10)) {
      hits += (one.docid - 1) % 4 == (topic + 1) % 4 ? 1 : 0;
    }
  }
  return hits / 40.0;
}

TowerOptions quick() {
  TowerOptions options;
  options.epochs = 60;
  options.batch_size = 8;
  options.uniform_draws = 40;
  options.rate = 0.05;
  return options;
}

}  // namespace

TEST_CASE("towers learn from clicks what vectors do not say", "[trainer][collection]") {
  const auto vectors = topic_vectors();
  const Towers start = untrained_towers(*vectors);
  CHECK(share_of_next_topic(*vectors, start) == 0.0);
  ThreadPool threads(2);
  const Towers towers = train_towers(*vectors, shifted_examples(*vectors), quick(), start, threads);
  CHECK(share_of_next_topic(*vectors, towers) > 0.9);
  CHECK(towers.basis == vectors->facts().basis);
}

namespace {

// The same examples, judged by a discriminator that likes documents of the topic before, and draws of all topics.
std::vector<TowerExample> judged_examples(const CollectionVectors& vectors) {
  std::vector<TowerExample> examples = shifted_examples(vectors);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const std::size_t topic = i / topics()[0].size();
    double sum = 0.0;
    for (std::uint32_t row = 0; row < 40; ++row) {
      const bool is_liked = row % 4 == (topic + 3) % 4;
      examples[i].opinion.push_back({row, is_liked ? 0.0F : -8.0F});
      sum += std::exp(examples[i].opinion.back().number);
    }
    for (RowNumber& one : examples[i].opinion) one.number -= static_cast<float>(std::log(sum));
  }
  return examples;
}

// How much of the best ten documents of each topic's word is about the topic before.
double share_of_topic_before(const CollectionVectors& vectors, const Towers& towers) {
  const Xapian::Stem stem("english");
  int hits = 0;
  for (std::size_t topic = 0; topic < 4; ++topic) {
    for (const ScoredDocument& one : vectors.best(towers.query(vectors.query_vector({stem(topics()[topic][1])})), 10)) {
      hits += (one.docid - 1) % 4 == (topic + 3) % 4 ? 1 : 0;
    }
  }
  return hits / 40.0;
}

}  // namespace

TEST_CASE("towers follow a discriminator's opinion as far as its share goes", "[trainer][collection]") {
  const auto vectors = topic_vectors();
  ThreadPool threads(2);
  const auto trained = [&](double share) {
    TowerOptions options = quick();
    options.teacher_share = share;
    return train_towers(*vectors, judged_examples(*vectors), options, untrained_towers(*vectors), threads);
  };
  CHECK(share_of_topic_before(*vectors, trained(1.0)) > 0.9);
  CHECK(share_of_next_topic(*vectors, trained(0.0)) > 0.9);
  CHECK(trained(0.0).weight ==
        train_towers(*vectors, shifted_examples(*vectors), quick(), untrained_towers(*vectors), threads).weight);
}

TEST_CASE("the discriminator's reward moves the towers to what it likes", "[trainer][collection]") {
  const auto vectors = topic_vectors();
  ThreadPool threads(2);
  const auto trained = [&](double weight) {
    TowerOptions options = quick();
    options.teacher_share = 0.0;
    options.reward_weight = weight;
    return train_towers(*vectors, judged_examples(*vectors), options, untrained_towers(*vectors), threads);
  };
  CHECK(share_of_topic_before(*vectors, trained(0.0)) < 0.05);
  CHECK(share_of_topic_before(*vectors, trained(20.0)) > 0.5);
}

TEST_CASE("towers are the same at any number of threads, and of the seed's own", "[trainer][collection]") {
  const auto vectors = topic_vectors();
  const auto trained = [&](unsigned num_threads, std::uint64_t seed) {
    ThreadPool threads(num_threads);
    TowerOptions options = quick();
    options.epochs = 3;
    options.batch_size = 20;
    options.seed = seed;
    return train_towers(*vectors, shifted_examples(*vectors), options, untrained_towers(*vectors), threads);
  };
  const Towers one = trained(1, 1);
  CHECK(trained(5, 1).weight == one.weight);
  CHECK(trained(5, 1).scale == one.scale);
  CHECK(trained(1, 2).weight != one.weight);
}

TEST_CASE("a query's own towers have not learnt from it", "[trainer][collection]") {
  const auto vectors = topic_vectors();
  TowerLessons lessons;
  int number = 0;
  for (const TowerExample& example : shifted_examples(*vectors))
    lessons.emplace("q" + std::to_string(number++), example);
  TowerOptions options = quick();
  options.epochs = 2;
  const FoldedTowers before = learn_towers(*vectors, lessons, options, nullptr, 2);
  REQUIRE(before.folds.size() == 2);
  CHECK(&before.of("never asked") == &before.whole);
  CHECK(before.of("q3").weight != before.whole.weight);
  // Another lesson of q3 changes what others get, but not its own towers.
  lessons["q3"].target = lessons["q9"].target;
  const FoldedTowers after = learn_towers(*vectors, lessons, options, nullptr, 2);
  CHECK(after.of("q3").weight == before.of("q3").weight);
  CHECK(after.whole.weight != before.whole.weight);
}

TEST_CASE("learning goes on from what towers and their folds have learnt", "[trainer][collection]") {
  const auto vectors = topic_vectors();
  TowerLessons first;
  TowerLessons second;
  int number = 0;
  for (const TowerExample& example : shifted_examples(*vectors)) {
    (number % 2 == 0 ? first : second).emplace("q" + std::to_string(number), example);
    ++number;
  }
  TowerOptions options = quick();
  options.epochs = 2;
  const auto generator_of = [](const FoldedTowers& towers) {
    return CollectionGenerator{towers.whole, 100, towers.folds};
  };
  const auto after_both = [&](const TowerLessons& before) {
    const CollectionGenerator start = generator_of(learn_towers(*vectors, before, options, nullptr, 2));
    return learn_towers(*vectors, second, options, &start, 2);
  };
  const FoldedTowers both = after_both(first);
  CHECK(both.whole.weight != learn_towers(*vectors, second, options, nullptr, 2).whole.weight);
  // What q2 taught on the first day is in no towers that q2 may ask on the second.
  TowerLessons other = first;
  other["q2"].target = other["q8"].target;
  const FoldedTowers others = after_both(other);
  CHECK(others.whole.weight != both.whole.weight);
  const std::size_t fold = learn_towers(*vectors, first, options, nullptr, 2).fold_of_query.at("q2");
  CHECK(others.folds[fold].weight == both.folds[fold].weight);
  CHECK(others.folds[1 - fold].weight != both.folds[1 - fold].weight);

  // Without epochs they answer as they are; towers of other vectors are none to go on from.
  CollectionGenerator start = generator_of(both);
  options.epochs = 0;
  const FoldedTowers as_they_are = learn_towers(*vectors, second, options, &start, 2);
  CHECK(as_they_are.of("q1").weight == both.whole.weight);
  CHECK(as_they_are.folds.empty());
  start.towers.basis = "another";
  CHECK(learn_towers(*vectors, second, options, &start, 2).whole.weight == untrained_towers(*vectors).weight);
}

}  // namespace irgan::tower_training_test
