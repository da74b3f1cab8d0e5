#include "trainer/layout/detected_layout.h"

#include <algorithm>
#include <cmath>

#include "trainer/layout/id_check.h"
#include "trainer/layout/term_survey.h"

namespace irgan {
namespace {

constexpr double kFewStems = 0.5;      // of words beside which there should be a stem
constexpr double kMostlyStems = 0.9;   // of words; in an English text less than two thirds are their own stems
constexpr double kClearlyWorse = 0.1;  // a share that is lower by this means another language

std::string percent(double share) { return std::to_string(std::lround(100.0 * share)) + " %"; }

void look_for_stems(const TermSurvey& survey, IndexLayout& layout, std::vector<LayoutRemark>& remarks) {
  const TermSurvey::Stems best = survey.best_stems();
  layout.stemmer = best.stemmer;
  if (survey.is_too_small()) return;
  if (best.stemmer == "none") {
    const char* const in_place = survey.share_of_stems() > kMostlyStems
                                     ? "; the words themselves look like stems, which searches here do not ask for"
                                     : "";
    remarks.push_back({"stemmer none is taken: 0 % of " + std::to_string(survey.num_words()) +
                           " words looked at have a Z form, a stem beside them" + in_place,
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

void check_stated_stemmer(const TermSurvey& survey, const std::string& stated, std::vector<LayoutRemark>& remarks) {
  if (survey.is_too_small() || (stated == "none" && !survey.has_stems())) return;
  const TermSurvey::Stems best = survey.best_stems();
  const double share = stated == "none" ? 0.0 : survey.stems_by(stated).share;
  if (best.stemmer == stated || (survey.has_stems() && share > best.share - kClearlyWorse)) return;
  remarks.push_back({percent(share) + " of the words looked at have the Z form of stemmer " + stated +
                         (survey.has_stems() ? ", " + percent(best.share) + " that of " + best.stemmer : ""),
                     "stemmer", best.stemmer});
}

// Fields that `said` names come first, so that the first of them is the title.
IndexLayout detected_layout(const Xapian::Database& db, const LayoutOverrides& said,
                            std::vector<LayoutRemark>& remarks) {
  IndexLayout layout;
  layout.id_prefix = said.id_prefix.empty() ? detected_id_prefix(db, remarks) : said.id_prefix;
  const TermSurvey survey(db);
  if (said.stemmer.empty()) {
    look_for_stems(survey, layout, remarks);
  } else {
    check_stated_stemmer(survey, said.stemmer, remarks);
  }
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

}  // namespace

bool has_terms(const Xapian::Database& db, const std::string& prefix) {
  return db.allterms_begin(prefix) != db.allterms_end(prefix);
}

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
  const LikeIds other = prefix_like_ids(db);
  if (objection.empty() && other.term.empty()) return {};
  if (objection.empty()) objection = "no unique ids under Q or U";
  objection += "; documents go by their docids";
  if (!other.prefix.empty()) {
    objection += "; terms under " + other.prefix + " are one a document";
  } else if (!other.term.empty()) {
    objection += "; terms such as " + other.term + " are one a document";
  }
  remarks.push_back({objection, "id_prefix", other.prefix.empty() ? "PREFIX" : other.prefix});
  return {};
}

IndexLayout read_layout(const Xapian::Database& db, const LayoutOverrides& overrides) {
  std::optional<IndexLayout> kept;
  const std::string stored = db.get_metadata(kLayoutKey);
  if (!stored.empty()) kept = layout_from_json(stored, std::string("metadata ") + kLayoutKey);
  std::vector<LayoutRemark> ignored;
  return read_layout(db, overrides, std::move(kept), ignored);
}

IndexLayout read_layout(const Xapian::Database& db, const LayoutOverrides& overrides, std::optional<IndexLayout> kept,
                        std::vector<LayoutRemark>& remarks) {
  IndexLayout layout = kept ? *std::move(kept) : detected_layout(db, overrides, remarks);
  if (!overrides.stemmer.empty()) layout.stemmer = overrides.stemmer;
  if (!overrides.id_prefix.empty()) layout.id_prefix = overrides.id_prefix == "docid" ? "" : overrides.id_prefix;
  for (const auto& [name, prefix] : overrides.prefixes) {
    const auto known = std::find_if(layout.fields.begin(), layout.fields.end(),
                                    [&name = name](const TextField& field) { return field.name == name; });
    if (known == layout.fields.end()) {
      layout.fields.push_back({name, prefix});
    } else {
      known->prefix = prefix;
    }
  }
  for (const auto& [name, slot] : overrides.values) {
    const auto known = std::find_if(layout.values.begin(), layout.values.end(),
                                    [&name = name](const StoredValue& value) { return value.name == name; });
    if (known == layout.values.end()) {
      layout.values.push_back({name, slot});
    } else {
      known->slot = slot;
    }
  }
  return layout;
}

}  // namespace irgan
