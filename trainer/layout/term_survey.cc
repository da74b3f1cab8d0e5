#include "trainer/layout/term_survey.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "trainer/layout/document_sample.h"

namespace irgan {
namespace {

constexpr std::size_t kMostWords = 100;  // of a document under a prefix
constexpr double kClearlyBetter = 0.02;  // a share that is higher by less may be so by chance
constexpr const char* kDefault = "english";

std::string prefix_of(const std::string& term) {
  std::size_t size = 0;
  while (size < term.size() && term[size] >= 'A' && term[size] <= 'Z') ++size;
  return term.substr(0, size);
}

// Xapian stems words that begin with a letter.
bool may_have_stem(const std::string& word) {
  const auto first = word.empty() ? '\0' : word[0];
  return (first >= 'a' && first <= 'z') || static_cast<unsigned char>(first) >= 0x80;
}

bool is_cjk(unsigned letter) {
  return (letter >= 0x3040 && letter <= 0x30FF) || (letter >= 0x3400 && letter <= 0x9FFF) ||
         (letter >= 0x20000 && letter <= 0x2FA1F);
}

}  // namespace

TermSurvey::TermSurvey(const Xapian::Database& db) {
  for (const Xapian::docid docid : document_sample(db, sample_size(db))) documents_.push_back(read(db, docid));
  std::map<std::string, std::size_t> with_stems;
  for (const Sampled& document : documents_) {
    std::set<std::string> prefixes;
    for (const std::string& stem : document.stems) prefixes.insert(prefix_of(stem.substr(1)));
    for (const std::string& prefix : prefixes) ++with_stems[prefix];
  }
  has_stems_ = !with_stems.empty();
  for (const auto& [prefix, count] : with_stems)
    text_prefixes_[prefix] = static_cast<double>(count) / static_cast<double>(documents_.size());
  // Under other prefixes stand ids, types and the like, which nobody stems.
  for (Sampled& document : documents_) {
    const auto is_no_text = [&](const Word& word) {
      return has_stems_ ? with_stems.count(word.prefix) == 0 : !word.prefix.empty();
    };
    document.words.erase(std::remove_if(document.words.begin(), document.words.end(), is_no_text),
                         document.words.end());
    num_words_ += document.words.size();
  }
}

TermSurvey::Sampled TermSurvey::read(const Xapian::Database& db, Xapian::docid docid) {
  Sampled document;
  std::map<std::string, std::size_t> num_words;
  const auto end = db.termlist_end(docid);
  for (auto position = db.termlist_begin(docid); position != end; ++position) {
    const std::string term = *position;
    if (term.size() > 1 && term[0] == 'Z') {
      document.stems.push_back(term);
      continue;
    }
    const std::string prefix = prefix_of(term);
    std::string word = term.substr(prefix.size());
    if (!may_have_stem(word)) continue;
    look_at(word);
    if (num_words[prefix]++ < kMostWords) document.words.push_back({prefix, std::move(word)});
  }
  return document;
}

void TermSurvey::look_at(const std::string& word) {
  if (static_cast<unsigned char>(word[0]) < 0xE3) return;
  std::size_t num_letters = 0;
  for (Xapian::Utf8Iterator letter(word); letter != Xapian::Utf8Iterator(); ++letter) {
    if (!is_cjk(*letter)) return;
    ++num_letters;
  }
  ++num_cjk_terms_;
  if (num_letters > 2) has_cjk_words_ = true;
}

TermSurvey::Stems TermSurvey::stems_by(const std::string& stemmer) const {
  const Xapian::Stem stem(stemmer);
  std::size_t num_stemmed = 0;
  for (const Sampled& document : documents_) {
    for (const auto& [prefix, word] : document.words) {
      num_stemmed +=
          std::binary_search(document.stems.begin(), document.stems.end(), 'Z' + prefix + stem(word)) ? 1 : 0;
    }
  }
  return {stemmer, num_words_ == 0 ? 0.0 : static_cast<double>(num_stemmed) / static_cast<double>(num_words_)};
}

double TermSurvey::share_of_stems() const {
  const Xapian::Stem stem(kDefault);
  std::size_t num_stems = 0;
  for (const Sampled& document : documents_) {
    for (const Word& word : document.words) num_stems += stem(word.word) == word.word ? 1 : 0;
  }
  return num_words_ == 0 ? 0.0 : static_cast<double>(num_stems) / static_cast<double>(num_words_);
}

TermSurvey::Stems TermSurvey::best_stems() const {
  if (!has_stems_ && !is_too_small()) return {"none", 0.0};
  Stems best = stems_by(kDefault);
  if (is_too_small()) return best;
  std::istringstream languages(Xapian::Stem::get_available_languages());
  for (std::string language; languages >> language;) {
    Stems other = stems_by(language);
    if (other.share > best.share + kClearlyBetter) best = std::move(other);
  }
  return best;
}

}  // namespace irgan
