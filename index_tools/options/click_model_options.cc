#include "index_tools/options/click_model_options.h"

#include "trainer/evidence/click_pages.h"
#include "trainer/labels/propensity_file.h"
#include "trainer/log/click_log_tally.h"

namespace irgan {
void ClickModelFlags::add_to(OptionTable& table) {
  table.choice<ClickModel>(
      "click-model", model,
      {{"auto", ClickModel::automatic},
       {"naive", ClickModel::naive},
       {"decayed", ClickModel::decayed},
       {"offset", ClickModel::offset},
       {"pbm", ClickModel::pbm},
       {"dbn", ClickModel::dbn},
       {"ips", ClickModel::ips}},
      "how clicks become labels. auto: offset where the log says what was shown, else decayed. naive: clicks as they "
      "are, the "
      "baseline, right where every rank is looked at alike. decayed: clicks halve with age (--half-life, 10 if not "
      "given). offset: "
      "training learns how much rarer each rank is looked at; needs to know nothing, so begin with it. pbm: a "
      "position-based "
      "model's attraction; for logs in which documents were seen at several ranks. dbn: a dynamic Bayesian model's "
      "attraction; for users who look from the top and stop after a good click, at a small loss where they do not. "
      "ips: a click counts "
      "one over the chance that its rank is looked at; where that is known (--propensities)");
  table.text("propensities", propensities,
             "for --click-model ips: lines 'rank<TAB>propensity', how often a rank is looked at, above 0 and at most "
             "1; a later rank is like the last; if not given they are learnt",
             "FILE");
  table.number("clip", clip, 1.0, 1e6,
               "for --click-model ips: a click counts at most so many, so that a few on the last ranks do not outweigh "
               "all others; if not given, " +
                   number_text(ClickModelSettings().clip));
}

std::optional<double> ClickModelFlags::half_life(std::optional<double> given) const {
  const bool decays = given && *given > 0.0;
  switch (model) {
    case ClickModel::naive:
    case ClickModel::pbm:
    case ClickModel::dbn:
      if (decays) {
        throw ConfigError(std::string("--half-life and --click-model ") + to_string(model) +
                          " exclude each other: its clicks count in full");
      }
      return 0.0;
    case ClickModel::decayed:
      if (given && !decays)
        throw ConfigError("--half-life 0 and --click-model decayed exclude each other: use --click-model naive");
      return given.value_or(kHalfLifeOfClicksAlone);
    default:
      return given;
  }
}

ClickModelSettings ClickModelFlags::settings(std::uint64_t seed, unsigned num_threads) const {
  if (model != ClickModel::ips) {
    if (!propensities.empty()) throw ConfigError("--propensities is read by --click-model ips only");
    if (clip) throw ConfigError("--clip is for --click-model ips only");
  }
  ClickModelSettings settings;
  settings.model = model;
  settings.clip = clip.value_or(settings.clip);
  settings.seed = seed;
  settings.num_threads = num_threads;
  if (!propensities.empty()) settings.propensities = read_propensities(propensities);
  return settings;
}

}  // namespace irgan
