#include "irgan/feature_extractor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "irgan/query_concepts.h"
#include "plugin/src/clicked_field.h"
#include "plugin/src/field_features.h"
#include "plugin/src/field_postings.h"
#include "plugin/src/index_state.h"
#include "plugin/src/postings.h"
#include "plugin/src/text_similarity.h"
#include "plugin/src/value_snapshot.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// What the index knows of a word of a text.
struct WordFacts {
  std::string stem;
  double idf = 0.0;
};

// What one call to extract() has read so far; each list of the index is read at most once.
struct Reading {
  std::vector<QueryConcept> concepts;
  std::vector<Xapian::docid> docids;    // ascending
  std::vector<std::size_t> sorted_row;  // row of the result for each of docids
  std::vector<std::optional<FieldMatch>> matches;              // a field each
  std::vector<std::optional<ComparableTexts>> texts;           // a field each; without trigrams where missing
  std::vector<std::optional<std::vector<ComparableText>>> weighed_texts;  // a field each
  std::optional<ComparableText> query;
  ComparableText weighed_query;
  std::optional<VectorXd> document_lengths;
  std::shared_ptr<ValueSnapshot> values;  // nothing: slots are read from the index
};

std::vector<std::string> field_prefixes(const FeatureSchema& schema) {
  std::vector<std::string> prefixes;
  for (const TextField& field : schema.fields) prefixes.push_back(field.prefix);
  return prefixes;
}

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
  Xapian::Stem stem;
  std::shared_ptr<ValueCache> value_cache;
  std::optional<Xapian::Database> clicks;  // read instead of db where something is from clicks
  bool any_query_likelihood = false;
  bool any_word_idf = false;
  std::string word_prefix;  // whose terms tell how rare a text's words are
  // Looking up each word of each text anew cost a quarter of the time of all features.
  mutable std::unordered_map<std::u32string, WordFacts> words;
  mutable std::string words_from;  // what the index held when they were looked up

  State(Xapian::Database database, FeatureSchema feature_schema, std::shared_ptr<ValueCache> values,
        std::optional<Xapian::Database> clicks_database)
      : db(std::move(database)),
        schema(std::move(feature_schema)),
        columns(parse_features(schema)),
        concept_finder(field_prefixes(schema), schema.stemmer),
        stem(schema.stemmer),
        value_cache(std::move(values)),
        clicks(std::move(clicks_database)) {
    word_prefix = prefix_of_words(schema);
    for (const FeatureColumn& column : columns) {
      any_query_likelihood |= column.source == FeatureSource::field && needs_collection_probability(column.field_feature);
      any_word_idf |= column.source == FeatureSource::field && needs_word_idf(column.field_feature);
    }
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
    match = spec.from_clicks ? read_clicked_words(clicks_database(), spec, reading.concepts, reading.docids, db.get_doccount())
                             : read_field(db, spec, reading.concepts, reading.docids, any_query_likelihood);
    match->length = field_lengths(spec, reading);
    return *match;
  }

  const Xapian::Database& clicks_database() const { return clicks ? *clicks : db; }

  VectorXd numbers_of(Xapian::valueno slot, bool from_clicks, const Reading& reading) const {
    if (from_clicks && clicks) return slot_numbers(*clicks, slot, reading.docids);
    return reading.values ? reading.values->numbers(db, slot, reading.docids) : slot_numbers(db, slot, reading.docids);
  }

  ComparableTexts texts_of(Xapian::valueno slot, const Reading& reading) const {
    return reading.values ? reading.values->texts(db, slot, reading.docids) : comparable_texts(db, slot, reading.docids);
  }

  VectorXd field_lengths(const TextField& spec, Reading& reading) const {
    if (spec.length_slot != Xapian::BAD_VALUENO) return numbers_of(spec.length_slot, spec.from_clicks, reading);
    if (!reading.document_lengths) reading.document_lengths = irgan::document_lengths(db, reading.docids);
    return *reading.document_lengths;
  }

  // The application may have reopened the index since the last search.
  void forget_outdated_words() const {
    constexpr std::size_t kMostWords = 1 << 16;  // some 10 MB
    std::string now = index_state(db).text;
    if (now != words_from || words.size() > kMostWords) words.clear();
    words_from = std::move(now);
  }

  // Kept only once complete: the index may throw.
  const WordFacts& facts_of(const ComparableWord& word) const {
    const auto known = words.find(word.letters);
    if (known != words.end()) return known->second;
    std::string text;
    for (const char32_t letter : word.letters) Xapian::Unicode::append_utf8(text, letter);
    WordFacts facts;
    facts.stem = stem(text);
    facts.idf = inverse_document_frequency(db.get_doccount(), word_frequency(db, word_prefix, {text, facts.stem}));
    return words.emplace(word.letters, std::move(facts)).first->second;
  }

  // The words alone, with what the index knows of them: texts themselves are shared and know no index.
  ComparableText weighed(const ComparableText& text) const {
    ComparableText result;
    result.words = text.words;
    for (ComparableWord& word : result.words) {
      const WordFacts& facts = facts_of(word);
      word.stem = facts.stem;
      word.idf = facts.idf;
    }
    return result;
  }

  const ComparableTexts& texts(std::size_t field, Reading& reading) const {
    auto& texts = reading.texts[field];
    if (!texts) texts = texts_of(schema.fields[field].text_slot, reading);
    return *texts;
  }

  const std::vector<ComparableText>& weighed_texts(std::size_t field, Reading& reading) const {
    auto& all = reading.weighed_texts[field];
    if (!all) {
      all.emplace();
      for (const ComparableText* text : texts(field, reading).all) all->push_back(weighed(*text));
    }
    return *all;
  }

  VectorXd text_column(const FeatureColumn& column, Reading& reading) const {
    if (!reading.query) {
      reading.query = comparable_text(query_text(reading.concepts));
      if (any_word_idf) reading.weighed_query = weighed(*reading.query);
    }
    const std::vector<const ComparableText*>& all = texts(column.index, reading).all;
    const bool by_idf = needs_word_idf(column.field_feature);
    VectorXd values(static_cast<Index>(all.size()));
    for (std::size_t i = 0; i < all.size(); ++i) {
      double& value = values[static_cast<Index>(i)];
      if (all[i]->trigrams.empty()) {
        value = std::numeric_limits<double>::quiet_NaN();
      } else if (by_idf) {
        value = text_feature(column.field_feature, reading.weighed_query, weighed_texts(column.index, reading)[i]);
      } else {
        value = text_feature(column.field_feature, *reading.query, *all[i]);
      }
    }
    return values;
  }

  VectorXd clicked_column(const FeatureColumn& column, Reading& reading) const {
    const FieldMatch& found = match(column.index, reading);
    const TextField& spec = schema.fields[column.index];
    VectorXd values;
    switch (column.field_feature) {
      case FieldFeature::click_share: values = query_shares(clicks_database(), spec, reading.concepts, reading.docids); break;
      case FieldFeature::word_share: values = word_shares(clicks_database(), spec, reading.concepts, reading.docids); break;
      default: values = field_feature(column.field_feature, found);
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
        for (Index i = 0; i < n; ++i) values[i] = candidates[reading.sorted_row[static_cast<std::size_t>(i)]].first_stage_score;
        return values;
      case FeatureSource::first_stage_rank:
        for (Index i = 0; i < n; ++i) values[i] = std::log(1.0 + static_cast<double>(reading.sorted_row[static_cast<std::size_t>(i)]));
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
        return compares_text(column.field_feature) ? text_column(column, reading)
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
  if (state_->any_word_idf) state_->forget_outdated_words();
  Reading reading;
  reading.concepts = state_->concept_finder.find(query);
  reading.sorted_row.resize(candidates.size());
  std::iota(reading.sorted_row.begin(), reading.sorted_row.end(), std::size_t{0});
  std::sort(reading.sorted_row.begin(), reading.sorted_row.end(),
            [&](std::size_t a, std::size_t b) { return candidates[a].docid < candidates[b].docid; });
  reading.docids.reserve(candidates.size());
  for (const std::size_t row : reading.sorted_row) reading.docids.push_back(candidates[row].docid);
  reading.matches.resize(state_->schema.fields.size());
  reading.texts.resize(state_->schema.fields.size());
  reading.weighed_texts.resize(state_->schema.fields.size());
  if (state_->value_cache) reading.values = state_->value_cache->at(state_->db);

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
