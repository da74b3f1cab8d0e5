#include "trainer/reporting/report_charts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "trainer/reporting/feature_glossary.h"
#include "trainer/reporting/html.h"

namespace irgan {
namespace {

using nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kShownFeatures = 15;
constexpr std::size_t kFeaturesWithValues = 12;

const std::vector<EpochReport>* epochs_of(const Report& report) {
  const bool has_any = !report.record.networks.empty() && !report.record.networks.front().epochs.empty();
  return has_any ? &report.record.networks.front().epochs : nullptr;
}

double multiple_of(const EpochReport& epoch) { return epoch.hidden_hits / epoch.hidden_uniform_hits; }

// JSON has no NaN; Chart.js leaves a gap for null.
json number_or_gap(double number) { return std::isfinite(number) ? json(number) : json(nullptr); }

template <class Of>
json values_of(const std::vector<EpochReport>& epochs, const Of& of) {
  json values = json::array();
  for (const EpochReport& epoch : epochs) values.push_back(number_or_gap(of(epoch)));
  return values;
}

json epoch_numbers(const std::vector<EpochReport>& epochs) {
  json numbers = json::array();
  for (const EpochReport& epoch : epochs) numbers.push_back(epoch.epoch + 1);
  return numbers;
}

bool has_impressions(const Report& report) {
  return std::any_of(report.ranks.begin(), report.ranks.end(),
                     [](const ReportedRank& rank) { return rank.shown > 0.0; });
}

// Past models and this one, those with a check.
std::vector<std::pair<std::string, ServingCheck>> checks_of(const Report& report) {
  std::vector<std::pair<std::string, ServingCheck>> checks;
  for (const PastModel& past : report.record.history) {
    if (past.check) checks.emplace_back(past.version.substr(0, 8), *past.check);
  }
  if (report.record.check) checks.emplace_back(report.model_version.substr(0, 8), *report.record.check);
  return checks;
}

std::vector<std::string> bin_names(const ReportedFeature& feature) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 1 < feature.edges.size(); ++i) {
    names.push_back(shown_number(static_cast<double>(feature.edges[i])) + " to " +
                    shown_number(static_cast<double>(feature.edges[i + 1])));
  }
  return names;
}

// Those that can be compared with training first.
std::vector<const ReportedFeature*> features_with_values(const Report& report) {
  std::vector<const ReportedFeature*> found;
  for (const bool even : {true, false}) {
    for (const ReportedFeature& feature : report.features) {
      const bool is_wanted = feature.has_even_bins == even && !feature.shares.empty();
      if (is_wanted && found.size() < kFeaturesWithValues) found.push_back(&feature);
    }
  }
  return found;
}

json feature_values(const ReportedFeature& feature) {
  json entry{{"name", feature.name}, {"labels", bin_names(feature)}, {"today", feature.shares}};
  if (feature.has_even_bins)
    entry["training"] = std::vector<double>(feature.shares.size(), 1.0 / static_cast<double>(feature.shares.size()));
  return entry;
}

json players_data(const std::vector<EpochReport>& epochs) {
  return {{"title", "share, reward"},
          {"along", "epoch"},
          {"right", "KL, nats"},
          {"labels", epoch_numbers(epochs)},
          {"lines",
           {{{"label", "discriminator is right"},
             {"values", values_of(epochs, [](const EpochReport& e) { return e.statistics.discriminator_accuracy; })}},
            {{"label", "generator's reward"},
             {"values", values_of(epochs, [](const EpochReport& e) { return e.statistics.reward; })}},
            {{"label", "discriminator's calibration error"},
             {"values", values_of(epochs, [](const EpochReport& e) { return e.statistics.calibration_error; })}},
            {{"label", "KL(clicks, generator)"},
             {"right", true},
             {"values", values_of(epochs, [](const EpochReport& e) { return e.statistics.policy_divergence; })}}}}};
}

json generator_data(const std::vector<EpochReport>& epochs) {
  return {{"title", "times a random draw's"},
          {"along", "epoch"},
          {"right", "chance of a held-out good document"},
          {"labels", epoch_numbers(epochs)},
          {"lines",
           {{{"label", "false negatives"}, {"values", values_of(epochs, multiple_of)}},
            {{"label", "a pick is a held-out good document"},
             {"right", true},
             {"values", values_of(epochs, [](const EpochReport& e) { return e.policy_hits; })}},
            {{"label", "a random draw is"}, {"right", true}, {"values", values_of(epochs, [](const EpochReport& e) {
                                                                return e.uniform_hits;
                                                              })}}}}};
}

json ranks_data(const Report& report) {
  const bool shares = has_impressions(report);
  json data{{"label", shares ? "clicks per showing" : "clicks"}};
  for (const ReportedRank& rank : report.ranks) {
    data["labels"].push_back(rank.rank);
    data["clicks"].push_back(shares ? number_or_gap(rank.clicks / rank.shown) : json(rank.clicks));
    data["examination"].push_back(number_or_gap(rank.examination));
  }
  return data;
}

json rankings_data(const Report& report) {
  json data;
  for (const ReportedRanking& ranking : report.rankings) {
    data["labels"].push_back(ranking.name);
    data["values"].push_back(ranking.ndcg.value);
    data["ends"].push_back({ranking.ndcg.low, ranking.ndcg.high});
  }
  return data;
}

json history_data(const Report& report) {
  json data{{"title", "nDCG@10 by held-out clicks"}, {"along", "model"}, {"labels", json::array()}};
  json site = json::array();
  json model = json::array();
  for (const auto& [version, check] : checks_of(report)) {
    data["labels"].push_back(version);
    site.push_back(check.first_stage);
    model.push_back(check.served);
  }
  data["lines"] = {{{"label", "the model"}, {"values", model}}, {{"label", "the site's own search"}, {"values", site}}};
  return data;
}

}  // namespace

std::string shown_number(double number, int digits) {
  if (!std::isfinite(number)) return "–";
  char text[64];
  const double size = std::abs(number);
  if (size != 0.0 && (size >= 1e6 || size < 1e-4)) {
    std::snprintf(text, sizeof text, "%.2g", number);
  } else {
    std::snprintf(text, sizeof text, "%.*f", size >= 1000.0 ? 0 : digits, number);
  }
  return text;
}

std::string shown_percent(double share) {
  if (!std::isfinite(share)) return "–";
  char text[64];
  std::snprintf(text, sizeof text, std::abs(share) < 0.0995 ? "%.1f %%" : "%.0f %%", 100.0 * share);
  return text;
}

std::string rankings_chart(const Report& report) {
  if (report.rankings.empty()) return {};
  Rows rows;
  for (const ReportedRanking& ranking : report.rankings) {
    const bool is_last = &ranking == &report.rankings.back();
    rows.push_back({ranking.name, shown_number(ranking.ndcg.value),
                    shown_number(ranking.ndcg.low) + " to " + shown_number(ranking.ndcg.high),
                    shown_number(ranking.reciprocal_rank), shown_percent(ranking.good_in_three),
                    is_last ? "" : shown_number(ranking.gain.value),
                    is_last ? "" : shown_number(ranking.gain.low) + " to " + shown_number(ranking.gain.high),
                    is_last ? "" : shown_number(ranking.p, 4)});
  }
  return chart("rankings", "How good the first ten hits are",
               "Mean nDCG@10 by the judgments, 1 at best; the thin line is "
               "the interval in which it lies with 95 % certainty.",
               {"order", "nDCG@10", "95 %", "MRR", "good in first three", "this model gains", "95 %", "p"}, rows);
}

std::string gains_chart(const Report& report) {
  if (report.gains.empty()) return {};
  Rows rows;
  constexpr std::size_t kParts = 10;
  for (std::size_t i = 0; i <= kParts; ++i) {
    const std::size_t at = i * (report.gains.size() - 1) / kParts;
    rows.push_back({std::to_string(10 * i) + " %", shown_number(report.gains[at])});
  }
  return chart("gains", "Gain and loss, query by query", "A bar a query: how far its nDCG@10 rises or falls.",
               {"queries up to", "gain of the last of them"}, rows);
}

std::string ranks_chart(const Report& report) {
  if (report.ranks.empty()) return {};
  Rows rows;
  for (const ReportedRank& rank : report.ranks) {
    rows.push_back({std::to_string(rank.rank), shown_number(rank.shown, 0), shown_number(rank.clicks, 0),
                    shown_percent(rank.clicks / rank.shown), shown_percent(rank.examination)});
  }
  return chart(
      "ranks", "Clicks by rank, and how many people look there",
      "Low ranks get fewer clicks also because fewer people look at them. The line is the share that looks, as "
      "training estimated it; the model does not take what nobody saw for bad.",
      {"rank", "shown", "clicks", "clicks per showing", "look at it, of rank 1"}, rows);
}

std::string shown_loss(const std::optional<Interval>& loss) {
  if (!loss) return "not measured";
  return shown_number(loss->value) + " (" + shown_number(loss->low) + " to " + shown_number(loss->high) + ")";
}

std::string importance_chart(const Report& report) {
  if (report.features.empty()) return {};
  Rows rows;
  for (const ReportedFeature& feature : report.features) {
    rows.push_back({feature.name, words_of(feature.name), shown_number(feature.importance),
                    shown_percent(feature.outside), shown_percent(feature.missing), shown_loss(feature.loss)});
  }
  return chart(
      "importance", "What the model looks at",
      "How much each feature moves a candidate's score, on average (integrated gradients). The table also says "
      "how many of today's values lie outside what training saw, how many are missing, and how much nDCG@10 is lost "
      "on held-out queries when the feature says nothing (95 % interval). Features that say the same stand in for each "
      "other.",
      {"feature", "in words", "mean size", "outside training's range", "missing", "lost without it"}, rows);
}

std::string values_chart(const Report& report) {
  const auto features = features_with_values(report);
  if (features.empty()) return {};
  std::string select = "<p class=\"choose\"><label>Feature: <select id=\"feature\">";
  Rows rows;
  for (std::size_t i = 0; i < features.size(); ++i) {
    select += "<option value=\"" + std::to_string(i) + "\">" + escaped(features[i]->name) + "</option>";
    const auto names = bin_names(*features[i]);
    for (std::size_t b = 0; b < names.size(); ++b) {
      rows.push_back({features[i]->name, names[b],
                      features[i]->has_even_bins ? shown_percent(1.0 / static_cast<double>(names.size())) : "–",
                      shown_percent(features[i]->shares[b])});
    }
  }
  return select + "</select></label></p>\n" +
         chart(
             "values", "Today's index beside training",
             "How the values of a feature lie today, and how they lay in training. Bars that differ much say that the "
             "index or its queries have changed: train anew. Training's bars are missing where a feature has few "
             "distinct values.",
             {"feature", "values", "in training", "today"}, rows);
}

std::string players_chart(const Report& report) {
  const auto* const epochs = epochs_of(report);
  if (epochs == nullptr) return {};
  Rows rows;
  for (const EpochReport& epoch : *epochs) {
    const GameStatistics& game = epoch.statistics;
    rows.push_back({std::to_string(epoch.epoch + 1), shown_number(game.discriminator_accuracy),
                    shown_number(game.calibration_error), shown_number(game.reward),
                    shown_number(game.policy_divergence)});
  }
  return chart("players", "Both players through training",
               "The generator should come nearer to the clicks (KL falls), and the discriminator should go on telling "
               "good from bad (it is right more often than half of the time).",
               {"epoch", "discriminator is right", "its calibration error", "generator's reward", "KL, nats"}, rows);
}

std::string generator_chart(const Report& report) {
  const auto* const epochs = epochs_of(report);
  if (epochs == nullptr || std::none_of(epochs->begin(), epochs->end(),
                                        [](const EpochReport& epoch) { return std::isfinite(multiple_of(epoch)); })) {
    return {};
  }
  Rows rows;
  for (const EpochReport& epoch : *epochs) {
    rows.push_back({std::to_string(epoch.epoch + 1), shown_number(multiple_of(epoch), 2),
                    shown_number(epoch.policy_hits), shown_number(epoch.uniform_hits)});
  }
  return chart("generator", "Is the generator still a sampler of negatives?",
               "It draws what looks good. The more of it is good in truth, the less its draws are negatives: false "
               "negatives, as a multiple of random draws'.",
               {"epoch", "false negatives, times random's", "picks that are good", "random draws that are"}, rows);
}

std::string history_chart(const Report& report) {
  const auto checks = checks_of(report);
  if (checks.size() < 2) return {};
  Rows rows;
  for (const auto& [version, check] : checks) {
    rows.push_back({version, shown_number(check.first_stage), shown_number(check.served), shown_number(check.p, 4),
                    std::to_string(check.num_queries)});
  }
  return chart("history", "From model to model", "Each model and the site's own search on the clicks held out then.",
               {"model", "site's own", "model", "p", "queries"}, rows);
}

std::string chart_data(const Report& report) {
  json data = json::object();
  if (!report.rankings.empty()) data["rankings"] = rankings_data(report);
  if (!report.gains.empty()) data["gains"] = {{"values", report.gains}};
  if (!report.ranks.empty()) data["ranks"] = ranks_data(report);
  if (!report.features.empty()) {
    json& chart = data["importance"];
    for (std::size_t i = 0; i < std::min(kShownFeatures, report.features.size()); ++i) {
      chart["labels"].push_back(report.features[i].name);
      chart["values"].push_back(report.features[i].importance);
    }
  }
  for (const ReportedFeature* const feature : features_with_values(report))
    data["values"]["features"].push_back(feature_values(*feature));
  if (const auto* const epochs = epochs_of(report)) {
    data["players"] = players_data(*epochs);
    if (!generator_chart(report).empty()) data["generator"] = generator_data(*epochs);
  }
  if (checks_of(report).size() > 1) data["history"] = history_data(report);
  std::string text = data.dump(-1, ' ', true, json::error_handler_t::replace);
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at))
    text.replace(at, 1, "\\u003c");
  return text;
}

}  // namespace irgan
