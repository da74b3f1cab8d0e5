#include "index_tools/reports/training_lines.h"

#include <cmath>
#include <iomanip>
#include <sstream>

#include "index_tools/showing/figures.h"
#include "irgan/split_options.h"

namespace irgan {
namespace {

constexpr double kSignificant = 0.05;

std::string shown(double score) {
  if (std::isnan(score)) return "     -";
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << std::setw(7) << score;
  return text.str();
}

// What validation's part of the evidence is, as `origin` has it.
bool is_split_by(const LabelOrigin& origin, LogSplit split) { return origin.split.rfind(to_string(split), 0) == 0; }

std::string held_out(const ServingCheck& check, const LabelOrigin& origin) {
  const std::string queries = std::to_string(check.num_queries);
  if (is_split_by(origin, LogSplit::time)) return "the log's last clicks of " + queries + " queries";
  if (is_split_by(origin, LogSplit::session)) return "the held-out sessions' clicks of " + queries + " queries";
  return queries + " held-out queries";
}

std::string how_much(const ServingCheck& check, const LabelOrigin& origin) {
  std::string text = "the quality of the first ten hits (nDCG@10) ";
  if (check.served == check.first_stage) {
    return text + "stays " + formatted("%.4f", check.served) + " on " + held_out(check, origin);
  }
  text += std::string(check.served > check.first_stage ? "rises" : "falls") + " from " +
          formatted("%.4f", check.first_stage) + " to " + formatted("%.4f", check.served);
  if (check.first_stage > 0.0) text += formatted(" (%+.0f %%)", 100.0 * (check.served / check.first_stage - 1.0));
  return text + " on " + held_out(check, origin);
}

std::string how_sure(const ServingCheck& check) {
  if (check.served == check.first_stage) return "no difference is seen; a longer log would tell";
  const std::string p = check.p < 0.0001 ? "p below 0.0001" : "p " + formatted("%.4f", check.p);
  if (check.p < kSignificant) return p + ": so large a difference is hardly chance";
  return p + ": this may be chance; a longer log would tell";
}

std::string what_next(const std::optional<ServingCheck>& check, const std::string& model, const std::string& db) {
  if (db.empty()) return "'xapian-irgan score --model " + model + "' and 'evaluate' measure it on other rows";
  const std::string named = " --db " + db + " --model " + model;
  const std::string see = "'xapian-irgan search" + named + " --compare WORDS' shows both orders";
  if (check && check->served > check->first_stage && check->p < kSignificant)
    return see + "; 'xapian-irgan store" + named + "' puts the model to work";
  return see + "; collect more clicks before you let the model work";
}

}  // namespace

std::string epoch_line(const EpochReport& report) {
  std::ostringstream line;
  if (report.epoch == 0) line << "epoch  discriminator  generator  combined   KL(clicks|generator)\n";
  line << std::setw(5) << report.epoch + 1 << "  " << std::setw(13) << shown(report.validation[Ranker::discriminator])
       << "  " << std::setw(9) << shown(report.validation[Ranker::generator]) << "  " << std::setw(8)
       << shown(report.validation[Ranker::combined]) << "   " << std::fixed << std::setprecision(3)
       << report.statistics.policy_divergence;
  return line.str();
}

std::string check_line(const ServingCheck& check, const LabelOrigin& origin) {
  std::ostringstream line;
  line << std::fixed << std::setprecision(4) << "nDCG@10 on " << held_out(check, origin) << ": first stage "
       << check.first_stage << ", model " << check.served << ", p " << check.p;
  if (check.is_worse() && !check.refused()) {
    line << "; not worse where people stop at a good document, so the model may serve (--click-model dbn is made for "
            "such people)";
  }
  return line.str();
}

std::string comparison_line(const ModelComparison& comparison, const std::string& path) {
  std::ostringstream line;
  line << std::fixed << std::setprecision(4) << "against " << path
       << ", which it would replace: " << to_string(comparison.verdict()) << "; nDCG@10 on " << comparison.num_queries
       << " queries " << comparison.present << " before, " << comparison.candidate << " now, p " << comparison.p;
  if (comparison.flatters_present)
    line << " (the old model may have learnt from these clicks, which flatters it; a later log judges fairly)";
  return line.str();
}

nlohmann::json json_of(const Model& model, const std::optional<ServingCheck>& check,
                       const std::optional<ModelComparison>& comparison) {
  nlohmann::json object{{"version", model.version()},
                        {"ranker", to_string(model.ranker())},
                        {"features", model.schema().features},
                        {"against_first_stage", nullptr},
                        {"against_model_before", nullptr}};
  if (check) {
    object["against_first_stage"] = {{"ndcg10_before", check->first_stage},
                                     {"ndcg10", check->served},
                                     {"p", check->p},
                                     {"queries", check->num_queries},
                                     {"refused", check->refused()}};
  }
  if (comparison) {
    object["against_model_before"] = {{"ndcg10_before", comparison->present},
                                      {"ndcg10", comparison->candidate},
                                      {"p", comparison->p},
                                      {"queries", comparison->num_queries},
                                      {"verdict", to_string(comparison->verdict())},
                                      {"flatters_model_before", comparison->flatters_present}};
  }
  return object;
}

std::string training_summary(const std::optional<ServingCheck>& check, const LabelOrigin& origin,
                             const std::string& model, const std::string& db) {
  std::string text = "how much better: ";
  text += check ? how_much(*check, origin) : "not known: the rows do not have the site's own order";
  text += "\nhow sure:        ";
  text += check ? how_sure(*check) : "not known";
  return text + "\nwhat next:       " + what_next(check, model, db) + '\n';
}

}  // namespace irgan
