#include "plugin/src/candidates/query_constraint.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "plugin/src/order/rescoring_source.h"
#include "plugin/src/process/own_search.h"

namespace irgan {
namespace {

using Xapian::Query;
using Constraint = std::optional<Query>;

bool is_ascii_upper(char c) { return c >= 'A' && c <= 'Z'; }

// Of a term [Z] prefix [:] word: a word without a prefix, or under that of a text field.
bool is_text_term(const std::string& term, const std::vector<std::string>& prefixes) {
  const std::string rest = !term.empty() && term[0] == 'Z' ? term.substr(1) : term;
  if (rest.empty() || !is_ascii_upper(rest[0])) return true;
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
    if (prefix.empty() || rest.compare(0, prefix.size(), prefix) != 0) return false;
    return rest.size() > prefix.size() && !is_ascii_upper(rest[prefix.size()]);
  });
}

// An OP_SCALE_WEIGHT has no getter for its factor.
bool weighs_nothing(const Query& query) {
  return query.get_type() == Query::OP_SCALE_WEIGHT && query.get_description().compare(0, 10, "Query(0 * ") == 0;
}

// Of what a wildcard's terms begin with: it has no getter in Xapian 1.4. What is not understood may be a filter.
bool is_text_wildcard(const Query& query, const std::vector<std::string>& prefixes) {
  const std::string text = query.get_description();  // Query(WILDCARD SYNONYM foo)
  const std::string kind = "Query(WILDCARD ";
  if (text.compare(0, kind.size(), kind) != 0) return false;
  const std::size_t space = text.find(' ', kind.size());
  return space != std::string::npos && is_text_term(text.substr(space + 1, text.size() - space - 2), prefixes);
}

Constraint both(Constraint a, Constraint b) {
  if (!a) return b;
  return b ? Query(Query::OP_AND, *a, *b) : a;
}

class Walk {
 public:
  explicit Walk(const std::vector<std::string>& prefixes) : prefixes_(prefixes) {}

  Constraint of(const Query& query) const {
    const std::size_t count = query.get_num_subqueries();
    switch (query.get_type()) {
      case Query::LEAF_MATCH_ALL:
        return std::nullopt;
      case Query::OP_PHRASE:
      case Query::OP_NEAR: {
        const auto is_text = [this](const std::string& term) { return is_text_term(term, prefixes_); };
        return std::all_of(query.get_terms_begin(), query.get_terms_end(), is_text) ? Constraint() : Constraint(query);
      }
      case Query::OP_WILDCARD:
        return is_text_wildcard(query, prefixes_) ? Constraint() : Constraint(query);
      case Query::LEAF_TERM:
        return is_text_term(*query.get_terms_begin(), prefixes_) ? Constraint() : Constraint(query);
      case Query::OP_AND_MAYBE:
      case Query::OP_SCALE_WEIGHT:
        return of(query.get_subquery(0));
      case Query::OP_AND: {
        Constraint all;
        for (std::size_t i = 0; i < count; ++i) {
          const Query part = query.get_subquery(i);
          all = both(std::move(all), weighs_nothing(part) ? Constraint(part) : of(part));
        }
        return all;
      }
      case Query::OP_FILTER: {
        Constraint all = of(query.get_subquery(0));
        for (std::size_t i = 1; i < count; ++i) all = both(std::move(all), query.get_subquery(i));
        return all;
      }
      case Query::OP_AND_NOT: {
        const Query match_all{std::string()};
        Query left = of(query.get_subquery(0)).value_or(match_all);
        for (std::size_t i = 1; i < count; ++i) left = Query(Query::OP_AND_NOT, left, query.get_subquery(i));
        return left;
      }
      case Query::OP_OR:
      case Query::OP_MAX:
      case Query::OP_ELITE_SET:
      case Query::OP_SYNONYM:
        return any_of(query);
      default:
        return query;  // value ranges, posting sources, nothing at all, XOR, and what is not known yet
    }
  }

 private:
  Constraint any_of(const Query& query) const {
    std::vector<Query> parts;
    for (std::size_t i = 0; i < query.get_num_subqueries(); ++i) {
      Constraint part = of(query.get_subquery(i));
      if (!part) return std::nullopt;
      parts.push_back(*std::move(part));
    }
    return Query(Query::OP_OR, parts.begin(), parts.end());
  }

  const std::vector<std::string>& prefixes_;
};

// Finds `docids` and no other documents.
Xapian::Query query_of(std::vector<Xapian::docid> docids, const Xapian::Database& db) {
  auto plan = std::make_shared<RescoringPlan>(db);
  std::sort(docids.begin(), docids.end());
  for (const Xapian::docid docid : docids) plan->entries.push_back({docid, 1.0});
  plan->max_weight = 1.0;
  plan->matches_lower_bound = plan->matches_estimated = plan->matches_upper_bound =
      static_cast<Xapian::doccount>(docids.size());
  return Xapian::Query((new RescoringSource(std::move(plan)))->release());
}

}  // namespace

std::optional<Query> constraint_of(const Query& query, const std::vector<std::string>& text_prefixes) {
  return Walk(text_prefixes).of(query);
}

std::set<Xapian::docid> found_among(const Xapian::Database& db, const std::vector<Xapian::docid>& docids,
                                    const std::optional<Query>& query, const Xapian::MatchDecider* mdecider) {
  if (!query && !mdecider) return {docids.begin(), docids.end()};
  Xapian::Query restricted = query_of(docids, db);
  if (query) restricted = Xapian::Query(Xapian::Query::OP_FILTER, restricted, *query);
  Xapian::Enquire enquire(db);
  enquire.set_query(restricted);
  const OwnSearch own;
  const Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(docids.size()), 0, nullptr, mdecider);
  return {found.begin(), found.end()};
}

}  // namespace irgan
