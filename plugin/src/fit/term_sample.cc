#include "plugin/src/fit/term_sample.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "plugin/src/features/field_lengths.h"

namespace irgan {
namespace {

constexpr std::size_t kMostWords = 16;    // of a field of a document
constexpr std::size_t kFewestWords = 10;  // of the sample, to say something of stems

// Words that begin with a letter are those that Xapian stems; of letters beyond ASCII no more is asked.
bool begins_with_letter(const std::string& word) {
  const auto first = static_cast<unsigned char>(word[0]);
  return (first >= 'a' && first <= 'z') || first >= 0x80;
}

}  // namespace

TermSample::TermSample(const Xapian::Database& db, const FeatureSchema& schema)
    : num_with_terms_(schema.fields.size()) {
  const Xapian::Stem stem(schema.stemmer);
  const std::uint64_t last = db.get_lastdocid();
  Xapian::PostingIterator document = db.postlist_begin(std::string());
  const Xapian::PostingIterator end = db.postlist_end(std::string());
  Xapian::docid before = 0;
  for (std::size_t i = 0; i < kMostDocuments && document != end; ++i) {
    const auto wanted = static_cast<Xapian::docid>(1 + (2 * i + 1) * last / (2 * kMostDocuments));
    document.skip_to(std::max(std::min<Xapian::docid>(wanted, db.get_lastdocid()), before + 1));
    if (document == end) break;
    before = *document;
    add(db, before, schema, stem);
  }
}

void TermSample::add(const Xapian::Database& db, Xapian::docid docid, const FeatureSchema& schema,
                     const Xapian::Stem& stem) {
  std::vector<std::string> stems;  // ascending, as terms come
  std::vector<std::size_t> num_words(schema.fields.size());
  std::vector<std::pair<std::size_t, std::string>> words;
  std::vector<bool> has_terms(schema.fields.size());
  const bool any_without_prefix = std::any_of(schema.fields.begin(), schema.fields.end(),
                                              [](const TextField& field) { return field.prefix.empty(); });
  const Xapian::TermIterator end = db.termlist_end(docid);
  for (Xapian::TermIterator position = db.termlist_begin(docid); position != end; ++position) {
    std::string term = *position;
    const bool is_stem = !term.empty() && term[0] == 'Z';
    const std::size_t field = field_of_term(is_stem ? term.substr(1) : term, schema.fields);
    if (field < schema.fields.size()) has_terms[field] = true;
    if (is_stem) {
      stems.push_back(std::move(term));
      continue;
    }
    const bool is_behind_prefixes = !term.empty() && term[0] > 'Z';
    if (is_behind_prefixes && (!any_without_prefix || field == schema.fields.size())) break;
    if (field == schema.fields.size()) continue;
    const std::size_t prefix = schema.fields[field].prefix.size();
    if (term.size() == prefix || !begins_with_letter(term.substr(prefix))) continue;
    if (num_words[field]++ < kMostWords) {
      words.emplace_back(field, term.substr(prefix));
    } else if (is_behind_prefixes) {
      break;
    }
  }
  ++num_documents_;
  for (std::size_t i = 0; i < has_terms.size(); ++i) num_with_terms_[i] += has_terms[i] ? 1 : 0;
  for (const auto& [field, word] : words) {
    const std::string stemmed = "Z" + schema.fields[field].prefix + stem(word);
    num_stemmed_ += std::binary_search(stems.begin(), stems.end(), stemmed) ? 1 : 0;
    ++num_words_;
  }
}

double TermSample::terms(std::size_t field) const {
  return static_cast<double>(num_with_terms_[field]) / static_cast<double>(std::max<std::size_t>(num_documents_, 1));
}

double TermSample::stems() const {
  if (num_words_ < kFewestWords) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(num_stemmed_) / static_cast<double>(num_words_);
}

}  // namespace irgan
