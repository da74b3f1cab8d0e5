/// A model distilled into what Xapian itself can compute: a weighting scheme that searches the whole index.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// How much of each function is in the weight; all finite and >= 0, which is what the bounds rest on.
///
/// With w a term's wdf in a document, n the document's length / the average length, at least 1/2, and idf Xapian's own
/// (that of Xapian::BM25Weight), a document's weight is
///   sum over the query's terms in it of  bm25 idf (k1 + 1) w / (w + k1 (1 - b + b n)) + presence + idf' idf
///                                        + log_wdf idf log(1 + w),   each times the term's scale in the query
///   + query length in terms x (brevity 2 / (1 + n) + length n / (1 + n)).
///
/// A term that is in the document with a wdf of 0, as boolean terms are, adds nothing.
///
/// With bm25 alone this is Xapian::BM25Weight(k1, 0, 1, b), with brevity too BM25Weight(k1, brevity, 1, b); but
/// relevance sets are not looked at.
struct WeightMixture {
  double k1 = 1.0;
  double b = 0.5;  ///< 0 to 1
  double bm25 = 1.0;
  double presence = 0.0;  ///< that a term occurs at all: rewards documents that hold more of the query's words
  double idf = 0.0;       ///< the same, rare terms more
  double log_wdf = 0.0;   ///< grows with the wdf for ever, where bm25 levels out
  double brevity = 0.0;   ///< for short documents
  double length = 0.0;    ///< for long documents
};

/// Weighs terms by a mixture that `xapian-irgan distill` finds.
///
/// A weighting scheme never sees its term, so that what a field counts is said in the query, by OP_SCALE_WEIGHT.
/// Servers that search for others (xapian-tcpsrv) must know the class: see register_weight.
///
/// Threads: as Xapian::Weight, whose copies are one search's own.
class IRGAN_API Weight : public Xapian::Weight {
 public:
  /// Throws: ConfigError naming the member that is out of range
  explicit Weight(const WeightMixture& mixture = {});

  const WeightMixture& mixture() const { return mixture_; }

  // What follows overrides Xapian's. Both forms of get_sumpart and get_sumextra are there, since 1.4 calls the shorter
  // and 2.x the longer; each is an overload of no meaning to the other, so that none is marked as an override.
  // NOLINTBEGIN(modernize-use-override)
  Weight* clone() const;
  /// "irgan::Weight", on 2.x "irgan"
  std::string name() const;
  /// The mixture in decimal digits, to the last bit.
  std::string serialise() const;
  /// Throws: Xapian::SerialisationError if the bytes are not what serialise() makes
  Weight* unserialise(const std::string& serialised) const;
  void init(double factor);
  double get_sumpart(Xapian::termcount wdf, Xapian::termcount length, Xapian::termcount num_unique) const;
  double get_sumpart(Xapian::termcount wdf, Xapian::termcount length, Xapian::termcount num_unique,
                     Xapian::termcount largest_wdf) const;
  double get_maxpart() const;
  double get_sumextra(Xapian::termcount length, Xapian::termcount num_unique) const;
  double get_sumextra(Xapian::termcount length, Xapian::termcount num_unique, Xapian::termcount largest_wdf) const;
  double get_maxextra() const;
  // NOLINTEND(modernize-use-override)

 private:
  double normalised_length(Xapian::termcount length) const;
  double part(double wdf, double normalised_length) const;
  double extra(double normalised_length) const;

  WeightMixture mixture_;
  // Set by init():
  double scale_ = 0.0;
  double idf_ = 0.0;
  double average_length_ = 0.0;
};

/// Makes irgan::Weight known to `registry`, so that searches that name it can be unserialised.
IRGAN_API void register_weight(Xapian::Registry& registry);

}  // namespace irgan
