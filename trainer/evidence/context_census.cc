#include "trainer/evidence/context_census.h"

#include <algorithm>
#include <functional>
#include <map>

#include "irgan/feature_schema.h"

namespace irgan {
namespace {

constexpr std::size_t kMostCounted = 10'000;
constexpr std::size_t kLongestValue = 64;  // bytes: what is longer is no name of a group

}  // namespace

struct ContextCensus::Values {
  std::string name;
  std::map<std::string, double, std::less<>> clicks;
  double missing = 0.0;
  double others = 0.0;  // of values that are not counted apart
  bool has_others = false;
};

ContextCensus::ContextCensus(const std::vector<std::string>& names) : contexts_(names.size()) {
  for (std::size_t i = 0; i < names.size(); ++i) contexts_[i].name = names[i];
}
ContextCensus::~ContextCensus() = default;

void ContextCensus::add(const ClickRow& row) {
  if (!row.clicked) return;
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    Values& values = contexts_[i];
    const std::string_view value = row.contexts[i];
    if (value.empty()) {
      values.missing += row.count;
      continue;
    }
    const auto known = values.clicks.find(value);
    if (known != values.clicks.end()) {
      known->second += row.count;
    } else if (value.size() <= kLongestValue && values.clicks.size() < kMostCounted) {
      values.clicks.emplace(value, row.count);
    } else {
      values.others += row.count;
      values.has_others = true;
    }
  }
}

std::vector<ContextCount> ContextCensus::counts() const {
  std::vector<ContextCount> counts;
  for (const Values& values : contexts_) {
    ContextCount& count = counts.emplace_back();
    count.name = values.name;
    count.missing_clicks = values.missing;
    count.rare_clicks = values.others;
    count.num_rare = values.has_others ? 1 : 0;
    count.num_clicks = values.missing + values.others;
    for (const auto& [value, clicks] : values.clicks) {
      count.num_clicks += clicks;
      count.values.push_back({value, clicks});
    }
    std::stable_sort(count.values.begin(), count.values.end(),
                     [](const auto& a, const auto& b) { return a.clicks > b.clicks; });
    const double fewest = std::max(kFewestContextClicks, kLeastContextShare * count.num_clicks);
    const auto is_rare = [&](const ContextCount::Value& value) { return value.clicks < fewest; };
    const auto first_rare = std::find_if(count.values.begin(), count.values.end(), is_rare);
    const auto num_kept = std::min(static_cast<std::size_t>(first_rare - count.values.begin()), kMostContextValues);
    for (std::size_t i = num_kept; i < count.values.size(); ++i) count.rare_clicks += count.values[i].clicks;
    count.num_rare += count.values.size() - num_kept;
    count.values.resize(num_kept);
  }
  return counts;
}

std::vector<std::string> context_features(const std::vector<ContextCount>& counts) {
  std::vector<std::string> features;
  for (const ContextCount& count : counts) {
    for (const ContextCount::Value& value : count.values) features.push_back(context_feature(count.name, value.value));
  }
  return features;
}

}  // namespace irgan
