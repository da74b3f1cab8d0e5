#include "plugin/src/model/model_codec.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/features/bounded_json.h"
#include "plugin/src/model/index_facts.h"
#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

using Eigen::Index;
using nlohmann::json;

constexpr const char* kModelFormat = "xapian-irgan model";
constexpr const char* kFormatVersion = "1";
constexpr const char* kVersionWithCredit =
    "2";  // of models whose documents get a credit, which version 1 does not know
constexpr const char* kVersionWithCollection = "3";  // of models with a generator over the whole collection
constexpr const char* kVersionWithFolds = "4";       // of those whose generator's learning can go on
constexpr std::size_t kEncodingTensors = 3;
constexpr std::size_t kLargestDepth = 100'000'000;  // candidates; Xapian counts documents in 32 bits

std::string network_name(const char* player, std::size_t number) {
  return std::string(player) + '.' + std::to_string(number);
}

void add_networks(const char* player, const std::vector<Network>& networks, TensorFile& file) {
  for (std::size_t n = 0; n < networks.size(); ++n) put_network(network_name(player, n), networks[n], file);
}

std::size_t num_tensors(const std::vector<Network>& networks) {
  std::size_t count = 0;
  for (const Network& network : networks) count += 2 * network.layers.size();
  return count;
}

std::vector<Network> read_networks(const char* player, Index num_inputs, const TensorFile& file) {
  std::vector<Network> networks;
  for (std::size_t n = 0;; ++n) {
    const std::string name = network_name(player, n);
    Network network = get_network(name, file);
    if (network.layers.empty()) return networks;
    if (network.num_inputs() != num_inputs)
      throw FormatError(file.origin + ": tensor '" + name + ".0.weight' does not fit its neighbours");
    if (network.layers.back().bias.size() != 1)
      throw FormatError(file.origin + ": network " + name + " has not one output");
    networks.push_back(std::move(network));
  }
}

void add_encoding(const Encoding& encoding, TensorFile& file) {
  std::vector<float> edges;
  std::vector<std::int64_t> num_edges;
  std::vector<std::int64_t> indicators;
  for (const Encoding::Feature& feature : encoding.features) {
    edges.insert(edges.end(), feature.edges.begin(), feature.edges.end());
    num_edges.push_back(static_cast<std::int64_t>(feature.edges.size()));
    indicators.push_back(feature.has_indicator ? 1 : 0);
  }
  const auto num_features = static_cast<std::int64_t>(encoding.features.size());
  file.tensors.push_back(make_tensor("encoding.edges", {static_cast<std::int64_t>(edges.size())}, edges.data()));
  file.tensors.push_back(make_tensor("encoding.num_edges", {num_features}, num_edges.data()));
  file.tensors.push_back(make_tensor("encoding.indicator", {num_features}, indicators.data()));
}

Encoding read_encoding(const TensorFile& file, std::size_t num_features) {
  const std::vector<float> edges = file.floats("encoding.edges", 1);
  const std::vector<std::int64_t> num_edges = file.integers("encoding.num_edges", 1);
  const std::vector<std::int64_t> indicators = file.integers("encoding.indicator", 1);
  const std::string misfit = file.origin + ": the encoding does not fit the feature schema";
  if (num_edges.size() != num_features || indicators.size() != num_features) throw FormatError(misfit);
  Encoding encoding;
  std::size_t begin = 0;
  for (std::size_t j = 0; j < num_features; ++j) {
    if (num_edges[j] < 0 || static_cast<std::uint64_t>(num_edges[j]) > edges.size() - begin) throw FormatError(misfit);
    const std::size_t end = begin + static_cast<std::size_t>(num_edges[j]);
    Encoding::Feature feature{
        {edges.begin() + static_cast<std::ptrdiff_t>(begin), edges.begin() + static_cast<std::ptrdiff_t>(end)},
        indicators[j] != 0};
    const bool ascending = std::adjacent_find(feature.edges.begin(), feature.edges.end(),
                                              [](float a, float b) { return !(a < b); }) == feature.edges.end();
    const bool finite =
        std::all_of(feature.edges.begin(), feature.edges.end(), [](float x) { return std::isfinite(x); });
    if (!ascending || !finite) throw FormatError(file.origin + ": the encoding's edges do not rise");
    encoding.features.push_back(std::move(feature));
    begin = end;
  }
  if (begin != edges.size()) throw FormatError(misfit);
  return encoding;
}

void add_towers(const std::string& name, const Towers& towers, TensorFile& file) {
  const FeatureMatrix& weight = towers.weight;
  file.tensors.push_back(make_tensor(name + ".weight", {weight.rows(), weight.cols()}, weight.data()));
  file.tensors.push_back(make_tensor(name + ".scale", {1}, &towers.scale));
}

std::string fold_name(std::size_t fold) { return "collection.fold." + std::to_string(fold); }

void add_collection(const CollectionGenerator& generator, TensorFile& file) {
  add_towers("collection", generator.towers, file);
  for (std::size_t fold = 0; fold < generator.folds.size(); ++fold) {
    add_towers(fold_name(fold), generator.folds[fold], file);
  }
}

Towers read_towers(const std::string& name, const std::string& basis, const TensorFile& file) {
  const auto shape = file.tensor(name + ".weight", "F32", 2).shape;
  const std::vector<float> weight = file.floats(name + ".weight", 2);
  const std::vector<float> scale = file.floats(name + ".scale", 1);
  if (shape[0] != shape[1] || shape[0] == 0 || scale.size() != 1 || !all_finite(weight) || !(scale.front() > 0.0F) ||
      !std::isfinite(scale.front())) {
    throw FormatError(file.origin + ": the tensors of the generator over the collection do not fit, or are not finite");
  }
  return {Eigen::Map<const FeatureMatrix>(weight.data(), shape[0], shape[1]), scale.front(), basis};
}

// What `serving` says of it comes with its tensors.
CollectionGenerator read_collection(const TensorFile& file, const json& serving) {
  CollectionGenerator generator;
  const auto basis = serving.at("basis").get<std::string>();
  generator.towers = read_towers("collection", basis, file);
  generator.num_picks = whole_number<std::size_t>(serving.at("picks"));
  while (file.contains(fold_name(generator.folds.size()) + ".weight")) {
    generator.folds.push_back(read_towers(fold_name(generator.folds.size()), basis, file));
    if (generator.folds.back().weight.rows() != generator.towers.weight.rows()) {
      throw FormatError(file.origin + ": the generator over the collection and its folds have other dimensions");
    }
  }
  return generator;
}

std::size_t num_tensors(const std::optional<CollectionGenerator>& generator) {
  return generator ? 2 * (1 + generator->folds.size()) : 0;
}

std::string version_of(const ModelParts& parts) {
  if (parts.collection) return parts.collection->folds.empty() ? kVersionWithCollection : kVersionWithFolds;
  return parts.unseen_credit != 0.0 ? kVersionWithCredit : kFormatVersion;
}

}  // namespace

std::string encode_model(const ModelParts& parts) {
  TensorFile file;
  json serving{{"ranker", to_string(parts.ranker)}, {"depth", parts.depth}, {"temperature", parts.temperature}};
  if (parts.unseen_credit != 0.0) serving["unseen_credit"] = parts.unseen_credit;
  if (parts.collection) {
    serving["collection"] = {{"basis", parts.collection->towers.basis}, {"picks", parts.collection->num_picks}};
  }
  file.metadata = {
      {"format", kModelFormat},
      {"format_version", version_of(parts)},
      {"feature_schema", schema_to_json(parts.schema)},
      {"training_record", parts.training_record},
      {"index", index_facts_to_json(parts.facts).dump()},
      {"serving", serving.dump()},
  };
  add_encoding(parts.encoding, file);
  add_networks("discriminator", parts.discriminators, file);
  add_networks("generator", parts.generators, file);
  if (parts.collection) add_collection(*parts.collection, file);
  return encode_tensors(file);
}

ModelParts decode_model(std::string_view bytes, const std::string& origin) {
  const TensorFile file = decode_tensors(bytes, origin);
  const std::string version = file.text("format_version");
  if (file.text("format") != kModelFormat || (version != kFormatVersion && version != kVersionWithCredit &&
                                              version != kVersionWithCollection && version != kVersionWithFolds)) {
    throw FormatError(origin + ": format '" + file.text("format") + "' version " + version +
                      ", but this build reads '" + kModelFormat + "' versions " + kFormatVersion + " to " +
                      kVersionWithFolds);
  }
  ModelParts parts;
  try {
    parts.schema = schema_from_json(file.text("feature_schema"), origin);
    parts.training_record = file.text("training_record");
    if (is_deep_json(parts.training_record) || !json::accept(parts.training_record))
      throw FormatError(origin + ": the training record is not JSON, or nested too deep");
    parts.facts = index_facts_from_json(parse_json(file.text("index"), origin));
    const json serving = parse_json(file.text("serving"), origin);
    parts.ranker = ranker_from_string(serving.at("ranker").get<std::string>());
    parts.depth = whole_number<std::size_t>(serving.at("depth"));
    parts.temperature = serving.at("temperature").get<double>();
    parts.unseen_credit = serving.value("unseen_credit", 0.0);
    if (serving.contains("collection")) parts.collection = read_collection(file, serving["collection"]);
  } catch (const json::exception& error) {
    throw FormatError(origin + ": the metadata are not what they should be: " + error.what());
  } catch (const ConfigError& error) {
    throw FormatError(origin + ": " + error.what());
  }
  parts.encoding = read_encoding(file, parts.schema.features.size());
  const Index width = parts.encoding.width();
  parts.discriminators = read_networks("discriminator", width, file);
  parts.generators = read_networks("generator", width, file);
  if (file.tensors.size() != kEncodingTensors + num_tensors(parts.discriminators) + num_tensors(parts.generators) +
                                 num_tensors(parts.collection)) {
    throw FormatError(origin + ": there are tensors that belong to no whole network");
  }
  if (parts.depth > kLargestDepth)
    throw FormatError(origin + ": depth " + std::to_string(parts.depth) + " is more than any search finds");
  const bool complete =
      !parts.discriminators.empty() && (parts.generators.size() == parts.discriminators.size() ||
                                        (parts.generators.empty() && parts.ranker == Ranker::discriminator));
  if (!complete || !(parts.temperature > 0.0) || parts.depth == 0 ||
      !std::isfinite(static_cast<float>(parts.unseen_credit))) {
    throw FormatError(origin +
                      ": networks are missing, depth or temperature is not positive, or a credit "
                      "is not finite");
  }
  return parts;
}

}  // namespace irgan
