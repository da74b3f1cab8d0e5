#include "plugin/src/features/field_features.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace irgan::field_features_test {

using Catch::Matchers::WithinRel;
using Eigen::VectorXd;

namespace {

// Each figure is one short expression of doubles, here and there in another order: a few units in the last place.
constexpr double kRounding = 1e-14;

// Three documents and two concepts: the first document holds both, the second one, the third none and has no length.
FieldMatch match_of_three() {
  FieldMatch match;
  match.wdf = (Eigen::MatrixXd(3, 2) << 2, 1, 0, 3, 0, 0).finished();
  match.idf = Eigen::Vector2d(1.5, 0.5);
  match.collection_probability = Eigen::Vector2d(0.01, 0.2);
  match.length = Eigen::Vector3d(2, 6, NAN);
  match.average_length = 4.0;
  return match;
}

void check(FieldFeature feature, double first, double second, double third) {
  const VectorXd values = field_feature(feature, match_of_three());
  REQUIRE(values.size() == 3);
  CHECK_THAT(values[0], WithinRel(first, kRounding));
  CHECK_THAT(values[1], WithinRel(second, kRounding));
  if (std::isnan(third)) {
    CHECK(std::isnan(values[2]));
  } else {
    CHECK(values[2] == third);
  }
}

constexpr FieldFeature kTermFeatures[] = {
    FieldFeature::bm25,   FieldFeature::coverage,    FieldFeature::idf_coverage, FieldFeature::density,
    FieldFeature::length, FieldFeature::exact_match, FieldFeature::dirichlet,    FieldFeature::jelinek_mercer,
    FieldFeature::tf_idf, FieldFeature::log_wdf,     FieldFeature::idf_sum,      FieldFeature::min_wdf};

}  // namespace

TEST_CASE("the idf falls with the number of documents and stays above zero", "[plugin][field_features]") {
  CHECK_THAT(inverse_document_frequency(4, 1), WithinRel(std::log(1 + 3.5 / 1.5), kRounding));
  CHECK_THAT(inverse_document_frequency(4, 0), WithinRel(std::log(10.0), kRounding));
  CHECK_THAT(inverse_document_frequency(4, 4), WithinRel(std::log(1 + 0.5 / 4.5), kRounding));
}

TEST_CASE("bm25 is that of k1 = 1 and b = 1/2", "[plugin][field_features]") {
  // norm = .5 + .5 length / 4: .75 and 1.25; idf 2 w / (w + norm)
  check(FieldFeature::bm25, 1.5 * 2 * 2 / 2.75 + 0.5 * 2 * 1 / 1.75, 0.5 * 2 * 3 / 4.25, NAN);
}

TEST_CASE("coverages are shares of concepts and of their idf", "[plugin][field_features]") {
  check(FieldFeature::coverage, 1.0, 0.5, 0.0);
  check(FieldFeature::idf_coverage, 1.0, 0.5 / 2.0, 0.0);
}

TEST_CASE("density and length are of the field's words", "[plugin][field_features]") {
  check(FieldFeature::density, 3.0 / 2.0, 3.0 / 6.0, NAN);
  check(FieldFeature::length, std::log(3.0), std::log(7.0), NAN);
}

TEST_CASE("an empty field has length zero and density zero", "[plugin][field_features]") {
  FieldMatch match = match_of_three();
  match.wdf.setZero();
  match.length.setZero();
  CHECK(field_feature(FieldFeature::density, match) == VectorXd::Zero(3));
  CHECK(field_feature(FieldFeature::length, match) == VectorXd::Zero(3));
}

TEST_CASE("exact_match asks for every concept and no word more", "[plugin][field_features]") {
  check(FieldFeature::exact_match, 1.0, 0.0, NAN);
  FieldMatch longer = match_of_three();
  longer.length[0] = 3.0;
  CHECK(field_feature(FieldFeature::exact_match, longer)[0] == 0.0);
}

TEST_CASE("dirichlet and jelinek_mercer are smoothed by the collection", "[plugin][field_features]") {
  // mu = 2 * 4 + 1 = 9: sum log(1 + w / (9 p)) + 2 log(9 / (length + 9))
  check(FieldFeature::dirichlet, std::log(1 + 2 / 0.09) + std::log(1 + 1 / 1.8) + 2 * std::log(9.0 / 11),
        std::log(1 + 3 / 1.8) + 2 * std::log(9.0 / 15), NAN);
  // sum log(1 + 7/3 w / (length p))
  check(FieldFeature::jelinek_mercer, std::log(1 + 7.0 / 3 * 2 / 0.02) + std::log(1 + 7.0 / 3 * 1 / 0.4),
        std::log(1 + 7.0 / 3 * 3 / 1.2), NAN);
}

TEST_CASE("sums over concepts need no length", "[plugin][field_features]") {
  check(FieldFeature::tf_idf, (1 + std::log(2.0)) * 1.5 + 0.5, (1 + std::log(3.0)) * 0.5, 0.0);
  check(FieldFeature::log_wdf, std::log(3.0) + std::log(2.0), std::log(4.0), 0.0);
  check(FieldFeature::idf_sum, 2.0, 0.5, 0.0);
}

TEST_CASE("min_wdf is the rarest concept's", "[plugin][field_features]") {
  const VectorXd values = field_feature(FieldFeature::min_wdf, match_of_three());
  CHECK(values == Eigen::Vector3d(1, 0, 0));
}

TEST_CASE("a query without concepts gives each document its zero or, without a length, a missing value",
          "[plugin][field_features]") {
  FieldMatch match = match_of_three();
  match.wdf.resize(3, 0);
  match.idf.resize(0);
  match.collection_probability.resize(0);
  for (const FieldFeature feature : kTermFeatures) {
    CAPTURE(static_cast<int>(feature));
    const VectorXd values = field_feature(feature, match);
    REQUIRE(values.size() == 3);
    if (feature == FieldFeature::length) continue;
    CHECK(values[0] == 0.0);
    CHECK(values[1] == 0.0);
    CHECK((values[2] == 0.0 || std::isnan(values[2])));
  }
}

TEST_CASE("no candidates give no values", "[plugin][field_features]") {
  FieldMatch match = match_of_three();
  match.wdf.resize(0, 2);
  match.length.resize(0);
  for (const FieldFeature feature : kTermFeatures) CHECK(field_feature(feature, match).size() == 0);
}

TEST_CASE("features of terms compare no text", "[plugin][field_features]") {
  for (const FieldFeature feature : kTermFeatures) CHECK_FALSE(compares_text(feature));
}

}  // namespace irgan::field_features_test
