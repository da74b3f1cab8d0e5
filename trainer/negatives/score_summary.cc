#include "irgan/score_summary.h"

#include <algorithm>
#include <cmath>

namespace irgan {
namespace {

constexpr double kSmallest = 1e-9;
const double kLogStep = std::log(1.01);

// 0 for 0, and counted from 1 up by size otherwise; negative for negative values.
std::int32_t bucket_of(double value) {
  const double size = std::abs(value);
  if (size < kSmallest) return 0;
  const auto step = static_cast<std::int32_t>(std::floor(std::log(size / kSmallest) / kLogStep)) + 1;
  return value > 0.0 ? step : -step;
}

double middle_of(std::int32_t bucket) {
  if (bucket == 0) return 0.0;
  const double size = kSmallest * std::exp(kLogStep * (std::abs(bucket) - 0.5));
  return bucket > 0 ? size : -size;
}

}  // namespace

void ScoreSummary::add(double value) {
  if (!std::isfinite(value)) return;
  lowest_ = count_ == 0 ? value : std::min(lowest_, value);
  highest_ = count_ == 0 ? value : std::max(highest_, value);
  ++count_;
  sum_ += value;
  squares_ += value * value;
  ++buckets_[bucket_of(value)];
}

double ScoreSummary::mean() const { return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_); }

double ScoreSummary::deviation() const {
  if (count_ < 2) return 0.0;
  const double n = static_cast<double>(count_);
  return std::sqrt(std::max((squares_ - sum_ * sum_ / n) / (n - 1.0), 0.0));
}

double ScoreSummary::quantile(double q) const {
  const double wanted = q * static_cast<double>(count_ - 1);
  double below = 0.0;
  for (const auto& [bucket, count] : buckets_) {
    below += static_cast<double>(count);
    if (below > wanted) return std::clamp(middle_of(bucket), lowest_, highest_);
  }
  return highest_;
}

}  // namespace irgan
