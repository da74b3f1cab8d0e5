#include "irgan/click_memory.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/memory_codec.h"
#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

// An entry's place in `table`; table.size if it has none.
std::size_t find(const MemoryTable& table, std::uint64_t key) {
  const std::uint64_t* const place = std::lower_bound(table.keys, table.keys + table.size, key);
  return place != table.keys + table.size && *place == key ? static_cast<std::size_t>(place - table.keys) : table.size;
}

}  // namespace

struct ClickMemory::State {
  FileBytes file;
  MemoryView view;
  std::string version;
  double average_length = 0.0;

  State(FileBytes bytes, const std::string& origin)
      : file(std::move(bytes)), view(view_memory(file.view(), origin)), version(hex_digest(file.view())) {
    const std::size_t count = view.facts.num_documents;
    if (count > 0)
      average_length = std::accumulate(view.lengths, view.lengths + count, 0.0) / static_cast<double>(count);
  }
};

ClickMemory::ClickMemory(std::unique_ptr<const State> state) : state_(std::move(state)) {}
ClickMemory::~ClickMemory() = default;

std::shared_ptr<const ClickMemory> ClickMemory::from_file(const std::string& path) {
  return std::shared_ptr<const ClickMemory>(
      new ClickMemory(std::make_unique<const State>(FileBytes::of_file(path), path)));
}

std::shared_ptr<const ClickMemory> ClickMemory::from_bytes(std::string_view bytes, const std::string& origin) {
  return std::shared_ptr<const ClickMemory>(
      new ClickMemory(std::make_unique<const State>(FileBytes::copy_of(bytes), origin)));
}

RememberedQuery ClickMemory::query(const std::vector<std::string>& words) const {
  RememberedQuery remembered;
  const MemoryTable& table = state_->view.queries;
  const std::size_t place = words.empty() ? table.size : find(table, query_key(words));
  if (place == table.size) return remembered;
  remembered.num_clicks = table.totals[place];
  for (std::uint64_t i = table.begin_of(place); i < table.ends[place]; ++i) {
    remembered.documents.push_back({state_->view.id(table.documents[i]), table.clicks[i]});
  }
  return remembered;
}

std::vector<RememberedDocument> ClickMemory::by_words(const std::vector<std::string>& words, std::size_t most) const {
  const MemoryView& view = state_->view;
  const auto num_documents = static_cast<double>(view.facts.num_documents);
  std::unordered_map<std::uint32_t, double> scores;
  for (const std::string& word : words) {
    const std::size_t place = find(view.words, word_key(word));
    if (most == 0 || place == view.words.size) continue;
    const std::uint64_t begin = view.words.begin_of(place);
    const auto frequency = static_cast<double>(view.words.ends[place] - begin);
    const double idf = std::log1p((num_documents - frequency + 0.5) / (frequency + 0.5));
    for (std::uint64_t i = begin; i < view.words.ends[place]; ++i) {
      const std::uint32_t document = view.words.documents[i];
      const double clicks = view.words.clicks[i];
      scores[document] += idf * 2.0 * clicks / (clicks + 0.5 + 0.5 * view.lengths[document] / state_->average_length);
    }
  }
  std::vector<std::pair<double, std::uint32_t>> ranked;
  for (const auto& [document, score] : scores) {
    if (score > 0.0) ranked.emplace_back(-score, document);
  }
  const std::size_t count = std::min(most, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count), ranked.end());
  std::vector<RememberedDocument> best;
  for (std::size_t i = 0; i < count; ++i) best.push_back({view.id(ranked[i].second), -ranked[i].first});
  return best;
}

const MemoryFacts& ClickMemory::facts() const { return state_->view.facts; }
const std::string& ClickMemory::version() const { return state_->version; }
std::string_view ClickMemory::bytes() const { return state_->file.view(); }

Eigen::VectorXd scores_with_memory(const Eigen::Ref<const Eigen::VectorXf>& scores,
                                   const Eigen::Ref<const Eigen::VectorXd>& clicks, double num_clicks,
                                   double prior_clicks) {
  assert(scores.size() == clicks.size() && num_clicks >= 0.0 && prior_clicks > 0.0);
  if (scores.size() == 0) return {};
  Eigen::VectorXd chances = (scores.cast<double>().array() - static_cast<double>(scores.maxCoeff())).exp();
  chances /= chances.sum();
  return (clicks + prior_clicks * chances) / (num_clicks + prior_clicks);
}

Eigen::VectorXd gain_by_memory(const Eigen::Ref<const Eigen::VectorXf>& scores,
                               const Eigen::Ref<const Eigen::VectorXd>& clicks, double prior_clicks) {
  assert(scores.size() == clicks.size() && prior_clicks > 0.0);
  constexpr double kLargestExponent = 700.0;  // exp() of more is infinite; log(1 + exp(x)) is x long before
  if (scores.size() == 0) return {};
  const Eigen::ArrayXd shifted = scores.cast<double>().array() - static_cast<double>(scores.maxCoeff());
  const Eigen::ArrayXd log_chances = shifted - std::log(shifted.exp().sum());
  Eigen::VectorXd gains = Eigen::VectorXd::Zero(scores.size());
  for (Eigen::Index i = 0; i < gains.size(); ++i) {
    if (!(clicks[i] > 0.0)) continue;
    const double log_ratio = std::log(clicks[i] / prior_clicks) - log_chances[i];
    gains[i] = log_ratio > kLargestExponent ? log_ratio : std::log1p(std::exp(log_ratio));
  }
  return gains;
}

}  // namespace irgan
