#include "trainer/layout/id_check.h"

#include <algorithm>
#include <map>

#include "trainer/layout/document_sample.h"

namespace irgan {
namespace {

constexpr std::size_t kOneExceptionIn = 100;  // a term or document in so many may be an exception
constexpr std::size_t kFewestDocuments = 3;   // fewer say nothing of what is unique

std::size_t num_with_prefix(const Xapian::Database& db, Xapian::docid docid, const std::string& prefix) {
  std::size_t count = 0;
  auto term = db.termlist_begin(docid);
  const auto end = db.termlist_end(docid);
  for (term.skip_to(prefix); term != end && (*term).compare(0, prefix.size(), prefix) == 0; ++term) ++count;
  return count;
}

}  // namespace

bool IdCheck::are_ids() const {
  return num_terms > 0 && num_shared * kOneExceptionIn <= num_terms &&
         num_sampled_with_several * kOneExceptionIn <= num_sampled_with;
}

std::string IdCheck::objection() const {
  if (num_shared > 0) return "term '" + shared + "' stands in " + std::to_string(shared_by) + " documents";
  if (num_sampled_with_several > 0) {
    return std::to_string(num_sampled_with_several) + " of " + std::to_string(num_sampled_with) +
           " documents have several";
  }
  return {};
}

IdCheck check_ids(const Xapian::Database& db, const std::string& prefix) {
  IdCheck check;
  const auto end = db.allterms_end(prefix);
  for (auto term = db.allterms_begin(prefix); term != end; ++term) {
    if (check.num_terms == IdCheck::kMostTerms) {
      check.is_complete = false;
      break;
    }
    ++check.num_terms;
    const Xapian::doccount frequency = term.get_termfreq();
    check.num_postings += frequency;
    if (frequency < 2) continue;
    ++check.num_shared;
    if (frequency <= check.shared_by) continue;
    check.shared = *term;
    check.shared_by = frequency;
  }
  if (check.num_terms == 0) return check;
  for (const Xapian::docid docid : document_sample(db, sample_size(db))) {
    const std::size_t count = num_with_prefix(db, docid, prefix);
    ++check.num_sampled;
    if (count > 0) ++check.num_sampled_with;
    if (count > 1) ++check.num_sampled_with_several;
  }
  return check;
}

Xapian::doccount documents_without(const Xapian::Database& db, const IdCheck& check) {
  const std::size_t num_documents = db.get_doccount();
  if (check.is_complete && check.num_sampled_with_several == 0)
    return static_cast<Xapian::doccount>(num_documents - std::min(num_documents, check.num_postings));
  if (check.num_sampled == 0) return 0;
  return static_cast<Xapian::doccount>(num_documents * (check.num_sampled - check.num_sampled_with) /
                                       check.num_sampled);
}

std::size_t num_capitals(const std::string& term) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return static_cast<std::size_t>(std::find_if_not(term.begin(), term.end(), is_capital) - term.begin());
}

LikeIds prefix_like_ids(const Xapian::Database& db) {
  const std::vector<Xapian::docid> sample = document_sample(db, sample_size(db));
  if (sample.size() < kFewestDocuments) return {};
  std::map<std::string, std::size_t> num_documents;  // in which the prefix stands once, at a term of their own
  for (const Xapian::docid docid : sample) {
    std::map<std::string, std::pair<std::size_t, bool>> found;
    const auto end = db.termlist_end(docid);
    for (auto position = db.termlist_begin(docid); position != end; ++position) {
      const std::string term = *position;
      const std::size_t size = num_capitals(term);
      if (size == 0 && !term.empty() && term[0] > 'Z') break;
      if (size == 0 || size > kLongestPrefix || term[0] == 'Z' || size == term.size()) continue;
      // IPublicBody-7 may stand under I, or under IP.
      for (std::size_t i = 1; i <= size; ++i) {
        auto& [count, is_own] = found[term.substr(0, i)];
        ++count;
        is_own = position.get_termfreq() == 1 && position.get_wdf() <= 1;
      }
    }
    for (const auto& [prefix, one] : found) {
      if (one.first == 1 && one.second) ++num_documents[prefix];
    }
  }
  LikeIds found;
  for (const auto& [prefix, count] : num_documents) {
    if (count < sample.size() || prefix == "X") continue;
    found.prefix = found.term.empty() ? prefix : "";
    auto term = db.termlist_begin(sample.front());
    term.skip_to(prefix);
    found.term = *term;
    if (prefix.size() == 1) break;  // by Xapian's convention longer ones begin with X
  }
  return found;
}

}  // namespace irgan
