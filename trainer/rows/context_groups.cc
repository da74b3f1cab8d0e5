#include "trainer/rows/context_groups.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "irgan/feature_schema.h"

namespace irgan {
namespace {

constexpr char kGroupMark = '\x1E';  // the last one in an id is ours

}  // namespace

ContextGroups::ContextGroups(const std::vector<std::string>& names, const std::vector<std::string>& features)
    : names_(names) {
  bool any = false;
  values_.resize(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string beginning = context_feature(names[i], "");
    for (const std::string& feature : features) {
      if (feature.compare(0, beginning.size(), beginning) != 0) continue;
      values_[i].emplace(feature.substr(beginning.size()), values_[i].size() + 1);
      any = true;
    }
  }
  if (!any) values_.clear();
}

std::size_t ContextGroups::number_of(const ClickRow& row) {
  std::uint64_t combination = 0;  // at most 17 to the power of 8
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto value = values_[i].find(row.contexts[i]);
    combination = combination * (values_[i].size() + 1) + (value == values_[i].end() ? 0 : value->second);
  }
  const auto [place, is_new] = numbers_.try_emplace(combination, contexts_.size());
  if (!is_new) return place->second;
  SearchContext& context = contexts_.emplace_back();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].count(row.contexts[i]) > 0) context.emplace(names_[i], row.contexts[i]);
  }
  return place->second;
}

ClickLogOptions with_contexts(ClickLogOptions reading, const std::vector<std::string>& features) {
  FeatureSchema asked;
  asked.features = features;
  for (std::string& name : context_names(asked)) {
    const auto end = reading.contexts.end();
    if (std::find(reading.contexts.begin(), end, name) == end) reading.contexts.push_back(std::move(name));
  }
  return reading;
}

std::string in_group(const std::string& query_id, std::size_t group) {
  return query_id + kGroupMark + std::to_string(group);
}

std::pair<std::string_view, std::size_t> grouped(std::string_view id) {
  const std::size_t mark = id.rfind(kGroupMark);
  std::size_t group = 0;
  std::from_chars(id.data() + mark + 1, id.data() + id.size(), group);
  return {id.substr(0, mark), group};
}

}  // namespace irgan
