/// The features that the generator sees, which may be fewer than the discriminator's.
#pragma once

#include <string>
#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/encoding/binned_rows.h"
#include "plugin/src/model/network.h"

namespace irgan {

/// A generator scores whole pools, the discriminator only what was drawn: on deep pools it pays to show the generator
/// features that cost little.
class IRGAN_API GeneratorInputs {
 public:
  /// names: "all"; "cheap", which are those that need no postings: first stage, query length, value slots; or names of
  ///        features with commas between
  ///
  /// Throws: ConfigError naming generator_features and what it does not know
  GeneratorInputs(const FeatureSchema& schema, const Encoding& encoding, const std::string& names);

  bool sees_all() const { return sees_all_; }
  Eigen::Index width() const { return static_cast<Eigen::Index>(columns_.size()); }

  const BinLayout& layout() const { return layout_; }

  /// Bins the generator's features of an example's documents, relative to their whole pool.
  void bin(const Pool& pool, const std::vector<Eigen::Index>& rows, BinnedRows& binned) const;

  /// Returns the network that gives the same scores from the discriminator's inputs: what the generator does not see
  /// has weight 0 in it.
  ///
  /// Requires: network.num_inputs() == width()
  Network widened(const Network& network) const;

 private:
  std::vector<Eigen::Index> features_;  // of the schema
  std::vector<Eigen::Index> columns_;   // of the whole encoding, in the order of features_
  Eigen::Index full_width_;
  BinLayout layout_;  // of features_
  bool sees_all_;
};

}  // namespace irgan
