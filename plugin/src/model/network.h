/// The feed-forward network that both players are, and its forward pass, shared by training and serving.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/errors.h"
#include "plugin/src/encoding/binned_rows.h"

namespace irgan {

struct TensorFile;

/// h_0 = x;  h_l = tanh(h_(l-1) weight_l + bias_l);  score = h_(L-1) weight_L + bias_L, one output.
struct IRGAN_API Network {
  struct Layer {
    FeatureMatrix weight;  ///< inputs x outputs
    Eigen::VectorXf bias;  ///< outputs
  };
  std::vector<Layer> layers;

  Eigen::Index num_inputs() const { return layers.front().weight.rows(); }

  /// What a forward pass leaves for the backward pass: the outputs of the hidden layers, rows x units each.
  struct Activations {
    std::vector<FeatureMatrix> hidden;
  };

  /// Returns one score a row.
  ///
  /// Shapes:   inputs: n x num_inputs(); result: n
  /// Requires: at least one layer, the last with one output
  /// Cost:     n * number of weights multiplications; allocates only what `activations` does not hold yet
  Eigen::VectorXf forward(const Eigen::Ref<const FeatureMatrix>& inputs, Activations& activations) const;

  /// The same for binned rows, as training and serving have them: a few operations a feature for the first layer.
  ///
  /// bases:    first_bases() of the layout and the first layer's weights
  /// Requires: num_inputs() == rows.layout->num_columns
  Eigen::VectorXf forward(const BinnedRows& rows, const FeatureMatrix& bases, Activations& activations) const;

  /// Returns the gradient of each row's score with respect to its inputs, for the activations of its forward pass.
  ///
  /// Shapes: result: n x num_inputs()
  FeatureMatrix input_gradient(const Activations& activations, Eigen::Index num_rows) const;
};

/// Adds the network's tensors to `file`: "{name}.{layer}.weight" in PyTorch's orientation (outputs x inputs) and
/// "{name}.{layer}.bias".
IRGAN_API void put_network(const std::string& name, const Network& network, TensorFile& file);

/// Returns the network of that name; one without layers if `file` has none.
///
/// Throws: FormatError if a layer does not fit its neighbours or a number is not finite
IRGAN_API Network get_network(const std::string& name, const TensorFile& file);

}  // namespace irgan
