#include "irgan/field_feature.h"

namespace irgan {

bool needs_collection_probability(FieldFeature feature) {
  return feature == FieldFeature::dirichlet || feature == FieldFeature::jelinek_mercer;
}

bool compares_text(FieldFeature feature) {
  return feature >= FieldFeature::trigram_jaccard && feature <= FieldFeature::number_surplus;
}

bool needs_word_idf(FieldFeature feature) {
  return feature == FieldFeature::fuzzy_coverage || feature == FieldFeature::fuzzy_share ||
         feature == FieldFeature::part_share;
}

}  // namespace irgan
