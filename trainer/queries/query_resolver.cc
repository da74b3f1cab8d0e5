#include "trainer/queries/query_resolver.h"

#include <xapian.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "trainer/text/query_words.h"

namespace irgan {

QueryResolver::QueryResolver(const std::vector<QueryRow>& queries) {
  for (const QueryRow& query : queries) {
    ids_.insert(query.id);
    if (query.text.empty()) continue;
    const bool is_plain = query.filter.empty() && query.serialised_query.empty();
    const auto [place, is_first] = with_text_.try_emplace(query_words_key(query.text), WithText{query.id, is_plain});
    if (!is_first && !is_plain && place->second.id != query.id) place->second.is_plain = false;
  }
}

QueryResolver::Found QueryResolver::find(const ClickRow& row) const {
  std::string given(row.query_id);
  const bool is_id_known = !given.empty() && ids_.count(given) > 0;
  const bool can_give_way = !row.query.empty() && !with_text_.empty();
  if (is_id_known || (!given.empty() && !can_give_way)) return {std::move(given), false, is_id_known};
  std::string words = query_words_key(row.query);
  const auto known = with_text_.find(words);
  if (known != with_text_.end() && (given.empty() || known->second.is_plain)) {
    return {known->second.id, !given.empty(), true};
  }
  return {given.empty() ? "(no id) " + words : std::move(given), false, false};
}

namespace {

constexpr std::size_t kMostQueriesCompared = 200'000;  // in forms of their own, some 100 bytes each

std::string without_quotes(std::string_view text) {
  std::string rest;
  for (Xapian::Utf8Iterator i(text.data(), text.size()); i != Xapian::Utf8Iterator(); ++i) {
    const unsigned letter = *i;
    const bool is_quote = letter == '"' || letter == '\'' || letter == '`' || letter == 0xAB || letter == 0xBB ||
                          (letter >= 0x2018 && letter <= 0x201F) || letter == 0x2039 || letter == 0x203A ||
                          letter == 0xFF02;
    if (!is_quote) Xapian::Unicode::append_utf8(rest, letter);
  }
  return rest;
}

// "7.0", as data frames write a column of numbers in which one is missing.
std::string without_fraction(std::string_view text) {
  const bool has_fraction = text.size() > 2 && text.substr(text.size() - 2) == ".0";
  return std::string(has_fraction ? text.substr(0, text.size() - 2) : text);
}

std::string without_zeros(std::string_view text) {
  return std::string(text.substr(std::min(text.find_first_not_of('0'), text.size())));
}

struct Difference {
  const char* name;
  std::string (*rest)(std::string_view text);  // a text without it
};
// Quotation marks first.
constexpr Difference kDifferences[] = {{"quotation marks", without_quotes},
                                       {"capitals or blanks of their ids", query_words_key},
                                       {"a .0 behind their ids", without_fraction},
                                       {"zeros before their ids", without_zeros}};

}  // namespace

// forms_ has those of the ids, by difference, and at the end those of the words, of which only quotes are left out.
void UnknownQueries::learn_forms() {
  forms_.resize(std::size(kDifferences) + 1);
  if (known_->ids_.size() > kMostQueriesCompared) return;
  for (std::size_t i = 0; i < std::size(kDifferences); ++i) {
    for (const std::string& id : known_->ids_) forms_[i].insert(kDifferences[i].rest(id));
  }
  for (const auto& [words, query] : known_->with_text_) forms_.back().insert(query_words_key(without_quotes(words)));
}

std::string UnknownQueries::difference_of(const ClickRow& row) {
  if (forms_.empty()) learn_forms();
  if (!row.query.empty() && forms_.back().count(query_words_key(without_quotes(row.query))) > 0) {
    return kDifferences[0].name;
  }
  for (std::size_t i = 0; i < std::size(kDifferences) && !row.query_id.empty(); ++i) {
    if (forms_[i].count(kDifferences[i].rest(row.query_id)) > 0) return kDifferences[i].name;
  }
  return {};
}

void UnknownQueries::add(const ClickRow& row) {
  if (!row.clicked) return;
  num_clicks_ += row.count;
  if (row.query_id != last_id_ || row.query != last_words_ || num_clicks_ == row.count) {
    last_id_ = row.query_id;
    last_words_ = row.query;
    last_difference_ = difference_of(row);
  }
  if (!last_difference_.empty()) by_difference_[last_difference_] += row.count;
}

}  // namespace irgan
