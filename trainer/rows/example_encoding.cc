#include "trainer/rows/example_encoding.h"

namespace irgan {

void encode_rows(const Pool& pool, const std::vector<Eigen::Index>& rows, const Encoding& encoding,
                 FeatureMatrix& encoded) {
  const FeatureMatrix some = pool.rows(rows, Eigen::all);
  encoding.encode(some, pool.range, encoded);
}

void encode_example(const TrainingData& data, const Example& example, const Encoding& encoding,
                    FeatureMatrix& encoded) {
  const Pool& pool = data.pools[example.pool];
  if (static_cast<Eigen::Index>(example.rows.size()) == pool.rows.rows() && example.ranks.empty()) {
    encoding.encode(pool.rows, pool.range, encoded);
    return;
  }
  encode_rows(pool, example.rows, encoding, encoded);
}

}  // namespace irgan
