#include "plugin/src/features/feature_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>

#include "plugin/src/features/clicked_field.h"
#include "plugin/src/features/field_features.h"
#include "plugin/src/features/field_postings.h"
#include "plugin/src/features/field_texts.h"
#include "plugin/src/features/postings.h"

namespace irgan {
namespace {

constexpr const char* kNobodyAsked =
    "the model ranks by the score of its generator over the whole collection, which is not asked here";

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// Terms of any field where the index has such, else those of the first field whose text is compared.
std::string prefix_of_words(const FeatureSchema& schema) {
  std::string prefix;
  for (auto field = schema.fields.rbegin(); field != schema.fields.rend(); ++field) {
    if (field->prefix.empty()) return "";
    if (field->text_slot != Xapian::BAD_VALUENO) prefix = field->prefix;
  }
  return prefix;
}

std::string query_text(const std::vector<QueryConcept>& concepts) {
  std::string text;
  for (const QueryConcept& concept_ : concepts) {
    const ConceptWord& first = concept_.words.front();
    if (!text.empty()) text += ' ';
    text += first.word.empty() ? first.stem : first.word;
  }
  return text;
}

double transformed(double number, Transform transform) {
  if (transform == Transform::identity) return number;
  return std::copysign(std::log1p(std::abs(number)), number);
}

// A number that no float holds (an infinity, 1e300) is missing: it would push its pool's range to infinity.
float finite_or_missing(double number) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return std::abs(number) <= kLargest ? static_cast<float>(number) : std::numeric_limits<float>::quiet_NaN();
}

// In the order of kFeatureKindNames.
std::size_t kind_of(const FeatureColumn& column) {
  switch (column.source) {
    case FeatureSource::first_stage_score:
      return 0;
    case FeatureSource::first_stage_rank:
      return 1;
    case FeatureSource::generator_score:
      return 2;
    case FeatureSource::query_length:
      return 3;
    case FeatureSource::context:
      return 4;
    case FeatureSource::value:
      return 5;
    case FeatureSource::field:
      break;
  }
  return kFirstFieldKind + static_cast<std::size_t>(column.field_feature);
}

}  // namespace

/// One call of extract(): each list of the index is read at most once.
class FeatureColumns::Extraction {
 public:
  Extraction(const FeatureColumns& parts, const std::vector<QueryConcept>& concepts,
             const std::vector<Candidate>& candidates, const SearchContext& context, const IndexReader& index)
      : parts_(parts),
        concepts_(concepts),
        candidates_(candidates),
        context_(context),
        index_(index),
        sorted_row_(candidates.size()) {
    std::iota(sorted_row_.begin(), sorted_row_.end(), std::size_t{0});
    std::sort(sorted_row_.begin(), sorted_row_.end(),
              [&](std::size_t a, std::size_t b) { return candidates[a].docid < candidates[b].docid; });
    docids_.reserve(candidates.size());
    for (const std::size_t row : sorted_row_) docids_.push_back(candidates[row].docid);
    matches_.resize(parts.schema_.fields.size());
    texts_.resize(parts.schema_.fields.size());
  }

  // The candidates' place by docid, as the values of column() are ordered.
  const std::vector<std::size_t>& sorted_row() const { return sorted_row_; }

  VectorXd column(const FeatureColumn& column) {
    const Index n = static_cast<Index>(candidates_.size());
    switch (column.source) {
      case FeatureSource::first_stage_score:
        return VectorXd::NullaryExpr(n, [this](Index i) { return candidates_[row_at(i)].first_stage_score; });
      case FeatureSource::first_stage_rank:
        return VectorXd::NullaryExpr(n, [this](Index i) {
          const bool was_found = !std::isnan(candidates_[row_at(i)].first_stage_score);
          return was_found ? std::log(1.0 + static_cast<double>(row_at(i))) : kMissing;
        });
      case FeatureSource::generator_score:
        return VectorXd::NullaryExpr(n, [this](Index i) {
          const std::optional<float>& score = candidates_[row_at(i)].generator_score;
          if (!score) throw Error(kNobodyAsked);
          return static_cast<double>(*score);
        });
      case FeatureSource::query_length:
        return VectorXd::Constant(n, static_cast<double>(concepts_.size()));
      case FeatureSource::context: {
        const auto found = context_.find(column.context);
        return VectorXd::Constant(n, found != context_.end() && found->second == column.context_value ? 1.0 : 0.0);
      }
      case FeatureSource::value: {
        const ValueField& spec = parts_.schema_.values[column.index];
        VectorXd values = numbers_of(spec.slot, spec.from_clicks);
        for (double& value : values) value = transformed(value, spec.transform);
        return values;
      }
      case FeatureSource::field:
        break;
    }
    if (parts_.schema_.fields[column.index].from_clicks) return clicked_column(column);
    return compares_text(column.field_feature) ? texts(column.index).column(column.field_feature)
                                               : field_feature(column.field_feature, match(column.index));
  }

 private:
  std::size_t row_at(Index i) const { return sorted_row_[static_cast<std::size_t>(i)]; }

  const FieldMatch& match(std::size_t field) {
    std::optional<FieldMatch>& match = matches_[field];
    if (match) return *match;
    const TextField& spec = parts_.schema_.fields[field];
    match = spec.from_clicks ? read_clicked_words(parts_.clicks_, spec, concepts_, docids_, index_.num_documents())
                             : read_field(index_, spec, concepts_, docids_, parts_.any_query_likelihood_);
    match->length = field_lengths(field);
    return *match;
  }

  VectorXd numbers_of(Xapian::valueno slot, bool from_clicks) {
    if (from_clicks && parts_.clicks_are_apart_) return slot_numbers(parts_.clicks_, slot, docids_);
    const std::vector<Xapian::valueno>& slots = parts_.number_slots_;
    if (!numbers_) numbers_ = index_.slot_numbers(slots, docids_);
    return numbers_->col(std::lower_bound(slots.begin(), slots.end(), slot) - slots.begin());
  }

  VectorXd field_lengths(std::size_t field) {
    const TextField& spec = parts_.schema_.fields[field];
    if (spec.length_slot != Xapian::BAD_VALUENO) {
      VectorXd lengths = numbers_of(spec.length_slot, spec.from_clicks);
      if (!spec.from_clicks) count_missing(field, lengths);
      return lengths;
    }
    if (!document_lengths_) document_lengths_ = index_.document_lengths(docids_);
    return *document_lengths_;
  }

  // Of documents whose slot is empty, such as those that were replaced since the index was annotated, words are counted
  // as annotate counts them.
  void count_missing(std::size_t field, VectorXd& lengths) {
    std::vector<Xapian::docid> missing;
    for (Index i = 0; i < lengths.size(); ++i) {
      const Xapian::docid docid = docids_[static_cast<std::size_t>(i)];
      if (std::isnan(lengths[i]) && counted_.count(docid) == 0) missing.push_back(docid);
    }
    if (!missing.empty()) {
      std::vector<std::vector<double>> counted = index_.field_lengths(parts_.schema_.fields, missing);
      for (std::size_t i = 0; i < missing.size(); ++i) counted_.emplace(missing[i], std::move(counted[i]));
    }
    for (Index i = 0; i < lengths.size(); ++i) {
      if (std::isnan(lengths[i])) lengths[i] = counted_.at(docids_[static_cast<std::size_t>(i)])[field];
    }
  }

  FieldTexts& texts(std::size_t field) {
    std::optional<FieldTexts>& texts = texts_[field];
    if (!texts) {
      if (!query_) query_ = comparable_text(query_text(concepts_));
      texts.emplace(*query_, index_.slot_texts(parts_.schema_.fields[field].text_slot, docids_),
                    parts_.known_words_.get());
    }
    return *texts;
  }

  VectorXd clicked_column(const FeatureColumn& column) {
    const FieldMatch& found = match(column.index);
    const TextField& spec = parts_.schema_.fields[column.index];
    VectorXd values;
    switch (column.field_feature) {
      case FieldFeature::click_share:
        values = query_shares(parts_.clicks_, spec, concepts_, docids_);
        break;
      case FieldFeature::word_share:
        values = word_shares(parts_.clicks_, spec, concepts_, docids_);
        break;
      default:
        values = field_feature(column.field_feature, found);
    }
    for (Index i = 0; i < values.size(); ++i) {
      if (std::isnan(found.length[i])) values[i] = found.length[i];  // never seen is not the same as never clicked
    }
    return values;
  }

  const FeatureColumns& parts_;
  const std::vector<QueryConcept>& concepts_;
  const std::vector<Candidate>& candidates_;
  const SearchContext& context_;
  const IndexReader& index_;
  std::vector<std::size_t> sorted_row_;
  std::vector<Xapian::docid> docids_;               // ascending
  std::vector<std::optional<FieldMatch>> matches_;  // a field each
  std::vector<std::optional<FieldTexts>> texts_;    // a field each
  std::optional<ComparableText> query_;
  std::optional<Eigen::MatrixXd> numbers_;  // of all slots that columns read
  std::optional<VectorXd> document_lengths_;
  std::unordered_map<Xapian::docid, std::vector<double>> counted_;  // lengths of the fields
};

FeatureColumns::FeatureColumns(FeatureSchema schema, Xapian::Database clicks, bool clicks_are_apart)
    : schema_(std::move(schema)),
      columns_(parse_features(schema_)),
      context_names_(context_names(schema_)),
      concept_finder_(field_prefixes(schema_), schema_.stemmer),
      clicks_(std::move(clicks)),
      clicks_are_apart_(clicks_are_apart) {
  bool any_word_idf = false;
  for (const FeatureColumn& column : columns_) {
    kinds_.push_back(kind_of(column));
    any_query_likelihood_ |=
        column.source == FeatureSource::field && needs_collection_probability(column.field_feature);
    any_word_idf |= column.source == FeatureSource::field && needs_word_idf(column.field_feature);
  }
  list_slots();
  if (any_word_idf) known_words_ = std::make_unique<KnownWords>(schema_.stemmer, prefix_of_words(schema_));
}

// What the columns read of the reader's slots.
void FeatureColumns::list_slots() {
  std::set<Xapian::valueno> numbers, texts;
  for (const FeatureColumn& column : columns_) {
    if (column.source == FeatureSource::value) {
      const ValueField& value = schema_.values[column.index];
      if (!(value.from_clicks && clicks_are_apart_)) numbers.insert(value.slot);
    } else if (column.source == FeatureSource::field) {
      const TextField& field = schema_.fields[column.index];
      if (compares_text(column.field_feature)) {
        texts.insert(field.text_slot);
      } else if (!(field.from_clicks && clicks_are_apart_)) {
        numbers.insert(field.length_slot);
      }
    }
  }
  numbers.erase(Xapian::BAD_VALUENO);
  texts.erase(Xapian::BAD_VALUENO);
  number_slots_.assign(numbers.begin(), numbers.end());
  text_slots_.assign(texts.begin(), texts.end());
}

std::array<std::uint64_t, kNumContextStates> FeatureColumns::states_of(const SearchContext& context) const {
  std::array<std::uint64_t, kNumContextStates> states{};
  for (const std::string& name : context_names_) {
    const auto found = context.find(name);
    ContextState state = ContextState::missing;
    if (found != context.end() && !found->second.empty()) {
      const bool is_known = std::any_of(columns_.begin(), columns_.end(), [&](const FeatureColumn& column) {
        return column.source == FeatureSource::context && column.context == name &&
               column.context_value == found->second;
      });
      state = is_known ? ContextState::known : ContextState::unseen;
    }
    ++states[static_cast<std::size_t>(state)];
  }
  return states;
}

// All that the columns will ask the reader for.
ReadingList FeatureColumns::reading_list(const std::vector<QueryConcept>& concepts) const {
  ReadingList list{{}, number_slots_};
  list.slots.insert(list.slots.end(), text_slots_.begin(), text_slots_.end());
  for (const FeatureColumn& column : columns_) {
    if (column.source != FeatureSource::field) continue;
    const TextField& field = schema_.fields[column.index];
    if (compares_text(column.field_feature) || field.from_clicks) continue;  // terms from clicks have no wdf
    for (const QueryConcept& concept_ : concepts) {
      for (const ConceptWord& word : concept_.words) list.words.push_back(indexed_forms(field.prefix, word));
    }
  }
  return list;
}

FeatureMatrix FeatureColumns::extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                                      const SearchContext& context, IndexReader& index,
                                      const std::function<void()>& before_feature) const {
  const std::vector<QueryConcept> concepts = concept_finder_.find(query);
  if (known_words_) known_words_->begin(index);
  index.prepare([&] { return reading_list(concepts); });

  Extraction extraction(*this, concepts, candidates, context, index);
  FeatureMatrix rows(static_cast<Index>(candidates.size()), static_cast<Index>(columns_.size()));
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    before_feature();
    const VectorXd values = extraction.column(columns_[j]);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Index row = static_cast<Index>(extraction.sorted_row()[i]);
      rows(row, static_cast<Index>(j)) = finite_or_missing(values[static_cast<Index>(i)]);
    }
  }
  return rows;
}

}  // namespace irgan
