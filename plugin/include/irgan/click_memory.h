/// What people clicked before, by query and by word: a compact file beside the model.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/errors.h"
#include "irgan/memory_facts.h"

namespace irgan {

/// Metadata keys under which a memory lives in an index.
inline constexpr const char* kMemoryKey = "irgan.memory";
/// ClickMemory::version() of the memory under kMemoryKey, as kModelVersionKey is of the model.
inline constexpr const char* kMemoryVersionKey = "irgan.memory.version";

/// A document that was clicked. The id lives as long as the memory.
struct RememberedDocument {
  std::string_view id;  ///< the site's own: the suffix of the unique-id term, or a docid in digits
  double clicks = 0.0;  ///< decayed; of by_words the score
};

/// What is remembered of one query.
struct RememberedQuery {
  double num_clicks = 0.0;                    ///< C_q: decayed clicks on all documents
  std::vector<RememberedDocument> documents;  ///< C_qd, most clicks first; at most 300
};

/// Clicks of the past by query and by word, immutable. Queries and words are kept as hashes of 64 bits, so that nobody
/// reads them in the file; anyone who guesses a query can look it up.
///
/// Threads: safe to share; holds no Xapian object
class IRGAN_API ClickMemory {
 public:
  /// Files of more than 16 MiB are mapped and not copied: such a file must be replaced by renaming, as `xapian-irgan
  /// memory` does, and never be overwritten in place.
  ///
  /// Throws: FormatError beginning with `path` if the file is no whole memory; Error if it cannot be read
  /// Cost:   one pass over the bytes, which checks the digest and every bound
  static std::shared_ptr<const ClickMemory> from_file(const std::string& path);
  /// Throws: FormatError beginning with `origin`
  static std::shared_ptr<const ClickMemory> from_bytes(std::string_view bytes, const std::string& origin);
  ~ClickMemory();

  /// Returns what is remembered of the query of `words` (QueryWords); nothing for no words.
  ///
  /// Cost: O(log queries + documents)
  RememberedQuery query(const std::vector<std::string>& words) const;

  /// Returns the `most` documents that were clicked most for queries with these words, best first.
  ///
  /// Source: BM25 with k1 1 and b .5, as if the words of the clicked queries stood in the document
  /// Units:  clicks: that score
  /// Cost:   O(documents of the words), at most 1,000 a word
  std::vector<RememberedDocument> by_words(const std::vector<std::string>& words, std::size_t most) const;

  const MemoryFacts& facts() const;
  /// Hexadecimal digest of the bytes.
  const std::string& version() const;
  std::string_view bytes() const;

 private:
  struct State;
  explicit ClickMemory(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

/// Returns each document's chance to be clicked, the model's opinion being the prior of what was clicked before:
/// (C_qd + k p) / (C_q + k), p = softmax of `scores`.
///
/// Source:   the posterior mean under a Dirichlet prior
/// Shapes:   scores, clicks (C_qd): one entry a document
/// Requires: num_clicks (C_q) >= 0, prior_clicks (k) > 0
IRGAN_API Eigen::VectorXd scores_with_memory(const Eigen::Ref<const Eigen::VectorXf>& scores,
                                             const Eigen::Ref<const Eigen::VectorXd>& clicks, double num_clicks,
                                             double prior_clicks);

/// Returns what each document's clicks add to its score: log(1 + C_qd / (k p)), p = softmax of `scores`, which is at
/// least 0. Of two documents, the logarithm of how many times likelier one is clicked by scores_with_memory() is the
/// difference of score + gain.
///
/// Shapes:   scores, clicks (C_qd): one entry a document
/// Units:    nats, as the scores
/// Requires: prior_clicks (k) > 0
IRGAN_API Eigen::VectorXd gain_by_memory(const Eigen::Ref<const Eigen::VectorXf>& scores,
                                         const Eigen::Ref<const Eigen::VectorXd>& clicks, double prior_clicks);

}  // namespace irgan
