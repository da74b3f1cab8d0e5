#include "plugin/src/search/remote_page.h"

#include <algorithm>
#include <vector>

namespace irgan {
namespace {

using Xapian::Query;

Query document_of(const std::string& id_term, bool as_wildcard) {
  if (!as_wildcard) return Query(id_term);
  return Query(Query::OP_WILDCARD, id_term, 1, Query::WILDCARD_LIMIT_FIRST, Query::OP_OR);
}

constexpr Xapian::doccount kMostCounted = 1000;

/// 1.4 loses a document of one query in forty where it may pass over matches of too little weight, and on a shard that
/// lacks an id's term the wildcard may stand for a longer id. Both show in the order.
struct Attempt {
  bool as_wildcards;
  bool checks_all;
};
constexpr Attempt kAttempts[] = {{true, false}, {true, true}, {false, true}};

bool is_in_order(const Xapian::MSet& page, const std::vector<RescoringPlan::Entry>& order, Xapian::doccount first) {
  for (auto hit = page.begin(); hit != page.end(); ++hit) {
    if (*hit != order[first + hit.get_rank() - page.get_firstitem()].docid) return false;
  }
  return true;
}

}  // namespace

Xapian::MSet remote_page(const Xapian::Database& db, const Query& original, const RescoringPlan& plan,
                         const RemoteIndex& index, bool finds_all, Xapian::doccount first, Xapian::doccount maxitems) {
  std::vector<RescoringPlan::Entry> order = plan.entries;
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
  const auto num_hits = static_cast<Xapian::doccount>(order.size());
  const Xapian::doccount num_shown = first < num_hits ? std::min(maxitems, num_hits - first) : 0;
  // What the first pass knew exactly is counted again, unless that is much; one more lets Xapian see that there are no
  // more.
  const bool is_exact =
      plan.matches_lower_bound == plan.matches_upper_bound && plan.matches_upper_bound <= kMostCounted;
  const Xapian::doccount num_checked = std::max(num_hits, is_exact ? plan.matches_upper_bound : 0) + 1;
  for (const Attempt& attempt : kAttempts) {
    std::vector<Query> documents;
    documents.reserve(order.size());
    for (const RescoringPlan::Entry& entry : order) {
      documents.emplace_back(Query::OP_FILTER, Query((new Xapian::FixedWeightPostingSource(entry.weight))->release()),
                             document_of(index.id_term(entry.docid), attempt.as_wildcards));
    }
    Xapian::Enquire enquire(db);
    enquire.set_query(Query(finds_all ? Query::OP_AND_MAYBE : Query::OP_OR,
                            Query(Query::OP_SCALE_WEIGHT, original, 0.0),
                            Query(Query::OP_MAX, documents.begin(), documents.end())));
    Xapian::MSet page = enquire.get_mset(first, num_shown, attempt.checks_all ? db.get_doccount() : num_checked);
    if (page.size() == num_shown && is_in_order(page, order, first)) return page;
  }
  throw Error("a server answered in another order than it was asked for");
}

}  // namespace irgan
