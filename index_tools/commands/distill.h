/// The command `distill`: what a model can be in Xapian itself, and how much of it is kept.
#pragma once

#include <string>

#include "index_tools/options/database_options.h"
#include "index_tools/showing/console.h"
#include "trainer/distillation/distiller.h"

namespace irgan {

struct DistillOptions {
  DatabaseOptions database;
  DistillerOptions distiller;
  std::string out;
};

void add_options(DistillOptions& options, OptionTable& table);
void run(const DistillOptions& options, const Console& console);

}  // namespace irgan
