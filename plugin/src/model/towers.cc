#include "irgan/towers.h"

#include <cmath>

namespace irgan {
namespace {

using Eigen::Index;

constexpr float kLargestNumber = 2047.0F;  // a sum over 4,096 dimensions of 127 times it fits into 31 bits

}  // namespace

VectorQuery Towers::query(const Eigen::Ref<const Eigen::VectorXf>& query_vector) const {
  const Eigen::VectorXf wanted = scale * (weight.transpose() * query_vector);
  const float largest = wanted.cwiseAbs().maxCoeff();
  if (!(largest > 0.0F) || !std::isfinite(largest)) return {};
  VectorQuery query{std::vector<std::int16_t>(static_cast<std::size_t>(wanted.size())), largest / kLargestNumber};
  for (Index i = 0; i < wanted.size(); ++i) {
    query.numbers[static_cast<std::size_t>(i)] =
        static_cast<std::int16_t>(std::lround(wanted[i] / largest * kLargestNumber));
  }
  return query;
}

}  // namespace irgan
