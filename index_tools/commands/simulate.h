/// The command `simulate`: makes a click log of simulated users.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "trainer/simulation/user_model.h"

namespace irgan {

struct SimulateOptions {
  DatabaseOptions database;
  std::string queries;
  std::string qrels;
  std::string model;
  std::string out;
  std::string date = "2026-01-01";
  std::size_t depth = 0;
  UserModel users;
  double explore = 0.0;
  double temperature = 1.0;
  /// Two model files, or kFirstStageName for one of them: compare these instead of making a log of one order.
  std::vector<std::string> compare;
  std::uint64_t seed = 1;
};

void add_options(SimulateOptions& options, OptionTable& table);

/// Lets every query of the file be asked by simulated sessions, shows them the order of the model (or of Xapian), and
/// writes what they saw and clicked as impressions: session, time, query_id, doc_id, rank, clicked; with `explore` also
/// log_probability, empty for the sessions that saw the best order, and what the exploring cost its users.
void run(const SimulateOptions& options, std::ostream& out);

}  // namespace irgan
