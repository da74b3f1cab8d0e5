#include "irgan/near_terms.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <utility>

#include "trainer/parallel/thread_pool.h"

namespace irgan {
namespace {

using Xapian::Query;

constexpr std::size_t kWordsAtOnce = 4096;  // of the table: what is in memory before it is written

float length_of(const VectorQuery& wanted) {
  double squares = 0.0;
  for (const std::int16_t number : wanted.numbers) squares += static_cast<double>(number) * number;
  return wanted.scale * static_cast<float>(std::sqrt(squares));
}

double weight_of(const NearTerms::Term& term, const NearTermUse& use) {
  return std::round(1e4 * use.scale * term.nearness) / 1e4;  // as it is printed
}

std::string digits(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr};
}

}  // namespace

NearTerms::NearTerms(std::shared_ptr<const CollectionVectors> vectors, const Towers& towers)
    : vectors_(std::move(vectors)), towers_(towers) {
  for (std::size_t term = 0; term < vectors_->num_terms(); ++term) {
    const std::int8_t* const numbers = vectors_->term_row(term).first;
    std::int64_t squares = 0;
    for (Eigen::Index i = 0; i < vectors_->dimensions(); ++i) squares += numbers[i] * numbers[i];
    scales_.push_back(squares > 0 ? 1.0F / std::sqrt(static_cast<float>(squares)) : 0.0F);
  }
}

std::vector<NearTerms::Term> NearTerms::of(const std::string& word, std::size_t count) const {
  const std::size_t number = vectors_->number_of_term(word);
  return number == vectors_->num_terms() ? std::vector<Term>() : near(number, count);
}

std::vector<NearTerms::Term> NearTerms::near(std::size_t word, std::size_t count) const {
  const VectorQuery wanted = towers_.query(vectors_->query_vector({std::string(vectors_->term(word))}));
  if (wanted.numbers.empty()) return {};
  const float length = length_of(wanted);
  std::vector<std::pair<float, std::size_t>> scored;  // by falling nearness, of equals the first by name
  for (std::size_t term = 0; term < scales_.size(); ++term) {
    const float nearness = vector_score(wanted, vectors_->term_row(term).first, scales_[term]) / length;
    if (term != word && nearness > 0.0F) scored.emplace_back(-nearness, term);
  }
  const auto end = scored.begin() + static_cast<std::ptrdiff_t>(std::min(count, scored.size()));
  std::partial_sort(scored.begin(), end, scored.end());
  std::vector<Term> terms;
  for (auto one = scored.begin(); one != end; ++one)
    terms.push_back({std::string(vectors_->term(one->second)), static_cast<double>(-one->first)});
  return terms;
}

std::vector<std::vector<NearTerms::Term>> NearTerms::of_each(const std::vector<std::string>& words,
                                                             std::size_t count) const {
  std::vector<std::vector<Term>> all;
  for (const std::string& word : words) all.push_back(of(word, count));
  return all;
}

Query NearTerms::joined(const Query& query, const std::vector<std::vector<Term>>& near, const NearTermUse& use) const {
  std::vector<Query> parts;
  for (const std::vector<Term>& terms : near) {
    for (std::size_t i = 0; i < std::min(use.per_word, terms.size()); ++i) {
      const double weight = weight_of(terms[i], use);
      if (weight <= 0.0) continue;
      for (const std::string& prefix : vectors_->facts().term_prefixes)
        parts.emplace_back(Query::OP_SCALE_WEIGHT, Query(prefix + terms[i].name), weight);
    }
  }
  if (parts.empty()) return query;
  parts.push_back(query);
  return Query(Query::OP_OR, parts.begin(), parts.end());
}

void NearTerms::write(const NearTermUse& use, unsigned num_threads, std::ostream& out) const {
  ThreadPool threads(num_threads);
  const std::vector<std::string>& prefixes = vectors_->facts().term_prefixes;
  for (std::size_t first = 0; first < scales_.size(); first += kWordsAtOnce) {
    std::vector<std::vector<Term>> near_words(std::min(kWordsAtOnce, scales_.size() - first));
    threads.for_each(near_words.size(),
                     [&](std::size_t i, unsigned) { near_words[i] = near(first + i, use.per_word); });
    for (std::size_t i = 0; i < near_words.size(); ++i) {
      for (const Term& term : near_words[i]) {
        const double weight = weight_of(term, use);
        if (weight <= 0.0) continue;
        for (const std::string& prefix : prefixes)
          out << prefixes.front() << vectors_->term(first + i) << '\t' << prefix << term.name << '\t' << digits(weight)
              << '\n';
      }
    }
  }
}

}  // namespace irgan
