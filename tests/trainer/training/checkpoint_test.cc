#include "trainer/training/checkpoint.h"

#include <catch2/catch.hpp>

#include "plugin/src/model/safetensors.h"
#include "tests/trainer/scalar_network.h"

namespace irgan::checkpoint_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Player busy_player(std::mt19937_64& random) {
  Player player(busy_network(5, {4, 3}, random));
  player.average = busy_network(5, {4, 3}, random);
  player.first_moment = busy_network(5, {4, 3}, random);
  player.second_moment = busy_network(5, {4, 3}, random);
  player.num_steps = 1234567890123;
  return player;
}

TrainingState busy_state() {
  std::mt19937_64 random(1);
  PositionOffsets offsets(3);
  offsets.value << 0.0, -0.1, 1.0 / 3.0;
  offsets.first_moment << 1e-300, 2.0, -3.0;
  offsets.second_moment << 4.0, 5.0, 6.0;
  offsets.num_steps = 77;
  TrainingState state{1, 7, {busy_player(random), busy_player(random), offsets}, {}, {}, {}, {}};
  state.record.networks.resize(2);
  state.record.networks[1].epochs.resize(3);
  state.best[Ranker::discriminator] = {-0.1 - 0.2, 6, busy_network(5, {4, 3}, random), busy_network(5, {4, 3}, random)};
  state.best[Ranker::combined] = {0.75, 0, busy_network(5, {4, 3}, random), busy_network(5, {4, 3}, random)};
  state.discriminators = {busy_network(5, {4, 3}, random)};
  state.generators = {busy_network(5, {4, 3}, random)};
  return state;
}

bool same(const Network& a, const Network& b) {
  return a.layers.size() == b.layers.size() && flat(a).size() == flat(b).size() && flat(a) == flat(b);
}

bool same(const Player& a, const Player& b) {
  return same(a.weights, b.weights) && same(a.average, b.average) && same(a.first_moment, b.first_moment) &&
         same(a.second_moment, b.second_moment) && a.num_steps == b.num_steps;
}

}  // namespace

TEST_CASE("a checkpoint gives back the state that went in", "[trainer][checkpoint]") {
  const TrainingState state = busy_state();
  const std::string bytes = encode_checkpoint(state, "run 1");
  const TrainingState read = decode_checkpoint(bytes, "run 1", "model.checkpoint");
  CHECK(read.network == 1);
  CHECK(read.epoch == 7);
  CHECK(same(read.players.discriminator, state.players.discriminator));
  CHECK(same(read.players.generator, state.players.generator));
  CHECK(read.players.offsets.value == state.players.offsets.value);
  CHECK(read.players.offsets.first_moment == state.players.offsets.first_moment);
  CHECK(read.players.offsets.second_moment == state.players.offsets.second_moment);
  CHECK(read.players.offsets.num_steps == 77);
  for (const Ranker r : kRankers) {
    CHECK(read.best[r].score == state.best[r].score);
    CHECK(read.best[r].epoch == state.best[r].epoch);
    CHECK(same(read.best[r].discriminator, state.best[r].discriminator));
    CHECK(same(read.best[r].generator, state.best[r].generator));
  }
  CHECK(read.best[Ranker::generator].epoch == -1);
  REQUIRE(read.discriminators.size() == 1);
  REQUIRE(read.generators.size() == 1);
  CHECK(same(read.discriminators[0], state.discriminators[0]));
  CHECK(same(read.generators[0], state.generators[0]));
  CHECK(to_text(read.record) == to_text(state.record));
  CHECK(encode_checkpoint(read, "run 1") == bytes);
}

TEST_CASE("a checkpoint without generators and offsets is read as such", "[trainer][checkpoint]") {
  TrainingState state = busy_state();
  state.players.offsets = PositionOffsets(0);
  state.generators.clear();
  const TrainingState read = decode_checkpoint(encode_checkpoint(state, "run"), "run", "x");
  CHECK(read.players.offsets.value.size() == 0);
  CHECK(read.discriminators.size() == 1);
  CHECK(read.generators.empty());
}

TEST_CASE("another run's checkpoint is refused with what to do", "[trainer][checkpoint]") {
  const std::string bytes = encode_checkpoint(busy_state(), "run 1");
  CHECK_THROWS_AS(decode_checkpoint(bytes, "run 2", "model.checkpoint"), ConfigError);
  CHECK_THROWS_WITH(decode_checkpoint(bytes, "run 2", "model.checkpoint"),
                    StartsWith("restart is needed: model.checkpoint "));
}

TEST_CASE("every truncation of a checkpoint is refused", "[trainer][checkpoint]") {
  const std::string bytes = encode_checkpoint(busy_state(), "run");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decode_checkpoint(bytes.substr(0, size), "run", "model.checkpoint"), FormatError);
  }
  CHECK_THROWS_AS(decode_checkpoint(bytes + '\0', "run", "model.checkpoint"), FormatError);
}

TEST_CASE("every flipped byte of a checkpoint is refused", "[trainer][checkpoint]") {
  const std::string bytes = encode_checkpoint(busy_state(), "run");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    CAPTURE(i);
    CHECK_THROWS_AS(decode_checkpoint(damaged, "run", "model.checkpoint"), FormatError);
  }
}

TEST_CASE("a damaged checkpoint's message says where and what to do", "[trainer][checkpoint]") {
  const std::string bytes = encode_checkpoint(busy_state(), "run").substr(0, 1000);
  CHECK_THROWS_WITH(decode_checkpoint(bytes, "run", "model.checkpoint"),
                    StartsWith("model.checkpoint: byte ") && Contains("restart"));
}

TEST_CASE("another file of ours is no checkpoint", "[trainer][checkpoint]") {
  TensorFile file;
  file.metadata = {{"format", "xapian-irgan model"}};
  CHECK_THROWS_AS(decode_checkpoint(encode_tensors(file), "run", "model.irgan"), FormatError);
  CHECK_THROWS_WITH(decode_checkpoint(encode_tensors(file), "run", "model.irgan"),
                    StartsWith("model.irgan: ") && Contains("restart"));
}

}  // namespace irgan::checkpoint_test
