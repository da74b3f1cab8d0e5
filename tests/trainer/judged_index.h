/// A small index with queries, judgments and a model, for engines that read them all.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "irgan/site.h"
#include "tests/plugin/small_model.h"
#include "tests/plugin/small_vectors.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/small_index.h"

namespace irgan {

/// 24 documents. Each query is one of six words; of the four documents that have it in their titles, the one judged 1
/// has the word once in a long title, so that Xapian puts it last.
class JudgedIndex {
 public:
  JudgedIndex() : index_(documents()) {
    std::string queries, qrels;
    for (const char* word : kWords) {
      queries += std::string(word) + '\t' + word + '\n';
      qrels += std::string(word) + " 0 " + word + "3 1\n";
    }
    queries_ = folder_.write("queries.tsv", queries);
    qrels_ = folder_.write("qrels", qrels);
  }

  Site site() const {
    LayoutOverrides said;
    said.prefixes = {{"title", "S"}, {"text", ""}};
    said.values = {{"popularity", kPopularitySlot}};
    return site_at({index_.path()}, said);
  }
  const std::string& queries() const { return queries_; }
  const std::string& qrels() const { return qrels_; }
  const ScratchFolder& folder() const { return folder_; }

  /// Returns the path of a model that ranks by popularity, which is what judgments like.
  std::string popularity_model() const {
    FeatureSchema schema;
    schema.stemmer = "english";
    schema.fields = {{"title", "S", kTitleLengthSlot, kTitleTextSlot, 3.0}};
    schema.values = {{"popularity", kPopularitySlot, Transform::identity}};
    schema.features = {"value.popularity"};
    ModelParts parts = linear_model(schema, {1.0F});
    parts.depth = 20;
    return folder_.write("model", model_of(std::move(parts))->to_bytes());
  }

  /// Returns the paths of a model that ranks so and whose generator picks what has the query's word or its neighbour's
  /// (amber and birch, copper and delta, ember and flint), and of its vectors.
  std::pair<std::string, std::string> picking_model() const {
    const std::string vectors = encode_vectors(small_vector_parts(site().open(),
                                                                  {{"amber", {127, 0}},
                                                                   {"birch", {120, 10}},
                                                                   {"copper", {0, 127}},
                                                                   {"delta", {10, 120}},
                                                                   {"ember", {-127, 0}},
                                                                   {"flint", {-120, 10}}},
                                                                  24));
    FeatureSchema schema = Model::from_file(popularity_model())->schema();
    schema.features.push_back(kGeneratorScore);
    ModelParts parts = linear_model(schema, {1.0F, 0.01F});
    parts.depth = 20;
    parts.collection = CollectionGenerator{untrained_towers(*CollectionVectors::from_bytes(vectors, "vectors")), 8};
    return {folder_.write("picking.model", model_of(std::move(parts))->to_bytes()), folder_.write("vectors", vectors)};
  }

  static constexpr const char* kWords[] = {"amber", "birch", "copper", "delta", "ember", "flint"};

 private:
  static std::vector<SmallDocument> documents() {
    std::vector<SmallDocument> all;
    for (const std::string word : kWords) {
      for (int i = 0; i < 4; ++i) {
        std::string title = word;
        for (int k = 0; k < i; ++k) title += " filler" + std::to_string(k);
        all.push_back({word + std::to_string(i), title, "", i == 3 ? 900.0 : 10.0});
      }
    }
    return all;
  }

  SmallIndex index_;
  ScratchFolder folder_;
  std::string queries_, qrels_;
};

}  // namespace irgan
