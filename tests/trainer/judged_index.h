/// A small index with queries, judgments and a model, for engines that read them all.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "irgan/site.h"
#include "tests/plugin/small_model.h"
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
