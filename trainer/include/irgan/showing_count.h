/// How often a document was shown at a rank, and how often clicked.
#pragma once

namespace irgan {

/// A document's showings at one rank, for one query.
struct ShowingCount {
  int rank = 0;  ///< 1-based
  double shown = 0.0;
  double clicks = 0.0;  ///< at most `shown`
};

}  // namespace irgan
