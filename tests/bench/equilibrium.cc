// Prints the tabular game's way to its equilibrium: KL(p_true || p_theta) every 200 steps, a column a form of the game.
//
// Build and run: cmake --build --preset dev --target irgan_equilibrium && build/dev/tests/irgan_equilibrium
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "tests/trainer/table_game.h"

using namespace irgan;

namespace {

struct Form {
  const char* name;
  GameOptions options;
};

std::vector<Form> forms() {
  std::vector<Form> all{{"ratio, exact", {}},
                        {"ratio, K = 64", {}},
                        {"ratio, K = 16", {}},
                        {"plain, exact", {}},
                        {"mixture's ratio", {}}};
  all[1].options.samples = 64;
  all[2].options.samples = 16;
  all[3].options.form = DiscriminatorForm::plain;
  all[3].options.lambda = 0.0;
  all[3].options.discriminator_steps = 5;
  all[4].options.reward_ratio = RewardRatio::mixture;
  return all;
}

}  // namespace

int main() {
  constexpr int kSteps = 2000;
  constexpr int kSeeds = 3;
  std::vector<std::vector<double>> columns;
  std::cout << "| step |";
  for (const Form& form : forms()) {
    std::vector<double> mean(kSteps / 200 + 1, 0.0);
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      const std::vector<double> curve = TableGame(seed).play(form.options, kSteps, 0.05);
      for (std::size_t i = 0; i < curve.size(); ++i) mean[i] += curve[i] / kSeeds;
    }
    columns.push_back(mean);
    std::cout << ' ' << form.name << " |";
  }
  std::cout << "\n|---|";
  for (std::size_t i = 0; i < columns.size(); ++i) std::cout << "---|";
  std::cout << '\n' << std::scientific << std::setprecision(1);
  for (std::size_t i = 0; i < columns.front().size(); ++i) {
    std::cout << "| " << i * 200 << " |";
    for (const auto& column : columns) std::cout << ' ' << column[i] << " |";
    std::cout << '\n';
  }
}
