#include "trainer/site/detected_layout.h"

#include <algorithm>
#include <cmath>

#include "trainer/site/id_check.h"
#include "trainer/site/term_survey.h"

namespace irgan {
namespace {

constexpr double kFewStems = 0.5;  // of words beside which there should be a stem

bool has_terms(const Xapian::Database& db, const std::string& prefix) {
  return db.allterms_begin(prefix) != db.allterms_end(prefix);
}

std::string percent(double share) { return std::to_string(std::lround(100.0 * share)) + " %"; }

void look_for_stems(const TermSurvey& survey, IndexLayout& layout, std::vector<LayoutRemark>& remarks) {
  const TermSurvey::Stems best = survey.best_stems();
  layout.stemmer = best.stemmer;
  if (survey.is_too_small()) return;
  if (best.stemmer == "none") {
    remarks.push_back({"stemmer none is taken: 0 % of " + std::to_string(survey.num_words()) +
                           " words looked at have a Z form, a stem beside them",
                       "stemmer", "LANGUAGE"});
  } else if (best.stemmer != "english") {
    remarks.push_back({"stemmer " + best.stemmer + " is taken: " + percent(best.share) +
                           " of the words looked at have the Z form that it gives, " +
                           percent(survey.stems_by("english").share) + " that of english",
                       "stemmer", "LANGUAGE"});
  } else if (best.share < kFewStems) {
    remarks.push_back(
        {"stemmer english is a guess: " + percent(best.share) + " of the words looked at have the Z form that it gives",
         "stemmer", "LANGUAGE"});
  }
}

}  // namespace

std::string detected_id_prefix(const Xapian::Database& db, std::vector<LayoutRemark>& remarks) {
  std::string best;
  std::string objection;
  std::size_t most = 0;
  for (const char* prefix : {"Q", "U"}) {
    const IdCheck check = check_ids(db, prefix);
    if (check.num_terms == 0) continue;
    if (check.are_ids()) {
      if (check.num_terms > most) best = prefix;
      most = std::max(most, check.num_terms);
    } else {
      objection += (objection.empty() ? "" : "; ") + ("terms under " + std::string(prefix) + " are no unique ids: ") +
                   check.objection();
    }
  }
  if (!best.empty()) return best;
  const std::string other = prefix_like_ids(db);
  if (objection.empty() && other.empty()) return {};
  if (objection.empty()) objection = "no unique ids under Q or U";
  objection += "; documents go by their docids";
  if (!other.empty()) objection += "; terms under " + other + " are one a document";
  remarks.push_back({objection, "id_prefix", other.empty() ? "PREFIX" : other});
  return {};
}

IndexLayout detected_layout(const Xapian::Database& db, const LayoutOverrides& said,
                            std::vector<LayoutRemark>& remarks) {
  IndexLayout layout;
  layout.id_prefix = said.id_prefix.empty() ? detected_id_prefix(db, remarks) : said.id_prefix;
  const TermSurvey survey(db);
  if (said.stemmer.empty()) look_for_stems(survey, layout, remarks);
  layout.has_ngrams = survey.has_ngrams();
  for (const auto& [name, prefix] : said.prefixes) layout.fields.push_back({name, prefix});
  const auto add_unless_named = [&](const char* name, const char* prefix) {
    const bool named = std::any_of(layout.fields.begin(), layout.fields.end(), [&](const TextField& field) {
      return field.name == name || field.prefix == prefix;
    });
    if (!named) layout.fields.push_back({name, prefix});
  };
  if (has_terms(db, "S") || has_terms(db, "ZS")) add_unless_named("title", "S");
  add_unless_named("body", "");
  return layout;
}

}  // namespace irgan
