/// The feature rows of a pool: its own, or those of a file that is mapped into memory.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <new>
#include <utility>

#include "irgan/candidate.h"

namespace irgan {

/// A matrix that is read, not changed; copies share its numbers. To change some, make a FeatureMatrix of it and assign
/// that.
///
/// Shapes: documents x features, row-major; NaN is missing
class FeatureRows : public Eigen::Map<const FeatureMatrix> {
 public:
  using View = Eigen::Map<const FeatureMatrix>;

  FeatureRows() : View(nullptr, 0, 0) {}
  FeatureRows(FeatureMatrix rows) : FeatureRows(std::make_shared<const FeatureMatrix>(std::move(rows))) {}
  template <class Expression>
  FeatureRows(const Eigen::DenseBase<Expression>& rows) : FeatureRows(FeatureMatrix(rows)) {}
  /// rows: numbers that live as long as `owner`
  FeatureRows(const View& rows, std::shared_ptr<const void> owner) : View(rows), owner_(std::move(owner)) {}
  FeatureRows(const FeatureRows& other) = default;

  FeatureRows& operator=(const FeatureRows& other) {
    owner_ = other.owner_;
    new (static_cast<View*>(this)) View(other.data(), other.rows(), other.cols());  // assigning would copy the numbers
    return *this;
  }

 private:
  explicit FeatureRows(const std::shared_ptr<const FeatureMatrix>& rows)
      : View(rows->data(), rows->rows(), rows->cols()), owner_(rows) {}

  std::shared_ptr<const void> owner_;
};

}  // namespace irgan
