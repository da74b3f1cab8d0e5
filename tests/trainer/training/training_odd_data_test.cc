/// Whatever the data: a model whose numbers are finite, or a refusal with its reason.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "irgan/model.h"
#include "irgan/training.h"
#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_parts.h"
#include "tests/trainer/changed_rows.h"
#include "tests/trainer/training/small_training.h"

namespace irgan::training_odd_data_test {

using Catch::Matchers::Contains;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// Trains, or is refused with a reason; never anything that is not finite.
void check_trained_or_refused(const Split& data, const TrainingOptions& options) {
  std::shared_ptr<const Model> model;
  TrainingListener listener;
  listener.on_epoch = [](const EpochReport& report) {
    CHECK(std::isfinite(report.statistics.discriminator_loss));
    CHECK(std::isfinite(report.statistics.reward));
    CHECK(std::isfinite(report.statistics.policy_divergence));
    CHECK(std::isfinite(report.statistics.policy_entropy));
    CHECK(std::isfinite(report.statistics.discriminator_gradient));
    CHECK(std::isfinite(report.statistics.generator_gradient));
    CHECK(std::isfinite(report.validation[Ranker::discriminator]));
  };
  try {
    model = train(data.training, data.validation, options, listener).model;
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains("nothing to learn from"));
    return;
  }
  for (const TrainingData* part : {&data.training, &data.validation}) {
    for (const Pool& pool : part->pools) {
      CHECK(model->score(pool.rows).allFinite());
      if (!parts_of(*model).generators.empty()) CHECK(model->score(pool.rows, Ranker::generator).allFinite());
    }
  }
  CHECK_NOTHROW(Model::from_bytes(model->to_bytes(), "model"));
}

std::vector<TrainingOptions> games() {
  std::vector<TrainingOptions> all(6, small_options());
  all[1].game.samples = 8;
  all[2].game.form = DiscriminatorForm::plain;
  all[3].game.form = DiscriminatorForm::pairwise;
  all[3].game.samples = 8;
  all[4].game.sampler = Sampler::bm25;
  all[5].game.objective = Objective::softmax;
  return all;
}

}  // namespace

TEST_CASE("odd data are trained on or refused, and never end in NaN", "[trainer][training]") {
  const TrainingOptions options = GENERATE(from_range(games()));
  Split data = GENERATE(graded(), shown());
  CAPTURE(to_string(data.training.labels), static_cast<int>(options.game.form), options.game.samples);
  const auto each_part = [&](const std::function<void(TrainingData&)>& change) {
    change(data.training);
    change(data.validation);
  };
  SECTION("missing values") {
    each_part([](TrainingData& part) {
      for (std::size_t q = 0; q < part.pools.size(); ++q) {
        change_rows(part.pools[q], [&](FeatureMatrix& rows) {
          rows(0, 0) = rows(1, 1) = kMissing;
          if (q % 2 == 0) rows.col(2).setConstant(kMissing);  // missing in the whole pool
        });
      }
    });
  }
  SECTION("a feature that is missing everywhere") {
    each_part([](TrainingData& part) {
      for (Pool& pool : part.pools) {
        change_rows(pool, [](FeatureMatrix& rows) { rows.col(0).setConstant(kMissing); });
      }
    });
  }
  SECTION("constant features") {
    each_part([](TrainingData& part) {
      for (Pool& pool : part.pools) {
        change_rows(pool, [](FeatureMatrix& rows) { rows.setConstant(3.0F); });
      }
    });
  }
  SECTION("values of any size") {
    each_part([](TrainingData& part) {
      for (Pool& pool : part.pools) {
        change_rows(pool, [](FeatureMatrix& rows) {
          rows.col(0) *= 1e30F;
          rows.col(1) *= 1e-40F;
        });
      }
    });
  }
  SECTION("queries and pages without a click among others") {
    each_part([](TrainingData& part) {
      for (std::size_t e = 0; e + 1 < part.examples.size(); e += 2) part.examples[e].labels.setZero();
      part.examples.back().labels[0] = 1.0;
    });
  }
  SECTION("all clicks on one document") {
    each_part([](TrainingData& part) {
      for (Example& example : part.examples) {
        example.labels.setZero();
        example.labels[2] = 1e9;
      }
    });
  }
  SECTION("a click count of next to nothing") {
    each_part([](TrainingData& part) {
      for (Example& example : part.examples) {
        example.labels.setZero();
        example.labels[2] = 1e-200;
      }
    });
  }
  SECTION("pools and pages of one document among others") {
    change_rows(data.training.pools[1], [](FeatureMatrix& rows) { rows.conservativeResize(1, Eigen::NoChange); });
    data.training.pools[1].document_ids.resize(1);
    for (Example& example : data.training.examples) {
      if (example.pool != 1) continue;
      example.rows = {0};
      example.ranks.resize(std::min<std::size_t>(example.ranks.size(), 1));
      example.labels = VectorXd::Ones(1);
    }
  }
  SECTION("one example, in a batch of four") {
    data.training.examples.resize(1);
    data.training.examples[0].labels[0] = 1.0;
  }
  SECTION("ranks in validation that training never saw") {
    for (Example& example : data.validation.examples) {
      for (int& rank : example.ranks) rank += 50;
    }
  }
  check_trained_or_refused(data, options);
}

TEST_CASE("one feature and a thousand are trained on", "[trainer][training][slow]") {
  const Index num_features = GENERATE(1, 1000);
  check_trained_or_refused(graded(20, 8, num_features), small_options());
  check_trained_or_refused(shown(8, 8, num_features), small_options());
}

TEST_CASE("steps of any width end finite", "[trainer][training]") {
  TrainingOptions options = GENERATE(from_range(games()));
  options.discriminator_rate = options.generator_rate = 1.0;  // the largest that the command line takes
  check_trained_or_refused(graded(), options);
  check_trained_or_refused(shown(), options);
}

TEST_CASE("a gradient that is not finite is an error with epoch, query and what to do", "[trainer][training]") {
  Split data = graded();
  data.training.labels = LabelKind::clicks;
  for (double& label : data.training.examples[4].labels) label = 1e308;  // their sum is infinite
  TrainingOptions options = small_options();
  options.pretraining_epochs = GENERATE(0, 1);
  CAPTURE(options.pretraining_epochs);
  CHECK_THROWS_AS(model_bytes(data, options), Error);
  CHECK_THROWS_WITH(model_bytes(data, options), Contains("not finite") && Contains("epoch 1") && Contains("query 'q") &&
                                                    Contains("generator_rate"));
}

}  // namespace irgan::training_odd_data_test
