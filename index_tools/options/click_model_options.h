/// The flags that say how clicks become labels.
#pragma once

#include <optional>
#include <string>

#include "index_tools/options/option_table.h"
#include "trainer/labels/click_model.h"

namespace irgan {

struct ClickModelFlags {
  ClickModel model = ClickModel::automatic;
  std::string propensities;
  std::optional<double> clip;  ///< not set: as ClickModelSettings has it

  void add_to(OptionTable& table);

  /// Returns the half-life to read a log with: the one that was given, or what the model wants.
  ///
  /// Throws: ConfigError if the two exclude each other
  std::optional<double> half_life(std::optional<double> given) const;

  /// Throws: ConfigError if the flags exclude each other; what reading the propensities throws
  ClickModelSettings settings(std::uint64_t seed, unsigned num_threads) const;
};

}  // namespace irgan
