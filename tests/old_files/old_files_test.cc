/// Files of every format version that was ever released, and what they gave then: each new build must give it again.
///
/// Nothing here is ever made anew. A new format version adds its files: with IRGAN_OLD_FILES naming an empty folder,
/// the test "[.make]" writes files as this build writes them, and `scores` beside them.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>

#include "irgan/collection_vectors.h"
#include "irgan/memory_file.h"
#include "irgan/training.h"
#include "plugin/src/model/model_parts.h"
#include "plugin/src/model/safetensors.h"
#include "plugin/src/vectors/vector_parts.h"
#include "tests/plugin/small_memory.h"
#include "tests/plugin/small_model.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/synthetic_training_data.h"
#include "trainer/machine/output_file.h"
#include "trainer/row_files/letor_file.h"
#include "trainer/row_files/row_file.h"
#include "trainer/training/checkpoint.h"

namespace irgan::old_files_test {

namespace {

using Numbers = std::map<std::string, double>;

void add(const std::string& name, const Eigen::VectorXf& values, Numbers& numbers) {
  for (Eigen::Index i = 0; i < values.size(); ++i) numbers[name + ' ' + std::to_string(i)] = values[i];
}

TrainingData rows_at(const std::string& path) { return read_letor({path}, {}); }

void add_model(const std::string& path, const std::string& name, const TrainingData& rows, Numbers& numbers) {
  const auto model = Model::from_file(path);
  for (std::size_t p = 0; p < 3; ++p)
    add(name + " pool " + std::to_string(p), model->score(rows.pools[p].rows), numbers);
  numbers[name + " depth"] = static_cast<double>(model->depth());
  if (model->collection() == nullptr) return;
  const VectorQuery query = model->collection()->towers.query(Eigen::Vector2f(0.6F, 0.8F));
  for (std::size_t i = 0; i < query.numbers.size(); ++i)
    numbers[name + " tower " + std::to_string(i)] = query.scale * static_cast<double>(query.numbers[i]);
}

// What all files of a folder give.
Numbers numbers_of(const std::string& folder) {
  Numbers numbers;
  const TrainingData rows = rows_at(folder + "/rows.1");
  for (std::size_t e = 0; e < rows.examples.size(); ++e)
    numbers["rows.1 example " + std::to_string(e)] = rows.examples[e].labels.sum();
  const TrainingData mapped = read_row_file(folder + "/mapped_rows.1", true);
  for (std::size_t p = 0; p < mapped.pools.size(); ++p)
    numbers["mapped_rows.1 pool " + mapped.pools[p].query_id] = mapped.pools[p].rows.cast<double>().sum();
  for (std::size_t e = 0; e < mapped.examples.size(); ++e)
    numbers["mapped_rows.1 example " + std::to_string(e)] = mapped.examples[e].labels.sum();
  for (const char* name : {"model.1", "model.2", "model.3", "model.4"})
    add_model(folder + '/' + name, name, rows, numbers);

  const auto memory = ClickMemory::from_file(folder + "/memory.1");
  for (const RememberedDocument& document : memory->query({"red"}).documents)
    numbers["memory.1 red " + std::string(document.id)] = document.clicks;
  for (const RememberedDocument& document : memory->by_words({"red"}, 5))
    numbers["memory.1 by word " + std::string(document.id)] = document.clicks;

  for (const std::string name : {"vectors.1", "vectors.2", "vectors.3"}) {
    const auto vectors = CollectionVectors::from_file(folder + '/' + name);
    for (const ScoredDocument& one : vectors->best(untrained_towers(*vectors).query(vectors->query_vector({"red"})), 3))
      numbers[name + " docid " + std::to_string(one.docid)] = one.score;
  }

  const std::string path = folder + "/checkpoint.2";
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const TrainingState state = decode_checkpoint(bytes, decode_tensors(bytes, path).text("run"), path);
  numbers["checkpoint.2 network"] = state.network;
  numbers["checkpoint.2 epoch"] = state.epoch;
  const Network& network = state.best[Ranker::discriminator].discriminator;
  Network::Activations activations;
  add("checkpoint.2", network.forward(FeatureMatrix::Constant(1, network.num_inputs(), 0.5F), activations), numbers);
  return numbers;
}

struct Stopped {};

void make_files(const std::string& folder) {
  const TrainingData data = shown_pages(12, 6, 3, 1);
  OutputFile rows(folder + "/rows.1");
  write_letor(data, rows.stream());
  rows.commit();
  OutputFile mapped(folder + "/mapped_rows.1");
  write_row_file(data, mapped.stream());
  mapped.commit();

  TrainingOptions options;
  options.epochs = 2;
  options.hidden_units = {4};
  options.num_threads = 1;
  options.checkpoint_path = folder + "/checkpoint.2";
  TrainingListener listener;
  listener.on_epoch = [](const EpochReport& report) {
    if (report.epoch == 1) throw Stopped();
  };
  try {
    train(data, data, options, listener);
  } catch (const Stopped&) {
  }
  options.checkpoint_path.clear();
  const auto model = train(data, data, options, {}).model;
  save(*model, folder + "/model.1");
  ModelParts parts = parts_of(*model);
  parts.unseen_credit = 0.25;
  save(*model_of(parts), folder + "/model.2");
  FeatureMatrix weight(2, 2);
  weight << 1.0F, 0.5F, -0.25F, 2.0F;
  parts.collection = CollectionGenerator{{weight, 3.0F, "basis"}, 7};
  save(*model_of(parts), folder + "/model.3");
  parts.collection->folds = {{weight, 2.0F, "basis"}, {-weight, 4.0F, "basis"}};
  save(*model_of(parts), folder + "/model.4");

  replace_file(folder + "/memory.1",
               encode_memory(memory_contents({{"red", {{"a", 5.0F}, {"b", 2.0F}}}, {"red lamp", {{"c", 1.0F}}}})));
  VectorParts vectors{{"uuid", "none", {""}, {}},
                      2,
                      {"lamp", "red"},
                      {127, 0, 60, 127},
                      {0.1F, 0.2F},
                      {3, 7, 9},
                      {127, 0, 0, 127, 90, 90},
                      {0.007F, 0.008F, 0.009F}};
  vectors.cell_numbers = {127, 0, 60, 127};
  vectors.cell_scales = {0.008F, 0.007F};
  vectors.cell_ends = {1, 3};
  vectors.cell_rows = {1, 0, 2};
  vectors.id_terms = {"Qa", "", "Qlamp"};
  replace_file(folder + "/vectors.3", encode_vectors(vectors));
  std::ofstream scores(folder + "/scores");
  scores.precision(9);
  for (const auto& [name, number] : numbers_of(folder)) scores << number << '\t' << name << '\n';
}

}  // namespace

TEST_CASE("files of this build are written", "[.make]") {
  const char* const folder = std::getenv("IRGAN_OLD_FILES");
  REQUIRE(folder != nullptr);
  make_files(folder);
}

TEST_CASE("files of every released format give what they gave", "[old_files]") {
  const std::string folder = IRGAN_OLD_FILES_FOLDER;
  const Numbers numbers = numbers_of(folder);
  std::ifstream scores(folder + "/scores");
  REQUIRE(scores);
  std::size_t num_scores = 0;
  double expected = 0.0;
  for (std::string name; scores >> expected && scores.ignore() && std::getline(scores, name); ++num_scores) {
    CAPTURE(name);
    REQUIRE(numbers.count(name) == 1);
    CHECK(std::abs(numbers.at(name) - expected) < 1e-5 * std::max(1.0, std::abs(expected)));
  }
  CHECK(num_scores == numbers.size());
}

}  // namespace irgan::old_files_test
