#include "trainer/evidence/click_history.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "plugin/src/features/clicked_field.h"
#include "trainer/evidence/decay.h"
#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr double kShareSmoothing = 1.0;     // clicks that a query is taken to have had on nothing
constexpr std::size_t kMaxStemBytes = 200;  // with its prefix inside Xapian's limit of 245

// Parts of sessions hang on this hash: another one would deal every log anew.
std::uint64_t session_hash(std::string_view session) {
  return session.empty() ? 0 : std::max<std::uint64_t>(std::hash<std::string_view>()(session), 1);
}

std::uint32_t number_of(const std::string& text, std::unordered_map<std::string, std::uint32_t>& numbers,
                        std::vector<std::string>& texts) {
  const auto [place, is_new] = numbers.emplace(text, static_cast<std::uint32_t>(texts.size()));
  if (is_new) texts.push_back(text);
  return place->second;
}

// How many distinct sessions each of `size` things was seen in; sorts `seen`.
std::vector<std::size_t> count_sessions(std::vector<std::pair<std::uint32_t, std::uint64_t>>& seen, std::size_t size) {
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  std::vector<std::size_t> counts(size);
  for (const auto& [thing, session] : seen) ++counts[thing];
  return counts;
}

}  // namespace

std::size_t ClickParts::part_of(const ClickRow& row) {
  if (row.time) last_time_ = *row.time;
  return part_of(last_time_, session_hash(row.session));
}

std::size_t ClickParts::part_of(double time, std::uint64_t session) const {
  if (way_ == HeldOut::sessions) return mix_hash(0, session) % num_parts_;
  return static_cast<std::size_t>(std::upper_bound(first_times_.begin(), first_times_.end(), time) -
                                  first_times_.begin());
}

std::uint32_t ClickHistory::query_of(const ClickRow& row, const std::string& query_id) {
  const auto known = query_of_id_.find(query_id);
  if (known != query_of_id_.end()) return known->second;
  std::vector<std::uint32_t> words;
  std::string joined;
  for (const std::string& stem : stems_of_(row, query_id)) {
    if (stem.size() > kMaxStemBytes) continue;
    words.push_back(number_of(stem, number_of_word_, words_));
    joined += stem + ' ';
  }
  const auto [place, is_new] = query_of_stems_.emplace(joined, static_cast<std::uint32_t>(words_of_query_.size()));
  if (is_new) words_of_query_.push_back(std::move(words));
  query_of_id_.emplace(query_id, place->second);
  return place->second;
}

void ClickHistory::add(const ClickRow& row, const std::string& query_id, bool is_held_out) {
  if (row.time) {
    if (!has_times_) {  // what came before is taken to be as old, as by ClickAggregator
      for (Click& click : clicks_) click.time = *row.time;
    }
    has_times_ = true;
    last_time_ = *row.time;
  }
  if (!row.clicked) return;
  has_sessions_ = has_sessions_ || !row.session.empty();
  clicks_.push_back({last_time_, session_hash(row.session), query_of(row, query_id),
                     number_of(std::string(row.document_id), number_of_document_, documents_),
                     static_cast<float>(row.count), is_held_out});
}

ClickParts ClickHistory::parts(HeldOut way, std::size_t num_parts) const {
  assert(!clicks_.empty() && num_parts > 1);
  std::vector<double> first_times;
  if (way == HeldOut::later) {
    std::vector<double> times;
    times.reserve(clicks_.size());
    for (const Click& click : clicks_) times.push_back(click.time);
    std::sort(times.begin(), times.end());
    for (std::size_t part = 1; part < num_parts; ++part) first_times.push_back(times[part * times.size() / num_parts]);
  }
  return {way, num_parts, std::move(first_times)};
}

Behaviour ClickHistory::behaviour(const std::string& prefix, const BehaviourOptions& options) const {
  std::vector<const Click*> clicks;
  for (const Click& click : clicks_) clicks.push_back(&click);
  return behaviour_of(clicks, prefix, options);
}

Behaviour ClickHistory::behaviour(const std::string& prefix, const BehaviourOptions& options, const ClickParts& parts,
                                  std::size_t part, double hidden_share, bool with_held_out) const {
  std::vector<bool> is_hidden;
  for (const std::string& id : documents_) {
    is_hidden.push_back(std::ldexp(static_cast<double>(text_hash(id, part)), -64) < hidden_share);
  }
  std::vector<const Click*> clicks;
  for (const Click& click : clicks_) {
    if (click.is_held_out && !with_held_out) continue;
    if (!is_hidden[click.document] && parts.sees(part, parts.part_of(click.time, click.session)))
      clicks.push_back(&click);
  }
  return behaviour_of(clicks, prefix, options);
}

std::vector<std::size_t> ClickHistory::sessions_of_queries(const std::vector<const Click*>& clicks) const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> seen;
  seen.reserve(clicks.size());
  for (const Click* click : clicks) seen.emplace_back(click->query, click->session);
  return count_sessions(seen, words_of_query_.size());
}

std::vector<bool> ClickHistory::frequent_words(const std::vector<const Click*>& clicks,
                                               std::size_t min_sessions) const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> seen;
  for (const Click* click : clicks) {
    for (const std::uint32_t word : words_of_query_[click->query]) seen.emplace_back(word, click->session);
  }
  std::vector<bool> are_frequent;
  for (const std::size_t count : count_sessions(seen, words_.size())) are_frequent.push_back(count >= min_sessions);
  return are_frequent;
}

Behaviour ClickHistory::behaviour_of(const std::vector<const Click*>& clicks, const std::string& prefix,
                                     const BehaviourOptions& options) const {
  const Decay decay(has_times_ ? options.half_life_days : 0.0);
  double newest = ClickParts::kUndated;
  for (const Click* click : clicks) newest = std::max(newest, click->time);
  std::vector<double> of_query(words_of_query_.size());
  std::vector<double> of_word(words_.size());
  std::vector<double> of_document(documents_.size());
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> of_pair;  // document, query
  for (const Click* click : clicks) {
    const double amount = static_cast<double>(click->count) * decay.after(newest - click->time);
    of_query[click->query] += amount;
    for (const std::uint32_t word : words_of_query_[click->query]) of_word[word] += amount;
    of_document[click->document] += amount;
    of_pair[{click->document, click->query}] += amount;
  }
  double total = 0.0;
  double num_clicked = 0.0;
  for (const double amount : of_document) {
    total += amount;
    num_clicked += amount > 0.0 ? 1.0 : 0.0;
  }

  const auto share = [](double part, double whole) { return std::min(part / (whole + kShareSmoothing), 1.0); };
  const std::vector<std::size_t> num_sessions = sessions_of_queries(clicks);
  const std::vector<bool> is_frequent = frequent_words(clicks, options.min_sessions);
  Behaviour behaviour;
  for (auto pair = of_pair.begin(); pair != of_pair.end();) {
    const std::uint32_t document = pair->first.first;
    DocumentBehaviour known;
    std::map<std::uint32_t, double> clicks_of_word;
    for (; pair != of_pair.end() && pair->first.first == document; ++pair) {
      const std::uint32_t query = pair->first.second;
      std::vector<std::string> stems;
      for (const std::uint32_t word : words_of_query_[query]) {
        stems.push_back(words_[word]);
        if (is_frequent[word]) clicks_of_word[word] += pair->second;
      }
      if (stems.empty() || num_sessions[query] < options.min_sessions) continue;
      known.terms.push_back(query_share_term(prefix, stems, share(pair->second, of_query[query])));
    }
    for (const auto& [word, amount] : clicks_of_word) {
      known.words.push_back(words_[word]);
      known.terms.push_back(clicked_word_term(prefix, words_[word]));
      known.terms.push_back(word_share_term(prefix, words_[word], share(amount, of_word[word])));
    }
    known.terms.erase(std::remove(known.terms.begin(), known.terms.end(), ""), known.terms.end());
    if (of_document[document] <= 0.0) continue;  // so old that nothing is left of it
    known.popularity = std::log1p(of_document[document] * num_clicked / total);
    behaviour.emplace(documents_[document], std::move(known));
  }
  return behaviour;
}

}  // namespace irgan
