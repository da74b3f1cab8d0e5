#include "irgan/later_log.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <unordered_map>
#include <utility>

#include "trainer/evidence/examination.h"
#include "trainer/judging/later_searches.h"
#include "trainer/machine/hash.h"
#include "trainer/queries/query_resolver.h"
#include "trainer/rows/context_groups.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

constexpr std::size_t kFewestPairs = 30;  // that tell ranks apart: fewer are noise
constexpr double kNormal95 = 1.96;
constexpr const char* kServed = "as served";

/// A ranking's documents in numbers, for each query that the log has.
struct RankedPairs {
  std::string name;
  std::vector<std::vector<std::uint32_t>> pairs;  ///< by query, best first; LaterSearches::kNoPair: never shown
};

/// What all rankings come to under one weighting of the sessions.
struct Values {
  std::vector<double> clicks;  ///< expected, or MRR of clicks alone; of the served order first, where it is known
  std::vector<double> ndcg;
  std::vector<double> snips;  ///< NaN: no page matches
  std::vector<double> doubly_robust;
};

/// Counts by cell, and what follows from them.
class Judging {
 public:
  Judging(const LaterSearches& log, const std::vector<RankedPairs>& rankings, const LaterLogOptions& options,
          std::size_t num_queries)
      : log_(log), rankings_(rankings), options_(options), num_queries_(num_queries), cells_(log.cells()) {}

  /// weights: of the sessions
  Values values(const std::vector<float>& weights) {
    count(weights);
    Values result;
    if (!log_.has_impressions()) {
      for (const RankedPairs& ranking : rankings_) add_clicks_alone(ranking, weights, result);
      return result;
    }
    examination_ = options_.examination;
    if (examination_.empty()) examination_ = estimate_examination(cells_, static_cast<std::size_t>(log_.last_rank()));
    find_attraction();
    result.clicks.push_back(served_clicks());
    for (const RankedPairs& ranking : rankings_) result.clicks.push_back(expected_clicks(ranking));
    for (const RankedPairs& ranking : rankings_) add_first(ranking, weights, result);
    return result;
  }

  /// Of the last weighting:
  const std::vector<double>& examination() const { return examination_; }
  std::size_t depth() const {
    std::size_t known = 0;
    while (known < std::min(options_.depth, examination_.size()) && !std::isnan(examination_[known])) ++known;
    return known;
  }
  std::size_t telling_pairs() const { return num_telling_pairs(cells_, static_cast<std::size_t>(log_.last_rank())); }

  double uncovered(const RankedPairs& ranking) const {
    double missed = 0.0;
    double all = 0.0;
    for (std::size_t q = 0; q < num_queries_; ++q) {
      for (std::size_t r = 0; r < depth() && r < ranking.pairs[q].size(); ++r) {
        const double looks = searches_[q] * examination_[r];
        all += looks;
        if (is_unknown(ranking.pairs[q][r])) missed += looks;
      }
      if (ranking.pairs[q].empty()) {  // the whole query
        const double looks =
            searches_[q] *
            std::accumulate(examination_.begin(), examination_.begin() + static_cast<std::ptrdiff_t>(depth()), 0.0);
        all += looks;
        missed += looks;
      }
    }
    return all > 0.0 ? missed / all : 1.0;
  }

  /// Kish's size of the weights e(new rank) / e(shown rank) of all showings, as a share of the searches.
  double effective_searches(const RankedPairs& ranking) const {
    std::vector<double> looks(log_.num_pairs(), 0.0);
    for (const auto& pairs : ranking.pairs) {
      for (std::size_t r = 0; r < depth() && r < pairs.size(); ++r) {
        if (pairs[r] != LaterSearches::kNoPair) looks[pairs[r]] = examination_[r];
      }
    }
    double sum = 0.0;
    double squares = 0.0;
    double num_rows = 0.0;
    for (const PairAtRank& cell : cells_) {
      const double chance = chance_of(cell.rank);
      if (!(chance > 0.0)) continue;
      const double weight = looks[cell.pair] / chance;
      sum += cell.shown * weight;
      squares += cell.shown * weight * weight;
      num_rows += cell.shown;
    }
    const double searches = std::accumulate(searches_.begin(), searches_.end(), 0.0);
    return squares > 0.0 && num_rows > 0.0 ? searches * (sum * sum / squares) / num_rows : 0.0;
  }

  double num_matching(const RankedPairs& ranking) const {
    return static_cast<double>(std::count_if(log_.drawn().begin(), log_.drawn().end(),
                                             [&](const auto& page) { return is_first(ranking, page); }));
  }

 private:
  double chance_of(int rank) const {
    const auto at = static_cast<std::size_t>(rank - 1);
    return at < examination_.size() && !std::isnan(examination_[at]) ? examination_[at] : 0.0;
  }

  bool is_unknown(std::uint32_t pair) const { return pair == LaterSearches::kNoPair || std::isnan(attraction_[pair]); }

  static bool is_first(const RankedPairs& ranking, const LaterSearches::Drawn& page) {
    const std::vector<std::uint32_t>& pairs = ranking.pairs[page.query];
    return !pairs.empty() && pairs.front() == page.pair;
  }

  void count(const std::vector<float>& weights) {
    for (PairAtRank& cell : cells_) cell.shown = cell.clicks = 0.0;
    for (const LaterSearches::Row& row : log_.rows()) {
      const double weight = weights[row.session];
      cells_[row.cell].shown += weight * row.count;
      cells_[row.cell].clicks += weight * row.clicks;
    }
    searches_.assign(num_queries_, 0.0);
    for (const LaterSearches::Search& search : log_.searches()) searches_[search.query] += weights[search.session];
    num_searches_ = std::accumulate(searches_.begin(), searches_.end(), 0.0);
  }

  void find_attraction() {
    std::vector<double> looks(log_.num_pairs(), 0.0);
    attraction_.assign(log_.num_pairs(), 0.0);
    for (const PairAtRank& cell : cells_) {
      const double chance = chance_of(cell.rank);
      if (!(chance > 0.0)) continue;
      looks[cell.pair] += cell.shown * chance;
      attraction_[cell.pair] += cell.clicks;
    }
    for (std::size_t i = 0; i < looks.size(); ++i)
      attraction_[i] = looks[i] > 0.0 ? attraction_[i] / looks[i] : std::numeric_limits<double>::quiet_NaN();
  }

  double served_clicks() const {
    double clicks = 0.0;
    for (const PairAtRank& cell : cells_) {
      if (static_cast<std::size_t>(cell.rank) <= depth()) clicks += cell.clicks;
    }
    return clicks / num_searches_;
  }

  double expected_clicks(const RankedPairs& ranking) const {
    double clicks = 0.0;
    for (std::size_t q = 0; q < num_queries_; ++q) {
      double of_query = 0.0;
      for (std::size_t r = 0; r < depth() && r < ranking.pairs[q].size(); ++r) {
        if (!is_unknown(ranking.pairs[q][r])) of_query += examination_[r] * attraction_[ranking.pairs[q][r]];
      }
      clicks += searches_[q] * of_query;
    }
    return clicks / num_searches_;
  }

  // Clicks on the first document, by pages that were drawn to begin with it.
  void add_first(const RankedPairs& ranking, const std::vector<float>& weights, Values& result) const {
    double clicks = 0.0;
    double chances = 0.0;
    double corrections = 0.0;
    double direct = 0.0;
    double num_pages = 0.0;
    for (const LaterSearches::Drawn& page : log_.drawn()) {
      const double weight = weights[page.session];
      const std::vector<std::uint32_t>& pairs = ranking.pairs[page.query];
      if (weight == 0.0 || pairs.empty()) continue;
      const double expected =
          is_unknown(pairs.front()) ? 0.0 : std::min(attraction_[pairs.front()], 1.0) * chance_of(1);
      num_pages += weight;
      direct += weight * expected;
      if (!is_first(ranking, page)) continue;
      clicks += weight * page.clicks / page.chance;
      chances += weight / page.chance;
      corrections += weight * (page.clicks - expected) / page.chance;
    }
    const double nothing = std::numeric_limits<double>::quiet_NaN();
    result.snips.push_back(chances > 0.0 ? clicks / chances : nothing);
    result.doubly_robust.push_back(chances > 0.0 ? (direct + corrections) / num_pages : nothing);
  }

  // Each click by the place of its document in the ranking.
  void add_clicks_alone(const RankedPairs& ranking, const std::vector<float>& weights, Values& result) {
    if (places_.size() < rankings_.size()) places_.push_back(places_of(ranking));
    const std::vector<int>& places = places_[static_cast<std::size_t>(&ranking - rankings_.data())];
    double reciprocal = 0.0;
    double gain = 0.0;
    double clicks = 0.0;
    for (const LaterSearches::Row& row : log_.rows()) {
      const double weight = weights[row.session] * row.clicks;
      if (weight == 0.0) continue;
      const int place = places[cells_[row.cell].pair];
      clicks += weight;
      if (place == 0) continue;
      reciprocal += weight / place;
      if (static_cast<std::size_t>(place) <= options_.depth) gain += weight / std::log2(place + 1.0);
    }
    result.clicks.push_back(reciprocal / clicks);
    result.ndcg.push_back(gain / clicks);
  }

  std::vector<int> places_of(const RankedPairs& ranking) const {
    std::vector<int> places(log_.num_pairs(), 0);
    for (const auto& pairs : ranking.pairs) {
      for (std::size_t r = 0; r < pairs.size(); ++r) {
        if (pairs[r] != LaterSearches::kNoPair && places[pairs[r]] == 0) places[pairs[r]] = static_cast<int>(r) + 1;
      }
    }
    return places;
  }

  const LaterSearches& log_;
  const std::vector<RankedPairs>& rankings_;
  const LaterLogOptions& options_;
  const std::size_t num_queries_;
  std::vector<PairAtRank> cells_;
  std::vector<double> searches_;  // of each query
  double num_searches_ = 0.0;
  std::vector<double> examination_;
  std::vector<double> attraction_;        // of each pair; NaN: never looked at
  std::vector<std::vector<int>> places_;  // of each ranking: 1-based by pair; 0: not in it
};

double deviation(const std::vector<double>& values) {
  double sum = 0.0;
  double squares = 0.0;
  double count = 0.0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    squares += value * value;
    count += 1.0;
  }
  if (count < 2.0) return std::numeric_limits<double>::infinity();
  return std::sqrt(std::max(0.0, (squares - sum * sum / count) / (count - 1.0)));
}

Estimate estimate(double value, const std::vector<double>& replicates) {
  const double half = kNormal95 * deviation(replicates);
  return {value, value - half, value + half};
}

std::vector<double> column(const std::vector<Values>& all, std::vector<double> Values::*member, std::size_t i) {
  std::vector<double> values;
  values.reserve(all.size());
  for (const Values& one : all) values.push_back((one.*member)[i]);
  return values;
}

// Two-sided, of a normal number.
double p_of(const Estimate& difference) {
  const double deviations = difference.value / ((difference.high - difference.low) / (2.0 * kNormal95));
  return std::isfinite(deviations) ? std::erfc(std::abs(deviations) / std::sqrt(2.0)) : 1.0;
}

/// A log's searches, and the queries in its contexts that their numbers mean.
struct LogInContexts {
  LaterSearches searches;
  std::vector<QueryRow> queries;
};

// contexts: features by which a query's searches are told apart; none: each query goes with its own context
LogInContexts read(const std::vector<std::string>& clicks, const ClickLogOptions& reading,
                   const std::vector<QueryRow>& queries, const std::vector<std::string>& contexts) {
  const ClickLogOptions with = with_contexts(reading, contexts);
  ContextGroups groups(with.contexts, contexts);
  std::unordered_map<std::string, std::uint32_t> numbers;
  for (const QueryRow& query : queries) numbers.emplace(query.id, static_cast<std::uint32_t>(numbers.size()));
  const QueryResolver resolver(queries);
  LogInContexts log;
  if (groups.empty()) log.queries = queries;
  std::map<std::pair<std::uint32_t, std::size_t>, std::uint32_t> in_context;
  read_rows(clicks, with, [&](const ClickRow& row) {
    const auto found = numbers.find(resolver.id_of(row));
    if (found == numbers.end()) return;
    std::uint32_t number = found->second;
    if (!groups.empty()) {
      const std::size_t group = groups.number_of(row);
      const auto [place, is_new] =
          in_context.try_emplace({number, group}, static_cast<std::uint32_t>(log.queries.size()));
      if (is_new) log.queries.push_back(queries[number]);
      if (is_new) log.queries.back().context = groups.contexts()[group];
      number = place->second;
    }
    log.searches.add(row, number);
  });
  log.searches.sort_cells();
  return log;
}

std::vector<RankedPairs> in_numbers(const std::vector<JudgedRanking>& rankings, const std::vector<QueryRow>& queries,
                                    const LaterSearches& log) {
  std::vector<RankedPairs> result;
  for (const JudgedRanking& ranking : rankings) {
    RankedPairs& pairs = result.emplace_back(RankedPairs{ranking.name, {}});
    for (std::size_t q = 0; q < queries.size(); ++q) {
      std::vector<std::uint32_t>& of_query = pairs.pairs.emplace_back();
      for (const std::string& document : ranking.documents(queries[q]))
        of_query.push_back(log.pair_of(static_cast<std::uint32_t>(q), document));
    }
  }
  return result;
}

std::vector<Values> bootstrap(Judging& judging, std::size_t num_sessions, const LaterLogOptions& options) {
  std::vector<Values> replicates;
  std::vector<float> weights(num_sessions);
  for (int b = 0; b < options.num_replicates; ++b) {
    std::mt19937_64 random(mix_hash(options.seed, static_cast<std::uint64_t>(b)));
    std::poisson_distribution<int> draw(1.0);
    for (float& weight : weights) weight = static_cast<float>(draw(random));
    replicates.push_back(judging.values(weights));
  }
  return replicates;
}

void add_first(const Values& whole, const std::vector<Values>& replicates, std::size_t i, LaterVerdict& verdict) {
  if (whole.snips.size() <= i || std::isnan(whole.snips[i])) return;
  verdict.first_snips = estimate(whole.snips[i], column(replicates, &Values::snips, i));
  verdict.first_doubly_robust = estimate(whole.doubly_robust[i], column(replicates, &Values::doubly_robust, i));
}

void add_verdicts(const Values& whole, const std::vector<Values>& replicates, LaterLogReport& report) {
  const std::vector<double> first = column(replicates, &Values::clicks, 0);
  for (std::size_t i = 0; i < report.verdicts.size(); ++i) {
    LaterVerdict& verdict = report.verdicts[i];
    std::vector<double> values = column(replicates, &Values::clicks, i);
    verdict.value = estimate(whole.clicks[i], values);
    for (std::size_t b = 0; b < values.size(); ++b) values[b] -= first[b];
    verdict.against_first = estimate(whole.clicks[i] - whole.clicks[0], values);
    verdict.p = i == 0 ? 1.0 : p_of(verdict.against_first);
    if (!whole.ndcg.empty()) verdict.ndcg = estimate(whole.ndcg[i], column(replicates, &Values::ndcg, i));
    if (report.has_impressions && i > 0) add_first(whole, replicates, i - 1, verdict);
  }
}

}  // namespace

LaterLogReport judge_by_later_log(const std::vector<std::string>& clicks, const ClickLogOptions& reading,
                                  const std::vector<QueryRow>& queries, const std::vector<JudgedRanking>& rankings,
                                  const LaterLogOptions& options) {
  const auto [log, in_contexts] = read(clicks, reading, queries, options.contexts);
  LaterLogReport report;
  report.has_impressions = log.has_impressions();
  report.num_searches = log.searches().size();
  report.num_sessions = log.num_sessions();
  report.num_drawn_pages = log.drawn().size();
  const bool any_click =
      std::any_of(log.rows().begin(), log.rows().end(), [](const auto& row) { return row.clicks > 0.0F; });
  if (!any_click) throw Error(clicks.front() + ": the log has no click on a query that is to be judged");
  const std::vector<RankedPairs> pairs = in_numbers(rankings, in_contexts, log);
  Judging judging(log, pairs, options, in_contexts.size());
  const Values whole = judging.values(std::vector<float>(log.num_sessions(), 1.0F));
  if (log.has_impressions()) {
    report.examination = judging.examination();
    report.is_examination_given = !options.examination.empty();
    report.num_telling_pairs = judging.telling_pairs();
    report.depth = judging.depth();
    if (!report.is_examination_given && report.num_telling_pairs < kFewestPairs)
      report.why_nothing =
          (report.num_telling_pairs == 0 ? std::string("no document was")
                                         : "only " + std::to_string(report.num_telling_pairs) + " documents were") +
          " clicked and shown at two ranks for a query, so that nobody can tell how "
          "often each rank is looked at";
    report.verdicts.emplace_back().name = kServed;
  }
  for (const RankedPairs& ranking : pairs) {
    LaterVerdict& verdict = report.verdicts.emplace_back();
    verdict.name = ranking.name;
    if (!log.has_impressions()) continue;
    verdict.uncovered = judging.uncovered(ranking);
    verdict.effective_searches = judging.effective_searches(ranking);
    verdict.num_matching_pages = judging.num_matching(ranking);
  }
  if (report.has_impressions) report.verdicts.front().effective_searches = static_cast<double>(report.num_searches);
  add_verdicts(whole, bootstrap(judging, log.num_sessions(), options), report);
  return report;
}

}  // namespace irgan
