#include "index_tools/reports/trial_lines.h"

#include <iomanip>
#include <ostream>
#include <sstream>
#include <utility>
#include <variant>

#include "trainer/training/recipe.h"

namespace irgan {
namespace {

// A value as its flag takes it.
struct FlagText {
  const TrainingOptions& options;
  std::ostream& out;

  template <class Value>
  void operator()(const Number<Value>& number) const {
    out << number.member.of(options);
  }
  void operator()(const Numbers& numbers) const {
    const char* comma = "";
    for (const int number : numbers.member.of(options)) out << std::exchange(comma, ",") << number;
  }
  void operator()(const Text& text) const { out << text.member.of(options); }
  void operator()(const Choice& choice) const { out << choice.name_of(options); }
};

}  // namespace

std::string trial_line(const Trial& trial) {
  std::ostringstream line;
  line << std::setw(5) << trial.number << std::setw(8) << trial.epochs << "  " << std::fixed << std::setprecision(4)
       << std::setw(10) << trial.validation << std::defaultfloat << std::setprecision(3) << ' ';
  for (const char* name : kTried) {
    const HyperParameter& tried = hyper_parameter(name);
    line << " --" << tried.flag << ' ';
    std::visit(FlagText{trial.options, line}, tried.value);
  }
  return line.str();
}

std::string trial_table(const std::vector<Trial>& trials) {
  std::string table = "trial  epochs  validation  setting\n";
  for (const Trial& trial : trials) table += trial_line(trial) + '\n';
  return table;
}

}  // namespace irgan
