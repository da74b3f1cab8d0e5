#include "irgan/weight.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/search/term_weighting.h"

namespace irgan {
namespace {

constexpr char kFormat = '1';  // first character of what is serialised

// Every weight and bound is a sum and product of non-negative numbers, so that rounding moves it by less than half a
// unit in the last place an operation (a whole one for log); there are fewer than 32. A bound times this is a bound of
// what is computed, too.
constexpr double kRounding = 1.0 + 64.0 * std::numeric_limits<double>::epsilon();

// The members in the order in which they are serialised.
constexpr std::pair<const char*, double WeightMixture::*> kMembers[] = {
    {"k1", &WeightMixture::k1},           {"b", &WeightMixture::b},
    {"bm25", &WeightMixture::bm25},       {"presence", &WeightMixture::presence},
    {"idf", &WeightMixture::idf},         {"log_wdf", &WeightMixture::log_wdf},
    {"brevity", &WeightMixture::brevity}, {"length", &WeightMixture::length},
};

// Large enough for any fit, and sums of products of such numbers are finite.
constexpr double kLargest = 1e9;

void check(const WeightMixture& mixture) {
  for (const auto& [name, member] : kMembers) {
    const double largest = member == &WeightMixture::b ? 1.0 : kLargest;
    const double value = mixture.*member;
    if (!(value >= 0.0 && value <= largest)) {
      throw ConfigError(std::string("WeightMixture::") + name + ' ' + std::to_string(value) + ": must be from 0 to " +
                        (largest == 1.0 ? "1" : "1e9"));
    }
  }
}

}  // namespace

Weight::Weight(const WeightMixture& mixture) : mixture_(mixture) {
  check(mixture);
  for (const stat_flags needed : {COLLECTION_SIZE, AVERAGE_LENGTH, TERMFREQ, QUERY_LENGTH, WQF, WDF, DOC_LENGTH,
                                  DOC_LENGTH_MIN, DOC_LENGTH_MAX, WDF_MAX}) {
    need_stat(needed);
  }
}

Weight* Weight::clone() const { return new Weight(mixture_); }

std::string Weight::name() const { return kWeightName; }

std::string Weight::serialise() const {
  std::string text(1, kFormat);
  for (const auto& member : kMembers) {
    char digits[32];  // the shortest that is read back as the same number has at most 24
    const auto end = std::to_chars(digits, digits + sizeof digits, mixture_.*member.second).ptr;
    text += ' ';
    text.append(digits, end);
  }
  return text;
}

Weight* Weight::unserialise(const std::string& serialised) const {
  const Xapian::SerialisationError bad("irgan::Weight: these are not its parameters: '" + serialised + "'");
  const char* position = serialised.data();
  const char* const end = position + serialised.size();
  if (position == end || *position++ != kFormat) throw bad;
  WeightMixture mixture;
  for (const auto& member : kMembers) {
    if (position == end || *position++ != ' ') throw bad;
    const auto parsed = std::from_chars(position, end, mixture.*member.second);
    if (parsed.ec != std::errc()) throw bad;
    position = parsed.ptr;
  }
  if (position != end) throw bad;
  try {
    return new Weight(mixture);
  } catch (const ConfigError&) {
    throw bad;
  }
}

void Weight::init(double factor) {
  average_length_ = get_average_length();
  scale_ = 0.0;
  if (factor == 0.0) return;  // of the part that belongs to no term
  idf_ = bm25_idf(static_cast<double>(get_collection_size()), static_cast<double>(get_termfreq()));
  const double wqf = static_cast<double>(get_wqf());
  scale_ = factor * 2.0 * wqf / (1.0 + wqf);  // as BM25Weight with k3 = 1
}

double Weight::normalised_length(Xapian::termcount length) const {
  return irgan::normalised_length(static_cast<double>(length), average_length_);
}

double Weight::part(double wdf, double normalised_length) const {
  if (wdf <= 0.0) return 0.0;
  const double of_idf = mixture_.bm25 * saturation(wdf, normalised_length, mixture_.k1, mixture_.b) + mixture_.idf +
                        mixture_.log_wdf * std::log1p(wdf);
  return scale_ * (of_idf * idf_ + mixture_.presence);
}

double Weight::extra(double normalised_length) const {
  return static_cast<double>(get_query_length()) *
         (mixture_.brevity * brevity(normalised_length) + mixture_.length * lengthiness(normalised_length));
}

double Weight::get_sumpart(Xapian::termcount wdf, Xapian::termcount length, Xapian::termcount) const {
  return part(static_cast<double>(std::min(wdf, length)), normalised_length(length));
}

double Weight::get_sumpart(Xapian::termcount wdf, Xapian::termcount length, Xapian::termcount num_unique,
                           Xapian::termcount) const {
  return get_sumpart(wdf, length, num_unique);
}

// Let W be the upper bound of the wdf, A the lower bound of the lengths, l a document's length, w its wdf; 0 < w <= W,
// and l >= max(w, A), as wdfs add up to the length (the document is not empty, so that A holds).
//   1. part falls with l and all else fixed, so that part(w, l) <= part(w, max(w, A)).
//   2. presence and idf are constant, log(1 + w) grows. As for the saturation at l = max(w, A): where its n is constant
//      (l = A, or n at its least), w / (w + c) grows; where l = w, it is 1 / (1 + k1 b / average + k1 (1 - b) / w),
//      which does not fall; and it is continuous in between. So part(w, max(w, A)) <= part(W, max(W, A)).
// Source: Macdonald, Ounis and Tonellotto, "Upper-bound approximations for dynamic pruning", TOIS 29(4), 2011, bound
// BM25 by its value at w = l = W; the lower bound of the lengths makes that tighter, as in Xapian's own BM25Weight.
double Weight::get_maxpart() const {
  const Xapian::termcount largest = get_wdf_upper_bound();
  const Xapian::termcount least_length = std::max(largest, get_doclength_lower_bound());
  return kRounding * part(static_cast<double>(largest), normalised_length(least_length));
}

double Weight::get_sumextra(Xapian::termcount length, Xapian::termcount) const {
  return extra(normalised_length(length));
}

double Weight::get_sumextra(Xapian::termcount length, Xapian::termcount num_unique, Xapian::termcount) const {
  return get_sumextra(length, num_unique);
}

// brevity falls with n and lengthiness grows. Empty documents are below the lower bound of the lengths, and they can
// match (by a filter, by MatchAll); so brevity is taken at the least n that any document has.
double Weight::get_maxextra() const {
  return kRounding * static_cast<double>(get_query_length()) *
         (mixture_.brevity * brevity(kLeastNormalisedLength) +
          mixture_.length * lengthiness(normalised_length(get_doclength_upper_bound())));
}

void register_weight(Xapian::Registry& registry) { registry.register_weighting_scheme(Weight()); }

}  // namespace irgan
