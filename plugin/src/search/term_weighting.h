/// The functions that irgan::Weight mixes. Its coefficients are fitted to these same functions. No I/O.
///
/// wdf >= 0; normalised lengths as normalised_length() returns them. Every result is >= 0.
#pragma once

#include <algorithm>
#include <cmath>

namespace irgan {

/// What Xapian::BM25Weight takes for the least length of a document by default.
inline constexpr double kLeastNormalisedLength = 0.5;

/// Returns the length by the average; a database of empty documents has the average 0.
inline double normalised_length(double length, double average_length) {
  return std::max(average_length > 0.0 ? length / average_length : 0.0, kLeastNormalisedLength);
}

/// Returns log((N - n + .5) / (n + .5)) of N documents, n with the term; for terms of more than a third of them log of
/// 1 + half of that, which is above 0.
///
/// Source: Xapian::BM25Weight, so that a mixture of BM25 alone weighs as that does
inline double bm25_idf(double num_documents, double term_frequency) {
  const double odds = (num_documents - term_frequency + 0.5) / (term_frequency + 0.5);
  return std::log(odds < 2.0 ? 1.0 + odds / 2.0 : odds);
}

/// Returns (k1 + 1) w / (w + k1 (1 - b + b n)): grows with w, falls with n.
///
/// Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, eq. 3.15
inline double saturation(double wdf, double normalised_length, double k1, double b) {
  return wdf > 0.0 ? (k1 + 1.0) * wdf / (wdf + k1 * (1.0 - b + b * normalised_length)) : 0.0;
}

/// Falls with the length n: 2 / (1 + n), the form of BM25Weight's k2.
inline double brevity(double normalised_length) { return 2.0 / (1.0 + normalised_length); }

/// Grows with the length n: n / (1 + n), below 1.
inline double lengthiness(double normalised_length) { return normalised_length / (1.0 + normalised_length); }

}  // namespace irgan
