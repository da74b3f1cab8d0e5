/// Writes a model that repeats the first stage's order: it fits every index, and a search by it must be as before.
/// Use: irgan_repeating_model FILE
#include <fstream>
#include <iostream>

#include "irgan/model.h"
#include "tests/plugin/small_model.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "Use: irgan_repeating_model FILE\n";
    return 2;
  }
  irgan::FeatureSchema schema;
  schema.features = {"first_stage.score"};
  const std::string bytes = irgan::model_of(irgan::linear_model(std::move(schema), {1.0F}))->to_bytes();
  std::ofstream(argv[1], std::ios::binary) << bytes;
}
