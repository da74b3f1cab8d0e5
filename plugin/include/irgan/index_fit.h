/// Whether a model fits an index, still: the one answer for live searches and for all commands.
#pragma once

#include <xapian.h>

#include <memory>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/feature_schema.h"
#include "irgan/index_facts.h"
#include "irgan/model.h"

namespace irgan {

/// What of an index is not as it was when the model was trained.
enum class DriftKind {
  other_index,     ///< another uuid
  num_documents,   ///< a fifth more or fewer
  average_length,  ///< a fifth longer or shorter
  ids,             ///< no document has a unique-id term
  lengths,         ///< field lengths are missing: they are counted anew from the terms, which takes time
  text,            ///< texts of a field are missing
  value,           ///< numbers are missing
  clicks,          ///< what a log's clicks said is missing
  terms,           ///< words of a field are missing
  stems,           ///< words stand beside other stems
};

struct Drift {
  DriftKind kind = DriftKind::other_index;
  std::string fact;  ///< "31 % of the documents lack the length of field 'title' (value slot 1000)"
  bool breaks_fit = false;
};

/// Whether a model may order an index's documents, and what has changed.
///
/// A model does not fit if, of the documents that had what a feature reads when it was trained, more than half (of
/// what clicks said, nine in ten) lack it now; or if the share of words that stand beside their stem has moved by more
/// than a quarter. Of a model that does not know its index's shares only what is gone altogether counts.
struct IRGAN_API IndexFit {
  std::vector<Drift> drifts;

  bool fits() const;
  /// The facts that break the fit, or all others that cost the model something, joined by "; "; empty if there are
  /// none.
  std::string why_not() const;
  std::string losses() const;
};

/// The model does not fit the index; what() says why.
class IRGAN_API MisfitError : public Error {
 public:
  using Error::Error;
};

/// Compares an index with what `facts` say of the one that a model with `schema` was trained on. An empty index fits.
///
/// Cost: a look at each slot's statistics, and the terms of some documents that stand evenly over the index. Behind a
///       server the documents are not looked at.
IRGAN_API IndexFit index_fit(const Xapian::Database& db, const FeatureSchema& schema, const IndexFacts& facts);

/// The same of a model; remembers its answers for the last few states of indexes, told apart as ValueCache tells them.
///
/// Threads: safe
IRGAN_API std::shared_ptr<const IndexFit> index_fit(const Xapian::Database& db, const Model& model);

/// Returns what a model with `schema` is to remember of the index that it is trained on.
///
/// Cost: as index_fit
IRGAN_API IndexShares index_shares(const Xapian::Database& db, const FeatureSchema& schema);

}  // namespace irgan
