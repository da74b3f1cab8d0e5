#include "trainer/evidence/log_split.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "trainer/machine/hash.h"
#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

constexpr std::size_t kMostKept = std::size_t{1} << 17;

}  // namespace

bool is_held_out(std::string_view id, double share, std::uint64_t seed) {
  const std::uint64_t hash = text_hash(id, seed);
  return std::ldexp(static_cast<double>(hash), -64) < share;
}

const char* to_string(LogSplit split) {
  switch (split) {
    case LogSplit::time:
      return "time";
    case LogSplit::session:
      return "session";
    default:
      return "query";
  }
}

// Each row so far is kept with the same chance: algorithm R of Vitter, "Random Sampling with a Reservoir", 1985.
void TimeSample::add(double time) {
  ++num_seen_;
  if (kept_.size() < kMostKept) {
    kept_.push_back(time);
    return;
  }
  const std::uint64_t place = std::uniform_int_distribution<std::uint64_t>(0, num_seen_ - 1)(random_);
  if (place < kMostKept) kept_[place] = time;
}

std::optional<double> TimeSample::beginning_of_last(double share) const {
  if (kept_.empty()) return std::nullopt;
  std::vector<double> times = kept_;
  const auto count = static_cast<double>(times.size());
  const auto first = static_cast<std::size_t>(std::min(std::floor(count * (1.0 - share)), count - 1.0));
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(first), times.end());
  const double beginning = times[first];
  const bool leaves_training = std::any_of(times.begin(), times.end(), [&](double time) { return time < beginning; });
  return leaves_training ? std::optional<double>(beginning) : std::nullopt;
}

RowSplit::RowSplit(const SplitOptions& options, double beginning) : options_(options), beginning_(beginning) {}

bool RowSplit::is_held_out(const ClickRow& row, const std::string& query_id) {
  switch (options_.by) {
    case LogSplit::query:
      return irgan::is_held_out(query_id, options_.share, options_.seed);
    case LogSplit::session:
      return irgan::is_held_out(row.session, options_.share, options_.seed);
    default:
      break;
  }
  if (row.time) last_time_ = row.time;
  return last_time_ && *last_time_ >= beginning_;
}

std::string RowSplit::description() const {
  std::string text = to_string(options_.by);
  const std::string date = options_.by == LogSplit::time ? utc_text(beginning_) : "";
  return date.empty() ? text : text + " from " + date;
}

}  // namespace irgan
