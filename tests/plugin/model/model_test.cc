#include "irgan/model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_codec.h"
#include "plugin/src/model/safetensors.h"
#include "tests/plugin/small_model.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::model_test {

using Catch::Matchers::Message;
using Catch::Matchers::StartsWith;
using Eigen::Index;
using Eigen::VectorXf;

namespace {

std::string full_bytes() { return encode_model(full_model()); }

// What reading says; empty if it says nothing. Anything but a FormatError fails the test.
std::string complaint(const std::string& bytes) {
  try {
    Model::from_bytes(bytes, "m.bin");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

// The full model's file, altered below its digest.
std::string altered(const std::function<void(TensorFile&)>& alter) {
  TensorFile file = decode_tensors(full_bytes(), "full");
  alter(file);
  return encode_tensors(file);
}

std::string with_metadata(const std::string& key, const std::string& text) {
  return altered([&](TensorFile& file) { file.metadata[key] = text; });
}

std::string with_tensor(const Tensor& fresh) {
  return altered([&](TensorFile& file) {
    for (Tensor& tensor : file.tensors) {
      if (tensor.name == fresh.name) tensor = fresh;
    }
  });
}

std::string with_floats(const std::string& name, std::vector<std::int64_t> shape, const std::vector<float>& numbers) {
  return with_tensor(make_tensor(name, std::move(shape), numbers.data()));
}

std::string with_integers(const std::string& name, const std::vector<std::int64_t>& numbers) {
  return with_tensor(make_tensor(name, {static_cast<std::int64_t>(numbers.size())}, numbers.data()));
}

FeatureMatrix encoded(const ModelParts& parts, const FeatureMatrix& pool) {
  FeatureMatrix result;
  parts.encoding.encode(pool, pool_range(pool), result);
  return result;
}

VectorXf mean_of(const std::vector<Network>& networks, const FeatureMatrix& inputs) {
  VectorXf sum = VectorXf::Zero(inputs.rows());
  Network::Activations activations;
  for (const Network& network : networks) sum += network.forward(inputs, activations);
  return sum / static_cast<float>(networks.size());
}

// The model's score of the pool's mean encoded row, which explain() starts from.
float mean_row_score(const ModelParts& parts, const FeatureMatrix& pool) {
  const FeatureMatrix mean = encoded(parts, pool).colwise().mean();
  const float discriminator = mean_of(parts.discriminators, mean)[0];
  if (parts.ranker == Ranker::discriminator) return discriminator;
  const float generator = mean_of(parts.generators, mean)[0] / static_cast<float>(parts.temperature);
  return parts.ranker == Ranker::generator ? generator : (discriminator + generator) / 2.0F;
}

// Sums of a few dozen floats of size about 1: each rounding is off by 2^-24 = 6e-8.
constexpr float kRounding = 4e-6F;

bool close(const VectorXf& a, const VectorXf& b) {
  return a.size() == b.size() && (a - b).cwiseAbs().maxCoeff() <= kRounding;
}

}  // namespace

TEST_CASE("a model's bytes are read back to the same bytes and the same scores", "[plugin][model]") {
  const auto written = model_of(full_model());
  const auto read = Model::from_bytes(written->to_bytes(), "m.bin");

  CHECK((read->to_bytes() == written->to_bytes()));
  CHECK(read->version() == written->version());
  CHECK(read->schema().features == written->schema().features);
  CHECK(read->depth() == 40);
  CHECK(read->ranker() == Ranker::combined);
  CHECK(parts_of(*read).temperature == 0.5);
  CHECK(read->index_facts().uuid == "0f6f5b70:a1");
  CHECK(read->index_facts().num_documents == 12345);
  CHECK(read->index_facts().average_length == 87.25);
  CHECK(read->index_facts().id_prefix == "Q");
  CHECK(read->training_record() == R"({"epochs":3,"ndcg":0.1})");
  const FeatureMatrix pool = random_pool(20, 2, 5, true);
  CHECK(read->score(pool) == written->score(pool));
}

TEST_CASE("a model without a generator is read back too", "[plugin][model]") {
  ModelParts parts = linear_model(full_model().schema, {2, -1});
  parts.discriminators.push_back(parts.discriminators.front());
  const auto written = model_of(parts);
  CHECK((Model::from_bytes(written->to_bytes(), "m.bin")->to_bytes() == written->to_bytes()));
}

TEST_CASE("documents that the log has never seen get the credit, and those that it knows do not", "[plugin][model]") {
  FeatureSchema schema;
  schema.fields = {{"title", "S", 0, 0, 3.0}, {"clicked", "XCLICKED", 1, Xapian::BAD_VALUENO, 3.0, true}};
  schema.values = {{"price", 2, Transform::identity}, {"clicks", 3, Transform::identity, true}};
  schema.features = {"title.bm25", "clicked.bm25", "value.price", "value.clicks"};
  CHECK((columns_from_clicks(schema) == std::vector<std::size_t>{1, 3}));
  ModelParts parts = linear_model(schema, {1, 2, 1, 2});
  const auto without = model_of(parts);
  parts.unseen_credit = 0.25;
  const auto with = Model::from_bytes(model_of(parts)->to_bytes(), "m.bin");
  CHECK(parts_of(*with).unseen_credit == 0.25);
  CHECK(with->version() != without->version());
  CHECK(decode_tensors(with->to_bytes(), "m.bin").text("format_version") ==
        "2");  // builds that do not know credits refuse it
  CHECK(decode_tensors(without->to_bytes(), "m.bin").text("format_version") == "1");
  CHECK(decode_tensors(without->to_bytes(), "m.bin").text("serving").find("credit") == std::string::npos);

  FeatureMatrix pool = random_pool(4, 4, 7);
  pool(1, 1) = pool(1, 3) = NAN;  // never seen
  pool(2, 1) = NAN;               // clicked for rare queries only
  pool(3, 0) = pool(3, 2) = NAN;
  VectorXf credits(4);
  credits << 0, 0.25F, 0, 0;
  CHECK(close(with->score(pool), without->score(pool) + credits));
  CHECK(close(with->score_beside(pool.topRows(2), pool, Ranker::discriminator),
              without->score_beside(pool.topRows(2), pool, Ranker::discriminator) + credits.head(2)));

  ModelParts both = parts;
  both.generators = both.discriminators;
  both.ranker = Ranker::combined;
  const auto player = model_of(both);  // the policy is what it was trained to be
  CHECK(close(player->score(pool, Ranker::generator), without->score(pool)));
  CHECK(close(player->score(pool), without->score(pool) + 0.5F * credits));

  const VectorXf explained = with->explain(pool).rowwise().sum();
  const VectorXf scores = with->score(pool);
  CHECK(close(explained.array() - explained.mean(), scores.array() - scores.mean()));
}

TEST_CASE("a credit that is not finite is refused", "[plugin][model]") {
  CHECK(complaint(
            with_metadata("serving", R"({"ranker":"combined","depth":40,"temperature":0.5,"unseen_credit":1e300})")) ==
        "m.bin: networks are missing, depth or temperature is not positive, or a credit is not finite");
  CHECK(complaint(with_metadata("serving", R"({"ranker":"combined","depth":40,"temperature":0.5})"))
            .empty());  // of before
}

TEST_CASE("the training record is kept to the letter", "[plugin][model]") {
  ModelParts parts = full_model();
  parts.training_record = "{ \"z\": 1.50,\n  \"a\": 12345678901234567890123 }\n";
  const auto written = model_of(parts);
  const auto read = Model::from_bytes(written->to_bytes(), "m.bin");
  CHECK(read->training_record() == parts.training_record);
  CHECK((read->to_bytes() == written->to_bytes()));
  CHECK(read->version() == written->version());
}

TEST_CASE("the version is the digest of the bytes, and another with any other weight", "[plugin][model]") {
  const auto model = model_of(full_model());
  CHECK(model->version() == hex_digest(model->to_bytes()));
  ModelParts other = full_model();
  other.generators[1].layers[0].bias[0] += 1e-3F;
  CHECK(model_of(other)->version() != model->version());
}

TEST_CASE("every truncation of a model is refused", "[plugin][model]") {
  const std::string bytes = full_bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (complaint(bytes.substr(0, size)).rfind("m.bin: byte ", 0) != 0) FAIL_CHECK("size " << size);
  }
}

TEST_CASE("every flipped bit and every flipped byte of a model is refused", "[plugin][model]") {
  std::string bytes = full_bytes();
  REQUIRE(complaint(bytes).empty());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      if (complaint(bytes).rfind("m.bin: byte ", 0) != 0) FAIL_CHECK("byte " << i << " flip " << flip);
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
    }
  }
}

TEST_CASE("a file of another format or version is refused by name", "[plugin][model]") {
  CHECK(complaint(with_metadata("format_version", "5")) ==
        "m.bin: format 'xapian-irgan model' version 5, but this build reads 'xapian-irgan model' versions 1 to 4");
  CHECK(complaint(with_metadata("format", "xapian-irgan features")) ==
        "m.bin: format 'xapian-irgan features' version 1, but this build reads 'xapian-irgan model' versions 1 to 4");
}

TEST_CASE("a model without one of its metadata is refused", "[plugin][model]") {
  for (const char* key : {"format", "format_version", "feature_schema", "training_record", "index", "serving"}) {
    CAPTURE(key);
    CHECK(complaint(altered([&](TensorFile& file) { file.metadata.erase(key); })) ==
          "m.bin: metadata '" + std::string(key) + "' is missing");
  }
}

TEST_CASE("a model whose metadata are not what they should be is refused", "[plugin][model]") {
  for (const char* key : {"feature_schema", "training_record", "index", "serving"}) {
    for (const char* text : {"", "{", "{}x"}) {
      CAPTURE(key, text);
      CHECK_THAT(complaint(with_metadata(key, text)), StartsWith("m.bin: "));
    }
  }
  for (const char* index : {"{}", "[]", R"({"uuid":1,"num_documents":1,"average_length":1,"id_prefix":""})"}) {
    CHECK_THAT(complaint(with_metadata("index", index)),
               StartsWith("m.bin: the metadata are not what they should be: "));
  }
  REQUIRE(complaint(with_metadata("serving", R"({"ranker":"combined","depth":40,"temperature":0.5})")).empty());
  for (const char* serving :
       {R"({"ranker":"oracle","depth":40,"temperature":0.5})", R"({"ranker":"combined","depth":0,"temperature":0.5})",
        R"({"ranker":"combined","depth":-1,"temperature":0.5})",
        R"({"ranker":"combined","depth":"all","temperature":0.5})",
        R"({"ranker":"combined","depth":40,"temperature":0})", R"({"ranker":"combined","depth":40,"temperature":-1})",
        R"({"ranker":"combined","depth":40,"temperature":null})",
        R"({"ranker":"combined","depth":40,"temperature":1e999})"}) {
    CAPTURE(serving);
    CHECK_THAT(complaint(with_metadata("serving", serving)), StartsWith("m.bin: "));
  }
}

TEST_CASE("a model that lacks any one of its tensors is refused", "[plugin][model]") {
  const TensorFile whole = decode_tensors(full_bytes(), "full");
  REQUIRE(whole.tensors.size() == 3 + 2 * 6 + 2 * 4);
  for (const Tensor& tensor : whole.tensors) {
    CAPTURE(tensor.name);
    CHECK_THAT(complaint(altered([&](TensorFile& file) {
                 const auto gone = [&](const Tensor& other) { return other.name == tensor.name; };
                 file.tensors.erase(std::find_if(file.tensors.begin(), file.tensors.end(), gone));
               })),
               StartsWith("m.bin: "));
  }
}

TEST_CASE("a network that is not whole is refused where there is no generator beside it", "[plugin][model]") {
  for (const char* lost : {"discriminator.1.0.weight", "discriminator.1.1.weight", "discriminator.1.2.bias"}) {
    CAPTURE(lost);
    ModelParts parts = full_model();
    parts.generators.clear();
    parts.ranker = Ranker::discriminator;
    TensorFile file = decode_tensors(encode_model(parts), "full");
    const auto gone = [&](const Tensor& tensor) { return tensor.name == lost; };
    file.tensors.erase(std::find_if(file.tensors.begin(), file.tensors.end(), gone));
    CHECK_THAT(complaint(encode_tensors(file)), StartsWith("m.bin: "));
  }
}

TEST_CASE("tensors that belong to no network are refused", "[plugin][model]") {
  const float number[] = {0};
  for (const char* name : {"discriminator.2.1.weight", "generator.0.9.bias", "umbrella"}) {
    CHECK(complaint(altered([&](TensorFile& file) { file.tensors.push_back(make_tensor(name, {1}, number)); })) ==
          "m.bin: there are tensors that belong to no whole network");
  }
}

TEST_CASE("a model whose networks are too few is refused", "[plugin][model]") {
  const auto without = [](const char* player) {
    return complaint(altered([&](TensorFile& file) {
      const auto of_player = [&](const Tensor& tensor) { return tensor.name.rfind(player, 0) == 0; };
      file.tensors.erase(std::remove_if(file.tensors.begin(), file.tensors.end(), of_player), file.tensors.end());
    }));
  };
  const std::string missing =
      "m.bin: networks are missing, depth or temperature is not positive, or a credit is not finite";
  CHECK(without("discriminator.") == missing);
  CHECK(without("generator.") == missing);  // the ranker needs one
  CHECK(without("generator.1.") == missing);
}

TEST_CASE("tensors that do not fit each other are refused by name", "[plugin][model]") {
  // The encoding is 5 columns wide: two bins, place in the pool and indicator of "1", place of "2".
  const std::string misfit = "m.bin: tensor 'discriminator.0.0.weight' does not fit its neighbours";
  CHECK(complaint(with_floats("discriminator.0.0.weight", {3, 4}, std::vector<float>(12))) == misfit);
  CHECK(complaint(with_floats("discriminator.0.0.weight", {4, 5}, std::vector<float>(20))) == misfit);
  CHECK(complaint(with_floats("discriminator.0.0.weight", {0, 5}, {})) == misfit);
  CHECK(complaint(with_floats("discriminator.0.0.bias", {2}, {0, 0})) == misfit);
  CHECK(complaint(with_floats("discriminator.0.1.weight", {2, 2}, std::vector<float>(4))) ==
        "m.bin: tensor 'discriminator.0.1.weight' does not fit its neighbours");
  CHECK(complaint(with_floats("discriminator.0.0.weight", {15}, std::vector<float>(15))) ==
        "m.bin: tensor 'discriminator.0.0.weight' must be F32 of dimension 2");
  CHECK(complaint(altered([](TensorFile& file) {
          const float numbers[] = {0, 0};
          for (Tensor& tensor : file.tensors) {
            if (tensor.name == "generator.1.1.weight")
              tensor = make_tensor(tensor.name, {2, 2}, std::vector<float>(4).data());
            if (tensor.name == "generator.1.1.bias") tensor = make_tensor(tensor.name, {2}, numbers);
          }
        })) == "m.bin: network generator.1 has not one output");
  CHECK(complaint(with_tensor({"discriminator.0.0.bias", "F64", {3}, std::string(24, '\0')})) ==
        "m.bin: tensor 'discriminator.0.0.bias' must be F32 of dimension 1");
}

TEST_CASE("a weight tensor that says it is larger than its bytes is refused", "[plugin][model]") {
  CHECK_THAT(complaint(with_tensor({"discriminator.0.0.weight", "F32", {3, 1 << 20}, ""})), StartsWith("m.bin: byte "));
  CHECK_THAT(complaint(with_tensor({"discriminator.0.0.bias", "F32", {1 << 20}, ""})), StartsWith("m.bin: byte "));
}

TEST_CASE("numbers that are not finite are refused", "[plugin][model]") {
  const float bad = GENERATE(NAN, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity());
  CHECK(complaint(with_floats("generator.0.1.weight", {1, 2}, {1, bad})) ==
        "m.bin: tensor 'generator.0.1.weight' or its bias is not finite");
  CHECK(complaint(with_floats("generator.0.1.bias", {1}, {bad})) ==
        "m.bin: tensor 'generator.0.1.weight' or its bias is not finite");
  CHECK(complaint(with_floats("encoding.edges", {3}, {-1, 0, bad})) == "m.bin: the encoding's edges do not rise");
}

TEST_CASE("an encoding that does not fit the schema is refused", "[plugin][model]") {
  const std::string misfit = "m.bin: the encoding does not fit the feature schema";
  CHECK(complaint(with_integers("encoding.num_edges", {3})) == misfit);
  CHECK(complaint(with_integers("encoding.num_edges", {3, 0, 0})) == misfit);
  CHECK(complaint(with_integers("encoding.num_edges", {4, 0})) == misfit);
  CHECK(complaint(with_integers("encoding.num_edges", {2, 0})) == misfit);
  CHECK(complaint(with_integers("encoding.num_edges", {-1, 4})) == misfit);
  CHECK(complaint(with_integers("encoding.num_edges", {std::numeric_limits<std::int64_t>::max(), 0})) == misfit);
  CHECK(complaint(with_integers("encoding.indicator", {1})) == misfit);
  CHECK(complaint(with_floats("encoding.edges", {3}, {0, 0, 1})) == "m.bin: the encoding's edges do not rise");
  CHECK(complaint(with_floats("encoding.edges", {3}, {0, 2, 1})) == "m.bin: the encoding's edges do not rise");
}

TEST_CASE("from_file names the path", "[plugin][model]") {
  const ScratchFolder folder;
  const auto about = [](const std::string& path) {
    return Catch::Matchers::Predicate<Error>(
        [path](const Error& error) { return std::string(error.what()).rfind(path + ": ", 0) == 0; },
        "begins with " + path);
  };
  CHECK(Model::from_file(folder.write("good", full_bytes()))->version() == model_of(full_model())->version());
  CHECK_THROWS_MATCHES(Model::from_file(folder.write("empty", "")), FormatError, about(folder.file("empty")));
  CHECK_THROWS_MATCHES(Model::from_file(folder.write("bad", "no model")), FormatError, about(folder.file("bad")));
  CHECK_THROWS_MATCHES(Model::from_file(folder.file("none")), Error, about(folder.file("none")));
  CHECK_THROWS_MATCHES(Model::from_file(folder.path().string()), Error, about(folder.path().string()));
}

TEST_CASE("score is the mean over a player's networks, the generator's by its temperature", "[plugin][model]") {
  const Index num_rows = GENERATE(1, 2, 25);
  const ModelParts parts = full_model();
  const auto model = model_of(parts);
  const FeatureMatrix pool = random_pool(num_rows, 2, 6, true);
  const FeatureMatrix inputs = encoded(parts, pool);
  const VectorXf discriminator = mean_of(parts.discriminators, inputs);
  const VectorXf generator = mean_of(parts.generators, inputs) / 0.5F;

  CHECK(close(model->score(pool, Ranker::discriminator), discriminator));
  CHECK(close(model->score(pool, Ranker::generator), generator));
  CHECK(close(model->score(pool, Ranker::combined), (discriminator + generator) / 2.0F));
  CHECK(model->score(pool) == model->score(pool, Ranker::combined));
}

TEST_CASE("a pool of no rows has no scores and no explanation", "[plugin][model]") {
  const auto model = model_of(full_model());
  CHECK(model->score(FeatureMatrix(0, 2)).size() == 0);
  const FeatureMatrix contributions = model->explain(FeatureMatrix(0, 2));
  CHECK(contributions.rows() == 0);
  CHECK(contributions.cols() == 2);
}

TEST_CASE("a pool without any value is scored", "[plugin][model]") {
  CHECK(model_of(full_model())->score(FeatureMatrix::Constant(3, 2, NAN)).allFinite());
}

TEST_CASE("a model without a generator says so when asked for it", "[plugin][model]") {
  const auto model = model_of(linear_model(full_model().schema, {2, -1}));
  const FeatureMatrix pool = random_pool(3, 2, 7);
  CHECK(model->score(pool).allFinite());
  for (const Ranker ranker : {Ranker::generator, Ranker::combined}) {
    CHECK_THROWS_MATCHES(model->score(pool, ranker), Error,
                         Message("the model has no generator: it was trained without one"));
  }
}

TEST_CASE("rankers have names", "[plugin][model]") {
  for (const Ranker ranker : {Ranker::discriminator, Ranker::generator, Ranker::combined}) {
    CHECK(ranker_from_string(to_string(ranker)) == ranker);
  }
  CHECK_THROWS_MATCHES(ranker_from_string("oracle"), ConfigError,
                       Message("unknown ranker 'oracle': discriminator, generator or combined"));
}

TEST_CASE("what explain says adds up to the score less the mean row's", "[plugin][model]") {
  ModelParts parts = full_model();
  parts.ranker = GENERATE(Ranker::discriminator, Ranker::generator, Ranker::combined);
  CAPTURE(to_string(parts.ranker));
  const auto model = model_of(parts);
  FeatureMatrix pool = random_pool(15, 2, 8, true);
  pool.row(3).setConstant(NAN);

  const FeatureMatrix contributions = model->explain(pool);

  // Along the path f(t), t in [0, 1], the midpoint rule with n = 64 is off by at most max |f'''| / (24 n^2). Third
  // differences in doubles find f''' below 3 for these networks on this pool: 3 / (24 * 4096) = 3.1e-5.
  constexpr float kMidpointError = 3.1e-5F;
  const VectorXf scores = model->score(pool);
  const float start = mean_row_score(parts, pool);
  REQUIRE(contributions.rows() == 15);
  REQUIRE(contributions.cols() == 2);
  for (Index i = 0; i < pool.rows(); ++i) {
    CHECK(std::abs(contributions.row(i).sum() - (scores[i] - start)) <= kMidpointError + kRounding);
  }
}

TEST_CASE("explain of a straight model is weight times distance from the mean", "[plugin][model]") {
  // Places in the pool: -1/2, 0 and 1/2 for the first feature; -1/2 and 1/2 for the second, and 0 where it is missing.
  const auto model = model_of(linear_model(full_model().schema, {2, -1}));
  const FeatureMatrix pool = (FeatureMatrix(3, 2) << 0, 10, 5, 20, 10, NAN).finished();
  const FeatureMatrix expected = (FeatureMatrix(3, 2) << -1, 0.5F, 0, -0.5F, 1, 0).finished();
  CHECK((model->explain(pool) - expected).cwiseAbs().maxCoeff() <= kRounding);
}

TEST_CASE("a pool of one row has nothing to explain", "[plugin][model]") {
  CHECK(model_of(full_model())->explain(random_pool(1, 2, 9)).cwiseAbs().maxCoeff() <= kRounding);
}

TEST_CASE("rows beside a pool are scored relative to that pool, so that its own rows keep their scores",
          "[plugin][model]") {
  const auto model = model_of(full_model());
  const FeatureMatrix pool = random_pool(12, 2, 5);
  const VectorXf scores = model->score(pool, Ranker::discriminator);
  const FeatureMatrix part = pool.topRows(3);
  const VectorXf beside = model->score_beside(part, pool, Ranker::discriminator);
  CHECK((beside - scores.head(3)).cwiseAbs().maxCoeff() < 1e-6F);  // products of other sizes may round otherwise
  CHECK((model->score(part, Ranker::discriminator) - beside).cwiseAbs().maxCoeff() > 1e-4F);
}

}  // namespace irgan::model_test
