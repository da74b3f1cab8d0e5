#include "irgan/feature_extractor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "irgan/query_concepts.h"
#include "plugin/src/features/clicked_field.h"
#include "plugin/src/features/field_features.h"
#include "plugin/src/features/field_postings.h"
#include "plugin/src/features/field_prefixes.h"
#include "plugin/src/features/field_texts.h"
#include "plugin/src/features/known_words.h"
#include "plugin/src/features/postings.h"
#include "plugin/src/features/remote_candidates.h"
#include "plugin/src/features/value_snapshot.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// What one call to extract() has read so far; each list of the index is read at most once.
struct Reading {
  std::vector<QueryConcept> concepts;
  std::vector<Xapian::docid> docids;               // ascending
  std::vector<std::size_t> sorted_row;             // row of the result for each of docids
  std::vector<std::optional<FieldMatch>> matches;  // a field each
  std::vector<std::optional<FieldTexts>> texts;    // a field each
  std::optional<ComparableText> query;
  std::optional<VectorXd> document_lengths;
  std::shared_ptr<ValueSnapshot> values;  // nothing: slots are read from the index
  RemoteCandidates* remote = nullptr;     // null: the index is read itself
};

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

}  // namespace

struct FeatureExtractor::State {
  Xapian::Database db;
  FeatureSchema schema;
  std::vector<FeatureColumn> columns;
  QueryConceptFinder concept_finder;
  std::shared_ptr<ValueCache> value_cache;
  std::optional<Xapian::Database> clicks;  // read instead of db where something is from clicks
  bool any_query_likelihood = false;
  std::unique_ptr<KnownWords> known_words;  // nothing: no feature weighs words

  State(Xapian::Database database, FeatureSchema feature_schema, std::shared_ptr<ValueCache> values,
        std::optional<Xapian::Database> clicks_database)
      : db(std::move(database)),
        schema(std::move(feature_schema)),
        columns(parse_features(schema)),
        concept_finder(field_prefixes(schema), schema.stemmer),
        value_cache(std::move(values)),
        clicks(std::move(clicks_database)) {
    bool any_word_idf = false;
    for (const FeatureColumn& column : columns) {
      any_query_likelihood |=
          column.source == FeatureSource::field && needs_collection_probability(column.field_feature);
      any_word_idf |= column.source == FeatureSource::field && needs_word_idf(column.field_feature);
    }
    if (any_word_idf) known_words = std::make_unique<KnownWords>(db, schema.stemmer, prefix_of_words(schema));
  }

  bool has_terms(const std::string& prefix) const { return db.allterms_begin(prefix) != db.allterms_end(prefix); }

  void report_losses(const ProblemListener& on_problem) const {
    if (db.get_doccount() == 0) return;
    for (const TextField& field : schema.fields) {
      if (!field.prefix.empty() && !has_terms(field.prefix) && !has_terms("Z" + field.prefix)) {
        on_problem("the index has no terms under the prefix '" + field.prefix + "' of field '" + field.name + "'");
      }
      for (const Xapian::valueno slot : {field.length_slot, field.text_slot}) {
        if (slot != Xapian::BAD_VALUENO && db.get_value_freq(slot) == 0) {
          on_problem("value slot " + std::to_string(slot) + " of field '" + field.name + "' is empty");
        }
      }
    }
    for (const ValueField& value : schema.values) {
      if (db.get_value_freq(value.slot) == 0) {
        on_problem("value slot " + std::to_string(value.slot) + " of value '" + value.name + "' is empty");
      }
    }
  }

  const FieldMatch& match(std::size_t field, Reading& reading) const {
    std::optional<FieldMatch>& match = reading.matches[field];
    if (match) return *match;
    const TextField& spec = schema.fields[field];
    if (spec.from_clicks) {
      match = read_clicked_words(clicks_database(), spec, reading.concepts, reading.docids, db.get_doccount());
    } else {
      match = reading.remote ? read_field(*reading.remote, db.get_doccount(), spec, reading.concepts, reading.docids,
                                          any_query_likelihood)
                             : read_field(db, spec, reading.concepts, reading.docids, any_query_likelihood);
    }
    match->length = field_lengths(spec, reading);
    return *match;
  }

  const Xapian::Database& clicks_database() const { return clicks ? *clicks : db; }

  VectorXd numbers_of(Xapian::valueno slot, bool from_clicks, const Reading& reading) const {
    if (from_clicks && clicks) return slot_numbers(*clicks, slot, reading.docids);
    if (reading.remote) return reading.remote->slot_numbers(slot, reading.docids);
    return reading.values ? reading.values->numbers(db, slot, reading.docids) : slot_numbers(db, slot, reading.docids);
  }

  ComparableTexts texts_of(Xapian::valueno slot, const Reading& reading) const {
    if (reading.remote) return comparable_texts(reading.remote->slot_texts(slot, reading.docids));
    return reading.values ? reading.values->texts(db, slot, reading.docids)
                          : comparable_texts(db, slot, reading.docids);
  }

  VectorXd field_lengths(const TextField& spec, Reading& reading) const {
    if (spec.length_slot != Xapian::BAD_VALUENO) return numbers_of(spec.length_slot, spec.from_clicks, reading);
    if (!reading.document_lengths) {
      reading.document_lengths = reading.remote ? reading.remote->document_lengths(reading.docids)
                                                : irgan::document_lengths(db, reading.docids);
    }
    return *reading.document_lengths;
  }

  // All that the columns will ask for.
  void fetch(const std::vector<QueryConcept>& concepts, RemoteCandidates& remote) const {
    std::vector<std::vector<std::string>> forms;
    std::vector<Xapian::valueno> slots;
    for (const FeatureColumn& column : columns) {
      if (column.source == FeatureSource::value) slots.push_back(schema.values[column.index].slot);
      if (column.source != FeatureSource::field) continue;
      const TextField& field = schema.fields[column.index];
      const Xapian::valueno slot = compares_text(column.field_feature) ? field.text_slot : field.length_slot;
      if (slot != Xapian::BAD_VALUENO) slots.push_back(slot);
      if (compares_text(column.field_feature) || field.from_clicks)
        continue;  // what clicks say has no wdf: it is read as it stands
      for (const QueryConcept& concept_ : concepts) {
        for (const ConceptWord& word : concept_.words) forms.push_back(indexed_forms(field.prefix, word));
      }
    }
    remote.fetch(forms, slots);
  }

  FieldTexts& texts(std::size_t field, Reading& reading) const {
    auto& texts = reading.texts[field];
    if (!texts) {
      if (!reading.query) reading.query = comparable_text(query_text(reading.concepts));
      texts.emplace(*reading.query, texts_of(schema.fields[field].text_slot, reading), known_words.get());
    }
    return *texts;
  }

  VectorXd clicked_column(const FeatureColumn& column, Reading& reading) const {
    const FieldMatch& found = match(column.index, reading);
    const TextField& spec = schema.fields[column.index];
    VectorXd values;
    switch (column.field_feature) {
      case FieldFeature::click_share:
        values = query_shares(clicks_database(), spec, reading.concepts, reading.docids);
        break;
      case FieldFeature::word_share:
        values = word_shares(clicks_database(), spec, reading.concepts, reading.docids);
        break;
      default:
        values = field_feature(column.field_feature, found);
    }
    for (Index i = 0; i < values.size(); ++i) {
      if (std::isnan(found.length[i])) values[i] = found.length[i];  // never seen is not the same as never clicked
    }
    return values;
  }

  VectorXd column_values(const FeatureColumn& column, const std::vector<Candidate>& candidates,
                         Reading& reading) const {
    const Index n = static_cast<Index>(candidates.size());
    VectorXd values(n);
    switch (column.source) {
      case FeatureSource::first_stage_score:
        for (Index i = 0; i < n; ++i)
          values[i] = candidates[reading.sorted_row[static_cast<std::size_t>(i)]].first_stage_score;
        return values;
      case FeatureSource::first_stage_rank:
        for (Index i = 0; i < n; ++i) {
          const std::size_t row = reading.sorted_row[static_cast<std::size_t>(i)];
          const bool was_found = !std::isnan(candidates[row].first_stage_score);
          values[i] = was_found ? std::log(1.0 + static_cast<double>(row)) : std::numeric_limits<double>::quiet_NaN();
        }
        return values;
      case FeatureSource::query_length:
        return VectorXd::Constant(n, static_cast<double>(reading.concepts.size()));
      case FeatureSource::value: {
        const ValueField& spec = schema.values[column.index];
        values = numbers_of(spec.slot, spec.from_clicks, reading);
        for (double& value : values) value = transformed(value, spec.transform);
        return values;
      }
      case FeatureSource::field:
        if (schema.fields[column.index].from_clicks) return clicked_column(column, reading);
        return compares_text(column.field_feature) ? texts(column.index, reading).column(column.field_feature)
                                                   : field_feature(column.field_feature, match(column.index, reading));
    }
    return values;
  }
};

FeatureExtractor::FeatureExtractor(Xapian::Database db, FeatureSchema schema, ProblemListener on_problem,
                                   std::shared_ptr<ValueCache> values, std::optional<Xapian::Database> clicks)
    : state_(std::make_unique<State>(std::move(db), std::move(schema), std::move(values), std::move(clicks))) {
  if (on_problem) state_->report_losses(on_problem);
}

FeatureExtractor::~FeatureExtractor() = default;
FeatureExtractor::FeatureExtractor(FeatureExtractor&&) noexcept = default;

const FeatureSchema& FeatureExtractor::schema() const { return state_->schema; }

FeatureMatrix FeatureExtractor::extract(const Xapian::Query& query, const std::vector<Candidate>& candidates) const {
  return extract(query, candidates, [] {});
}

FeatureMatrix FeatureExtractor::extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                                        const std::function<void()>& before_feature) const {
  return extract(query, candidates, before_feature, nullptr);
}

FeatureMatrix FeatureExtractor::extract(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                                        const std::function<void()>& before_feature, RemoteCandidates* remote) const {
  Reading reading;
  reading.remote = remote;
  reading.concepts = state_->concept_finder.find(query);
  reading.sorted_row.resize(candidates.size());
  std::iota(reading.sorted_row.begin(), reading.sorted_row.end(), std::size_t{0});
  std::sort(reading.sorted_row.begin(), reading.sorted_row.end(),
            [&](std::size_t a, std::size_t b) { return candidates[a].docid < candidates[b].docid; });
  reading.docids.reserve(candidates.size());
  for (const std::size_t row : reading.sorted_row) reading.docids.push_back(candidates[row].docid);
  reading.matches.resize(state_->schema.fields.size());
  reading.texts.resize(state_->schema.fields.size());
  if (state_->value_cache && !remote) reading.values = state_->value_cache->at(state_->db);
  if (state_->known_words) state_->known_words->begin(reading.values, remote);
  if (remote) state_->fetch(reading.concepts, *remote);

  FeatureMatrix rows(static_cast<Index>(candidates.size()), static_cast<Index>(state_->columns.size()));
  for (std::size_t j = 0; j < state_->columns.size(); ++j) {
    before_feature();
    const VectorXd values = state_->column_values(state_->columns[j], candidates, reading);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Index row = static_cast<Index>(reading.sorted_row[i]);
      rows(row, static_cast<Index>(j)) = finite_or_missing(values[static_cast<Index>(i)]);
    }
  }
  return rows;
}

std::vector<Candidate> candidates_of(const Xapian::MSet& mset, std::size_t depth) {
  std::vector<Candidate> candidates;
  candidates.reserve(std::min<std::size_t>(depth, mset.size()));
  for (auto hit = mset.begin(); hit != mset.end() && candidates.size() < depth; ++hit) {
    candidates.push_back({*hit, hit.get_weight()});
  }
  return candidates;
}

}  // namespace irgan
