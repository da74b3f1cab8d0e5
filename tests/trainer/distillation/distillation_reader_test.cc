#include "trainer/distillation/distillation_reader.h"

#include <catch2/catch.hpp>
#include <map>

#include "plugin/src/search/term_weighting.h"
#include "tests/trainer/small_index.h"
#include "trainer/game/softmax.h"
#include "trainer/site/first_stage.h"

namespace irgan::distillation_reader_test {

using Eigen::Index;

namespace {

const SmallIndex& index() {
  static const SmallIndex small(
      {{"a", "Linux kernel", "the kernel of the system boots the kernel first", {}},
       {"b", "Kernel density", "estimating distributions in statistics", {}},
       {"c", "Popcorn", "kernels of maize heated in oil until they burst and then salted and eaten", {}},
       {"d", "Statistics", "means medians and distributions", {}},
       {"e", "Systems", "a system", {}}});
  return small;
}

}  // namespace

TEST_CASE("what is read of a pool weighs as Xapian's matcher does", "[trainer][distillation_reader]") {
  const Xapian::Database db = index().open();
  FirstStage stage(db, small_layout());
  const std::vector<ScaledField> fields{{"S", 2.5, true}, {"", 1.0, true}};
  const double k1 = 1.4, k2 = 0.6, b = 0.7;
  for (const std::string text : {"kernel", "statistics distributions", "system kernel oil"}) {
    Xapian::Enquire enquire(db);
    enquire.set_query(stage.parse_scaled(text, fields));
    enquire.set_weighting_scheme(Xapian::BM25Weight(k1, k2, 1.0, b, 0.5));
    std::map<Xapian::docid, double> weights;  // by docid, which is the order of the pool's rows
    const Xapian::MSet found = enquire.get_mset(0, 10);
    for (auto hit = found.begin(); hit != found.end(); ++hit) weights[*hit] = hit.get_weight();
    REQUIRE(weights.size() >= 2);
    std::vector<RankedHit> hits;
    for (auto weight = weights.rbegin(); weight != weights.rend(); ++weight) {
      hits.emplace_back();
      hits.back().docid = weight->first;
      hits.back().score = static_cast<double>(weight->first);
    }

    const DistillationPool pool = DistillationReader(db, {"S", ""}, "english").read(stage.parse(text), hits);

    REQUIRE(pool.fields.size() == 2);
    Index row = 0;
    Eigen::VectorXd scores(pool.target.size());
    for (const auto& [docid, weight] : weights) {
      const auto num_words = static_cast<double>(pool.fields[0].wdf.cols());
      double expected = k2 * brevity(pool.normalised_length[row]) * num_words * 2.0;
      for (std::size_t f = 0; f < 2; ++f) {
        for (Index word = 0; word < pool.fields[f].wdf.cols(); ++word) {
          expected += fields[f].scale * pool.fields[f].idf[word] *
                      saturation(pool.fields[f].wdf(row, word), pool.normalised_length[row], k1, b);
        }
      }
      CHECK(weight == Approx(expected));
      scores[row++] = static_cast<double>(docid);
    }
    CHECK(pool.target.isApprox(softmax(scores)));
  }
}

}  // namespace irgan::distillation_reader_test
