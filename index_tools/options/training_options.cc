#include "index_tools/options/training_options.h"

#include <algorithm>
#include <string>

namespace irgan {
namespace {

/// Adds the flag of one hyper-parameter.
struct Flag {
  TrainingOptions& options;
  OptionTable& table;
  const HyperParameter& row;

  template <class Value>
  void operator()(const Number<Value>& number) const {
    table.number(row.flag, number.member.of(options), number.low, number.high, row.text);
  }
  void operator()(const Numbers& numbers) const {
    table.numbers(row.flag, numbers.member.of(options), numbers.low, numbers.high, row.text);
  }
  void operator()(const Text& text) const { table.text(row.flag, text.member.of(options), row.text, "NAME"); }
  void operator()(const Choice& choice) const {
    table.choice(row.flag, choice.names, choice.name_of(options), row.text,
                 [&options = options, &choice](const std::string& name) { return choice.set(options, name); });
  }
};

}  // namespace

void add_training_options(TrainingOptions& options, OptionTable& table) {
  for (const HyperParameter& row : recipe()) {
    table.group(row.group);
    std::visit(Flag{options, table, row}, row.value);
  }
  table.group("Machine");
  options.checkpoint_seconds = 1;
  table.number("checkpoint-seconds", options.checkpoint_seconds, 0, 86400,
               "seconds between checkpoints of the run, at least; 0: one after every epoch");
  table.flag("restart", options.restart, "do not go on with an interrupted run of the same model");
}

std::string flag_of(const std::string& member) {
  for (const HyperParameter& row : recipe()) {
    if (member == row.name) return std::string("--") + row.flag;
  }
  std::string flag = "--" + member;
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

}  // namespace irgan
