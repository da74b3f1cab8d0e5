/// An index of apples and pears, models that rank it, and what their searches must give.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "irgan/feature_extractor.h"
#include "irgan/reranker.h"
#include "plugin/src/features/unique_ids.h"
#include "tests/plugin/small_index.h"
#include "tests/plugin/small_model.h"

namespace irgan {

inline constexpr Xapian::valueno kPopularity = 3, kColour = 5;
inline constexpr Xapian::doccount kNumDocuments = 60;
inline constexpr std::size_t kDepth = 12;
using Docids = std::vector<Xapian::docid>;
using Problems = std::vector<std::string>;

// Apples and pears in texts of many lengths; popularities of which each is three documents'; four colours.
inline std::vector<Xapian::Document> fruit() {
  std::vector<Xapian::Document> documents;
  for (unsigned i = 1; i <= kNumDocuments; ++i) {
    std::string text;
    for (unsigned k = 0; k < 1 + i * 7 % 5; ++k) text += "apples ";
    if (i % 3 == 0) text += "pear ";
    for (unsigned k = 0; k < i * 11 % 13; ++k) text += "filler ";
    Xapian::Document document = document_of({{"", text}});
    document.set_data("document " + std::to_string(i));
    document.add_boolean_term("Q" + std::to_string(i));
    document.add_value(kFirstIdSlot, "Q" + std::to_string(i));
    document.add_value(kPopularity, Xapian::sortable_serialise(i * 37 % 20));
    document.add_value(kColour, std::string(1, static_cast<char>('a' + i % 4)));
    documents.push_back(document);
  }
  return documents;
}

inline FeatureSchema fruit_schema(const std::vector<std::string>& features) {
  FeatureSchema schema;
  schema.stemmer = "english";
  schema.fields = {{"body", "", Xapian::BAD_VALUENO, Xapian::BAD_VALUENO, 12.0}};
  schema.values = {{"popularity", kPopularity, Transform::identity}};
  schema.features = features;
  return schema;
}

inline std::shared_ptr<const Model> fruit_model(ModelParts parts) {
  parts.depth = kDepth;
  return model_of(std::move(parts));
}

// Ranks by popularity alone, so that ties are many.
inline std::shared_ptr<const Model> popularity_model(float weight = 1.0F) {
  return fruit_model(linear_model(fruit_schema({"value.popularity"}), {weight}));
}

inline std::shared_ptr<const Model> nonlinear_model() {
  ModelParts parts;
  parts.schema = fruit_schema({"first_stage.score", "body.bm25", "body.length", "value.popularity"});
  parts.encoding.features.resize(4);
  parts.discriminators = {random_network({4, 5, 1}, 32, 3.0F)};
  return fruit_model(std::move(parts));
}

// Ranks by popularity where the device is "mobile", else the least popular first: of two units, each listens in one
// case.
inline std::shared_ptr<const Model> device_model() {
  ModelParts parts;
  parts.schema = fruit_schema({"value.popularity", context_feature("device", "mobile")});
  parts.encoding.features = {{{}, false}, {{0.0F, 1.0F}, false}};
  Network network;
  network.layers.resize(2);
  network.layers[0].weight = (FeatureMatrix(3, 2) << 4.0F, -4.0F, 20.0F, -20.0F, 0.0F, 0.0F).finished();
  network.layers[0].bias = Eigen::VectorXf::Constant(2, -10.0F);
  network.layers[1].weight = FeatureMatrix::Constant(2, 1, 1.0F);
  network.layers[1].bias = Eigen::VectorXf::Zero(1);
  parts.discriminators = {network};
  return fruit_model(std::move(parts));
}

// Of ready-made rows: cannot be extracted from an index.
inline std::shared_ptr<const Model> model_of_other_features() { return fruit_model(full_model()); }

inline ProblemListener listener(Problems& problems) {
  return [&problems](const std::string& problem) { problems.push_back(problem); };
}

inline RerankOptions strict() {
  RerankOptions options;
  options.get_mset_fallback = Fallback::rethrow;
  return options;
}

inline RerankOptions lenient(Problems& problems) {
  RerankOptions options;
  options.rerank_fallback = Fallback::original_order;
  options.on_problem = listener(problems);
  return options;
}

inline Xapian::Enquire enquire_of(const Xapian::Database& db, const Xapian::Query& query = parsed("apples pear")) {
  Xapian::Enquire enquire(db);
  enquire.set_query(query);
  return enquire;
}

// The order that get_mset must page through: the head by the model's scores, the rest as Xapian has it.
inline Docids full_list(const Xapian::Database& db, const Model& model, Xapian::Enquire& enquire,
                        std::size_t depth = kDepth) {
  const Xapian::MSet all = enquire.get_mset(0, db.get_doccount());
  Docids list = docids_of(all);
  const std::vector<Candidate> head = candidates_of(all, depth);
  const Eigen::VectorXf scores = model.score(FeatureExtractor(db, model.schema()).extract(enquire.get_query(), head));
  std::vector<std::size_t> order(head.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[static_cast<Eigen::Index>(a)] > scores[static_cast<Eigen::Index>(b)];
  });
  for (std::size_t i = 0; i < order.size(); ++i) list[i] = head[order[i]].docid;
  return list;
}

inline Docids slice(const Docids& list, std::size_t first, std::size_t count) {
  const std::size_t begin = std::min(first, list.size());
  const std::size_t end = std::min(first + count, list.size());
  return {list.begin() + static_cast<std::ptrdiff_t>(begin), list.begin() + static_cast<std::ptrdiff_t>(end)};
}

inline Docids docids_of(const std::vector<RankedHit>& hits) {
  Docids docids;
  for (const RankedHit& hit : hits) docids.push_back(hit.docid);
  return docids;
}

inline bool same_bounds(const Xapian::MSet& a, const Xapian::MSet& b) {
  return a.get_matches_lower_bound() == b.get_matches_lower_bound() &&
         a.get_matches_estimated() == b.get_matches_estimated() &&
         a.get_matches_upper_bound() == b.get_matches_upper_bound();
}

// Everything that a page shows, so that two can be compared.
inline std::string shown(const Xapian::MSet& page) {
  std::string text = std::to_string(page.get_firstitem()) + " of " + std::to_string(page.get_matches_lower_bound()) +
                     "-" + std::to_string(page.get_matches_estimated()) + "-" +
                     std::to_string(page.get_matches_upper_bound());
  for (auto hit = page.begin(); hit != page.end(); ++hit) {
    text += "; " + std::to_string(*hit) + " " + std::to_string(hit.get_weight()) + " " +
            std::to_string(hit.get_percent()) + " " + hit.get_sort_key() + " " +
            std::to_string(hit.get_collapse_count());
  }
  return text;
}

inline Xapian::Database fruit_index(int num_shards) {
  return num_shards == 1 ? Xapian::Database(index_of(fruit()))
                         : sharded_index_of(fruit(), static_cast<std::size_t>(num_shards));
}

/// Writes the documents to a new index at `path`, dealt in turn over shards (path.0, path.1, ...) if there are several,
/// each with `model` in its metadata if one is given; returns all of it opened.
inline Xapian::Database stored_fruit(const std::string& path, const Model* model = nullptr,
                                     std::size_t num_shards = 1) {
  const std::vector<Xapian::Document> documents = fruit();
  Xapian::Database all;
  for (std::size_t shard = 0; shard < num_shards; ++shard) {
    const std::string name = num_shards == 1 ? path : path + '.' + std::to_string(shard);
    Xapian::WritableDatabase writer(name, Xapian::DB_CREATE);
    for (std::size_t i = shard; i < documents.size(); i += num_shards) writer.add_document(documents[i]);
    if (model) {
      writer.set_metadata(kModelKey, model->to_bytes());
      writer.set_metadata(kModelVersionKey, model->version());
    }
    writer.close();
    all.add_database(Xapian::Database(name));
  }
  return all;
}

}  // namespace irgan
