#include "trainer/distillation/distilled_search.h"

#include <cmath>
#include <memory>
#include <utility>

#include "irgan/weight.h"
#include "plugin/src/process/own_search.h"
#include "plugin/src/search/term_weighting.h"

namespace irgan {
namespace {

double rounded(double number) {
  if (number <= 0.0) return 0.0;
  const double unit = std::pow(10.0, 3.0 - std::floor(std::log10(number)));
  return std::round(number * unit) / unit;
}

std::unique_ptr<const Xapian::Weight> weight_of(const DistilledSearch& search) {
  const WeightMixture& mixture = search.mixture;
  if (search.kind == DistilledKind::mixture) return std::make_unique<Weight>(mixture);
  return std::make_unique<Xapian::BM25Weight>(mixture.k1, mixture.brevity, 1.0, mixture.b, kLeastNormalisedLength);
}

}  // namespace

DistilledSearch search_of(DistilledKind kind, const DistilledForm& form, const std::vector<std::string>& prefixes,
                          const std::vector<FieldUse>& uses) {
  DistilledSearch search;
  search.kind = kind;
  search.mixture = form.mixture;
  const auto add_fields = [&](bool finding, bool even_at_0) {
    for (std::size_t f = 0; f < prefixes.size(); ++f) {
      const double scale = rounded(form.field_scales[f]);
      if (uses[f] == (finding ? FieldUse::usual : FieldUse::allowed) && (scale > 0.0 || even_at_0)) {
        search.fields.push_back({prefixes[f], scale, finding});
      }
    }
  };
  add_fields(true, false);
  if (search.fields.empty()) add_fields(true, true);
  add_fields(false, false);
  // Xapian multiplies them by the length of the query, in which each word stands once a field.
  search.mixture.brevity /= static_cast<double>(search.fields.size());
  search.mixture.length /= static_cast<double>(search.fields.size());
  for (double WeightMixture::*member :
       {&WeightMixture::k1, &WeightMixture::b, &WeightMixture::bm25, &WeightMixture::presence, &WeightMixture::idf,
        &WeightMixture::log_wdf, &WeightMixture::brevity, &WeightMixture::length}) {
    search.mixture.*member = rounded(search.mixture.*member);
  }
  return search;
}

std::vector<Xapian::docid> found_by(const DistilledSearch& search, FirstStage& first_stage, const QueryRow& row,
                                    Xapian::doccount top, const NearTermsOfQuery* near) {
  Xapian::Enquire enquire(first_stage.database());
  Xapian::Query query = first_stage.parse_scaled(row.text, search.fields);
  if (near) query = near->terms.joined(query, near->near, near->use);
  enquire.set_query(FirstStage::filtered(std::move(query), row));
  enquire.set_weighting_scheme(*weight_of(search));
  const OwnSearch own;
  const Xapian::MSet hits = enquire.get_mset(0, top);
  return {hits.begin(), hits.end()};
}

}  // namespace irgan
