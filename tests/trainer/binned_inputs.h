// Inputs that a test has as plain numbers, as the networks take them.
#pragma once

#include "plugin/src/encoding/binned_rows.h"
#include "plugin/src/encoding/first_layer.h"
#include "plugin/src/model/network.h"

namespace irgan {

struct BinnedInputs {
  BinLayout layout;
  BinnedRows rows;

  explicit BinnedInputs(const FeatureMatrix& inputs) : layout(inputs.cols()) { rows.take(layout, inputs); }
  BinnedInputs(const BinnedInputs&) = delete;
  BinnedInputs& operator=(const BinnedInputs&) = delete;

  Eigen::VectorXd scores(const Network& network, Network::Activations& activations) const {
    return network.forward(rows, first_bases(layout, network.layers.front().weight), activations).cast<double>();
  }
};

}  // namespace irgan
