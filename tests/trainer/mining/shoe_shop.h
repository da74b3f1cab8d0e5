/// A small shop of shoes, what is known of its queries, and a model of it, to mine.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "irgan/mining_evidence.h"
#include "irgan/mining_options.h"
#include "irgan/model.h"
#include "irgan/qrels.h"
#include "irgan/site.h"
#include "tests/plugin/small_model.h"
#include "tests/trainer/small_index.h"

namespace irgan {

/// Forty shoes d0 to d39 in four colours, the later the more popular. A query is a colour, which finds its ten shoes;
/// the two least popular ones are judged relevant.
class ShoeShop {
 public:
  static constexpr int kNumShoes = 40;

  ShoeShop() : index_(shoes()) {}

  Site site() const {
    Site site;
    site.paths = {index_.path()};
    site.open = [path = index_.path()] { return Xapian::Database(path); };
    site.layout = small_layout();
    return site;
  }

  MiningEvidence evidence() const {
    std::vector<QueryRow> queries;
    Qrels judgments;
    for (int i = 0; i < 4; ++i) {
      const std::string id = std::to_string(i);
      queries.push_back({id, colour(i), "", ""});
      judgments.by_query[id] = {{"d" + id, 1}, {"d" + std::to_string(i + 4), 2}, {"d" + std::to_string(i + 8), 0}};
    }
    return mining_evidence(std::move(queries), judgments);
  }

  /// Ranks by popularity, as both players.
  std::shared_ptr<const Model> model() const {
    FeatureSchema schema;
    schema.values = {{"popularity", kPopularitySlot, Transform::identity}};
    schema.features = {"value.popularity"};
    ModelParts parts = linear_model(schema, {10.0F});
    parts.generators = parts.discriminators;
    return model_of(std::move(parts));
  }

  /// Mines without a model or texts.
  static MiningOptions plain() {
    MiningOptions options;
    options.sources = {{NegativeSource::bm25, 1.0}};
    options.score_by = GuardScore::first_stage;
    options.max_resemblance = 1.0;
    options.num_negatives = 3;
    options.form = NegativeForm::ids;
    options.content = RowContent::id;
    return options;
  }

 private:
  static std::string colour(int i) {
    static const std::vector<std::string> colours{"red", "green", "blue", "black"};
    return colours[static_cast<std::size_t>(i) % colours.size()];
  }

  static std::vector<SmallDocument> shoes() {
    std::vector<SmallDocument> shoes;
    for (int i = 0; i < kNumShoes; ++i) {
      std::string body = "shoe";
      for (int k = 0; k < i / 4; ++k) body += " leather";
      shoes.push_back({"d" + std::to_string(i), colour(i), body, 10.0 * i});
    }
    return shoes;
  }

  SmallIndex index_;
};

}  // namespace irgan
