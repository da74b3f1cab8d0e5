#include "trainer/labels/click_model.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "trainer/labels/position_based_model.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kPriorShowings = 1.0;
constexpr double kLeastPrior = 1e-9;

// Which pairs of a data set were shown, those of a pool side by side, and the place of each in it.
struct ShownPairs {
  std::vector<ShownPair> pairs;
  std::vector<std::pair<std::size_t, Index>> places;  // pool, row
};

ShownPairs pairs_of(const TrainingData& data) {
  std::map<std::pair<std::size_t, Index>, std::map<int, ShowingCount>> showings;
  for (const Example& example : data.examples) {
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      ShowingCount& count = showings[{example.pool, example.rows[i]}][example.ranks[i]];
      count.rank = example.ranks[i];
      count.shown += example.shown[static_cast<Index>(i)];
      count.clicks += example.labels[static_cast<Index>(i)];
    }
  }
  ShownPairs result;
  for (const auto& [where, by_rank] : showings) {
    ShownPair pair;
    for (const auto& [rank, count] : by_rank) pair.showings.push_back(count);
    result.pairs.push_back(std::move(pair));
    result.places.push_back(where);
  }
  return result;
}

double clicks_of(const ShownPair& pair) {
  double clicks = 0.0;
  for (const ShowingCount& showing : pair.showings) clicks += showing.clicks;
  return clicks;
}

double seen_of(const ShownPair& pair, const std::vector<double>& examination) {
  double seen = 0.0;
  for (const ShowingCount& showing : pair.showings) seen += showing.shown * examination_at(examination, showing.rank);
  return seen;
}

// exp(score), 1 for the best of the pool; 1 for all where there is no ranker.
VectorXd odds_of(const Model* ranker, const Pool& pool) {
  if (ranker == nullptr) return VectorXd::Ones(pool.rows.rows());
  const VectorXd scores = ranker->score(pool.rows).cast<double>();
  return (scores.array() - scores.maxCoeff()).exp();
}

// Runs over the pairs of one pool after the other: each(pool, first pair, last pair + 1, odds of its rows).
template <class Each>
void for_each_pool(const ShownPairs& shown, const Model* ranker, const TrainingData& data, const Each& each) {
  for (std::size_t begin = 0; begin < shown.pairs.size();) {
    const std::size_t pool = shown.places[begin].first;
    std::size_t end = begin;
    while (end < shown.pairs.size() && shown.places[end].first == pool) ++end;
    each(pool, begin, end, odds_of(ranker, data.pools[pool]));
    begin = end;
  }
}

// What a pool's clicks come to beside what its documents' odds and examination promise.
struct PoolSums {
  double clicks = 0.0;
  double promised = 0.0;
};

PoolSums sums_of_pool(const ShownPairs& shown, std::size_t begin, std::size_t end, const VectorXd& odds,
                      const std::vector<double>& examination) {
  PoolSums sums;
  for (std::size_t i = begin; i < end; ++i) {
    sums.clicks += clicks_of(shown.pairs[i]);
    sums.promised += odds[shown.places[i].second] * seen_of(shown.pairs[i], examination);
  }
  return sums;
}

// A pair's prior is its odds, scaled to the clicks of its query, of which one more as usual is put to the real ones.
void set_priors(const FittedClickModel& fitted, const TrainingData& data, ShownPairs& shown) {
  for_each_pool(shown, fitted.ranker.get(), data,
                [&](std::size_t, std::size_t begin, std::size_t end, const VectorXd& odds) {
                  const PoolSums sums = sums_of_pool(shown, begin, end, odds, fitted.examination);
                  const double scale = query_level(sums.clicks, sums.promised, fitted.attraction_per_score);
                  for (std::size_t i = begin; i < end; ++i) {
                    shown.pairs[i].prior_attraction = std::max(scale * odds[shown.places[i].second], kLeastPrior);
                  }
                });
}

void fit_pbm(const TrainingData& training, FittedClickModel& fitted) {
  ShownPairs shown = pairs_of(training);
  PoolSums all;
  for_each_pool(shown, fitted.ranker.get(), training,
                [&](std::size_t, std::size_t begin, std::size_t end, const VectorXd& odds) {
                  const PoolSums sums = sums_of_pool(shown, begin, end, odds, fitted.examination);
                  all.clicks += sums.clicks;
                  all.promised += sums.promised;
                });
  fitted.attraction_per_score = all.clicks / all.promised;
  set_priors(fitted, training, shown);
  fitted.examination = fit_position_based(shown.pairs, fitted.examination, kPriorShowings).examination;
}

// One example a query, over all documents that were shown for it: the query's clicks, shared out by attraction.
void share_out_clicks(const ShownPairs& shown, const std::vector<double>& attraction, const Model* ranker,
                      TrainingData& data) {
  data.examples.clear();
  for_each_pool(shown, ranker, data, [&](std::size_t pool, std::size_t begin, std::size_t end, const VectorXd&) {
    Example example;
    example.pool = pool;
    example.labels.resize(static_cast<Index>(end - begin));
    example.shown.resize(example.labels.size());
    double clicks = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::vector<ShowingCount>& showings = shown.pairs[i].showings;
      example.rows.push_back(shown.places[i].second);
      example.ranks.push_back(showings.front().rank);
      example.labels[static_cast<Index>(i - begin)] = attraction[i];
      double count = 0.0;
      for (const ShowingCount& showing : showings) count += showing.shown;
      example.shown[static_cast<Index>(i - begin)] = count;
      clicks += clicks_of(shown.pairs[i]);
    }
    example.labels *= clicks / example.labels.sum();
    data.examples.push_back(std::move(example));
  });
}

void apply_pbm(const FittedClickModel& fitted, TrainingData& data) {
  ShownPairs shown = pairs_of(data);
  set_priors(fitted, data, shown);
  share_out_clicks(shown, attractions(shown.pairs, fitted.examination, kPriorShowings), fitted.ranker.get(), data);
}

std::vector<ClickedPair> clicked_pairs(const ShownPairs& shown, const Model* ranker, const TrainingData& data) {
  std::vector<ClickedPair> pairs;
  for_each_pool(shown, ranker, data, [&](std::size_t pool, std::size_t begin, std::size_t end, const VectorXd& odds) {
    for (std::size_t i = begin; i < end; ++i)
      pairs.push_back({pool, odds[shown.places[i].second], clicks_of(shown.pairs[i])});
  });
  return pairs;
}

ViewedPage page_of(const Example& example, const ShownPairs& shown) {
  ViewedPage page;
  for (std::size_t i = 0; i < example.rows.size(); ++i) {
    const auto row = static_cast<Index>(i);
    const auto place =
        std::lower_bound(shown.places.begin(), shown.places.end(), std::pair(example.pool, example.rows[i]));
    const double last_clicks = example.last_clicks.size() > 0 ? example.last_clicks[row] : 0.0;
    page.documents.push_back({static_cast<std::uint32_t>(place - shown.places.begin()), example.ranks[i], last_clicks});
    page.views = std::max(page.views, example.shown[row]);
  }
  std::sort(page.documents.begin(), page.documents.end(),
            [](const ViewedDocument& a, const ViewedDocument& b) { return a.rank < b.rank; });
  return page;
}

std::vector<ViewedPage> viewed_pages(const TrainingData& data, const ShownPairs& shown) {
  std::vector<ViewedPage> pages;
  pages.reserve(data.examples.size());
  for (const Example& example : data.examples) pages.push_back(page_of(example, shown));
  return pages;
}

void fit_dbn(const TrainingData& training, FittedClickModel& fitted) {
  const ShownPairs shown = pairs_of(training);
  DynamicBayesianModel model =
      fit_dynamic_bayesian(viewed_pages(training, shown), clicked_pairs(shown, fitted.ranker.get(), training));
  fitted.habits = model.habits;
  fitted.examination = std::move(model.examination);
}

void apply_dbn(const FittedClickModel& fitted, TrainingData& data) {
  const ShownPairs shown = pairs_of(data);
  const DynamicBayesianModel model =
      fit_dynamic_bayesian(viewed_pages(data, shown), clicked_pairs(shown, fitted.ranker.get(), data), fitted.habits);
  data.origin.going_on = fitted.habits.going_on;
  share_out_clicks(shown, model.attraction, fitted.ranker.get(), data);
}

void apply_ips(const FittedClickModel& fitted, TrainingData& data) {
  for (Example& example : data.examples) {
    for (std::size_t i = 0; i < example.ranks.size(); ++i) {
      const double weight = 1.0 / examination_at(fitted.examination, example.ranks[i]);
      example.labels[static_cast<Index>(i)] *= std::min(weight, fitted.clip);
    }
  }
}

bool says_how_often_shown(const TrainingData& data) {
  return std::all_of(data.examples.begin(), data.examples.end(),
                     [](const Example& example) { return example.shown.size() == example.labels.size(); });
}

// Whether clicks are known to be the last of their views, or there are none.
bool says_last_clicks(const TrainingData& data) {
  bool is_clicked = false;
  for (const Example& example : data.examples) {
    if (example.last_clicks.size() > 0) return true;
    is_clicked = is_clicked || (example.labels.array() > 0.0).any();
  }
  return !is_clicked;
}

[[noreturn]] void refuse(ClickModel model, const std::string& reason, const std::string& where) {
  throw ConfigError("click_model", to_string(model) + reason + (where.empty() ? "" : " (" + where + ")"));
}

void check_counts(ClickModel model, const TrainingData& data, const std::string& where) {
  if (model != ClickModel::pbm && model != ClickModel::dbn) return;
  if (!says_how_often_shown(data)) {
    refuse(model, " needs rows that say how often a document was shown (shown = N): make the rows anew", where);
  }
  if (model == ClickModel::dbn && !says_last_clicks(data)) {
    refuse(model,
           " needs to know the last click of each page view: a log of single views with their sessions, not of counts, "
           "or rows that this version made of one (last = N)",
           where);
  }
}

}  // namespace

void check_click_model(const ClickModelSettings& settings, const TrainingData& data, const std::string& where) {
  const ClickModel model = settings.model;
  if (model == ClickModel::automatic) return;
  if (data.labels == LabelKind::shown) refuse(model, ": a click model made these labels already", where);
  if (data.labels == LabelKind::grades) refuse(model, " is for clicks: these labels are judgments", where);
  const bool compares_counts = model == ClickModel::pbm || model == ClickModel::dbn;
  const bool needs_ranks = compares_counts || model == ClickModel::offset || model == ClickModel::ips;
  if (needs_ranks && data.labels != LabelKind::impressions) {
    refuse(model, " needs a log that says what was shown, with ranks; for clicks alone there are naive and decayed",
           where);
  }
  if (model == ClickModel::decayed && !(data.origin.half_life_days > 0.0)) {
    refuse(model, " needs a log with times, or rows whose clicks decayed", where);
  }
  if (compares_counts && data.origin.half_life_days > 0.0) {
    refuse(model, " compares clicks with showings, so clicks must not decay: half_life must be 0", where);
  }
  check_counts(model, data, where);
}

const char* to_string(ClickModel model) {
  switch (model) {
    case ClickModel::naive:
      return "naive";
    case ClickModel::decayed:
      return "decayed";
    case ClickModel::offset:
      return "offset";
    case ClickModel::pbm:
      return "pbm";
    case ClickModel::dbn:
      return "dbn";
    case ClickModel::ips:
      return "ips";
    default:
      return "auto";
  }
}

bool needs_first_model(const ClickModelSettings& settings) {
  return settings.model == ClickModel::pbm || settings.model == ClickModel::dbn ||
         (settings.model == ClickModel::ips && settings.propensities.empty());
}

FittedClickModel fit_click_model(const ClickModelSettings& settings, const TrainingData& training, FirstModel first) {
  FittedClickModel fitted;
  fitted.model = settings.model;
  fitted.clip = settings.clip;
  if (settings.model == ClickModel::automatic) return fitted;
  check_click_model(settings, training);
  if (settings.model == ClickModel::ips) fitted.examination = settings.propensities;
  if (needs_first_model(settings)) {
    assert(first.ranker != nullptr);
    fitted.examination = std::move(first.examination);
    fitted.ranker = std::move(first.ranker);
  }
  if (settings.model == ClickModel::pbm) fit_pbm(training, fitted);
  if (settings.model == ClickModel::dbn) fit_dbn(training, fitted);
  return fitted;
}

std::optional<TrainingData> labels_of_stopping_users(const TrainingData& data) {
  const bool has_clicks = std::any_of(data.examples.begin(), data.examples.end(),
                                      [](const Example& example) { return (example.labels.array() > 0.0).any(); });
  if (data.labels != LabelKind::impressions || data.origin.half_life_days > 0.0 || !has_clicks ||
      !says_how_often_shown(data) || !says_last_clicks(data)) {
    return std::nullopt;
  }
  FittedClickModel fitted;
  fitted.model = ClickModel::dbn;
  fit_dbn(data, fitted);
  TrainingData labelled = data;
  irgan::apply_click_model(fitted, labelled);
  return labelled;
}

void apply_click_model(const FittedClickModel& fitted, TrainingData& data) {
  if (data.labels == LabelKind::grades || data.labels == LabelKind::shown) return;
  ClickModel model = fitted.model;
  if (model == ClickModel::automatic) {
    const bool decays = data.origin.half_life_days > 0.0;
    model = data.labels == LabelKind::impressions ? ClickModel::offset
            : decays                              ? ClickModel::decayed
                                                  : ClickModel::naive;
  }
  check_counts(model, data, "");
  data.origin.click_model = to_string(model);
  data.origin.examination = fitted.examination;
  if (model == ClickModel::pbm) apply_pbm(fitted, data);
  if (model == ClickModel::dbn) apply_dbn(fitted, data);
  if (model == ClickModel::ips) apply_ips(fitted, data);
  if (data.labels == LabelKind::impressions && model != ClickModel::offset) data.labels = LabelKind::shown;
}

}  // namespace irgan
