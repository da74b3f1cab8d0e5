/// Checkpoints with a right digest and what no run can have left.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "irgan/training.h"
#include "plugin/src/model/safetensors.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/synthetic_training_data.h"

namespace irgan::forged_checkpoint_test {

using Catch::Matchers::Contains;

namespace {

struct Stopped {};

/// A run of two networks of three epochs, stopped in the second epoch of its second network.
struct StoppedRun {
  StoppedRun() {
    options.networks = 2;
    options.epochs = 3;
    options.hidden_units = {4};
    options.num_threads = 1;
    options.checkpoint_path = folder.file("c");
    TrainingListener listener;
    listener.on_epoch = [](const EpochReport& report) {
      if (report.network == 1 && report.epoch == 1) throw Stopped();
    };
    CHECK_THROWS_AS(train(data, data, options, listener), Stopped);
    bytes = folder.read("c");
  }

  // What the run says when it goes on from a changed file; "" if it does.
  std::string answer(const std::function<void(TensorFile&)>& change) const {
    TensorFile file = decode_tensors(bytes, "c");
    change(file);
    folder.write("c", encode_tensors(file));
    try {
      train(data, data, options, {});
      return "";
    } catch (const FormatError& error) {
      return error.what();
    }
  }

  const TrainingData data = shown_pages(12, 6, 3, 1);
  TrainingOptions options;
  const ScratchFolder folder;
  std::string bytes;
};

Tensor& tensor(TensorFile& file, const std::string& name) {
  for (Tensor& one : file.tensors) {
    if (one.name == name) return one;
  }
  throw std::runtime_error("no tensor " + name);
}

void drop(TensorFile& file, const std::string& front) {
  file.tensors.erase(std::remove_if(file.tensors.begin(), file.tensors.end(),
                                    [&](const Tensor& one) { return one.name.compare(0, front.size(), front) == 0; }),
                     file.tensors.end());
}

void put_floats(TensorFile& file, const std::string& name, std::vector<std::int64_t> shape) {
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) size *= extent;
  const std::vector<float> zeros(static_cast<std::size_t>(size));
  tensor(file, name) = make_tensor(name, std::move(shape), zeros.data());
}

void put_integers(TensorFile& file, const std::string& name, const std::vector<std::int64_t>& numbers) {
  tensor(file, name) = make_tensor(name, {static_cast<std::int64_t>(numbers.size())}, numbers.data());
}

}  // namespace

TEST_CASE("forged shapes and counters of a checkpoint are refused before they are used", "[trainer][checkpoint]") {
  const StoppedRun run;
  const auto refused = [&](const std::function<void(TensorFile&)>& change) {
    CHECK_THAT(run.answer(change), Contains("start") && Contains("restart"));
  };
  for (const std::string player : {"discriminator", "generator"}) {
    for (const std::string part : {".weights", ".average", ".first_moment", ".second_moment"}) {
      CAPTURE(player, part);
      const std::string name = player + part;
      refused([&](TensorFile& file) { drop(file, name); });
      refused([&](TensorFile& file) { drop(file, name + ".1"); });
      refused([&](TensorFile& file) {
        put_floats(file, name + ".0.weight", {1, 1});
        put_floats(file, name + ".0.bias", {1});
        put_floats(file, name + ".1.weight", {1, 1});
      });
      const auto width = decode_tensors(run.bytes, "c").tensor(name + ".0.weight", "F32", 2).shape[1];
      refused([&](TensorFile& file) {
        put_floats(file, name + ".0.weight", {5000, width});
        put_floats(file, name + ".0.bias", {5000});
        put_floats(file, name + ".1.weight", {1, 5000});
      });
    }
    refused([&](TensorFile& file) { put_integers(file, player + ".num_steps", {-1}); });
  }
  for (const std::string part : {"value", "first_moment", "second_moment"}) {
    const auto put = [&](const std::vector<double>& numbers) {
      return [&, numbers](TensorFile& file) {
        const std::string name = "offsets." + part;
        tensor(file, name) = make_tensor(name, {static_cast<std::int64_t>(numbers.size())}, numbers.data());
      };
    };
    refused(put({}));
    refused(put({0, 0, 0, 0, 0}));
    refused(put({0, 0, 0, 0, 0, 0, 0}));
    refused(put({0, 0, 0, std::numeric_limits<double>::quiet_NaN(), 0, 0}));
  }
  for (const std::vector<std::int64_t>& position : std::vector<std::vector<std::int64_t>>{
           {-1, 1}, {2, 1}, {0, 1}, {1, -1}, {1, 2}, {1, 0}, {1, 4}, {1, std::int64_t{1} << 40}, {1}, {}}) {
    refused([&](TensorFile& file) { put_integers(file, "position", position); });
  }
  refused([&](TensorFile& file) { put_integers(file, "best.0.epoch", {7}); });
  refused([&](TensorFile& file) { drop(file, "best.0.discriminator"); });
  refused([&](TensorFile& file) { drop(file, "done.0"); });
  refused([&](TensorFile& file) { drop(file, "done.0.generator"); });
  refused([&](TensorFile& file) { put_floats(file, "done.0.discriminator.1.weight", {2, 4}); });
  for (const char* record : {"[]", "null", "{}", R"({"networks":[]})", R"({"networks":[{},{}]})"}) {
    refused([&](TensorFile& file) { file.metadata["record"] = record; });
  }
  refused([&](TensorFile& file) {
    file.metadata["record"] = R"({"x":)" + std::string(300'000, '[') + std::string(300'000, ']') + "}";
  });
  CHECK(run.answer([](TensorFile&) {}).empty());
}

}  // namespace irgan::forged_checkpoint_test
