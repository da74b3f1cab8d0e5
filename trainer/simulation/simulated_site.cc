#include "trainer/simulation/simulated_site.h"

#include <algorithm>
#include <set>

#include "irgan/measures.h"

namespace irgan {

SimulatedSite::SimulatedSite(const Site& site, const SimulationOptions& options)
    : db_(site.open()),
      layout_(site.layout),
      first_stage_(db_, layout_, site.default_op),
      ids_(db_, layout_.id_prefix),
      qrels_(read_qrels(options.qrels)),
      queries_(read_queries(options.queries, options.on_problem)) {
  for (const auto& [query, judgments] : qrels_.by_query) {
    for (const auto& [document, label] : judgments) highest_label_ = std::max(highest_label_, label);
  }
  const auto is_judged = [&](const QueryRow& row) { return qrels_.by_query.count(row.id) > 0; };
  if (std::none_of(queries_.begin(), queries_.end(), is_judged)) {
    throw Error(options.qrels + ": none of the queries in " + options.queries +
                " is judged here; are the query ids the same?");
  }
}

std::vector<std::string> SimulatedSite::context_names() const {
  std::set<std::string> names;
  for (const QueryRow& query : queries_) {
    for (const auto& context : query.context) names.insert(context.first);
  }
  return {names.begin(), names.end()};
}

Xapian::MSet SimulatedSite::search(const Xapian::Query& query, std::size_t depth) const {
  return first_stage_.search(query, static_cast<Xapian::doccount>(depth));
}

ShownHit SimulatedSite::shown(const std::string& query_id, Xapian::docid docid) const {
  ShownHit document;
  document.document_id = ids_.id_of(docid);
  const auto judged = qrels_.by_query.find(query_id);
  if (judged == qrels_.by_query.end()) return document;
  const auto judgment = judged->second.find(document.document_id);
  if (judgment != judged->second.end()) document.label = judgment->second;
  return document;
}

double SimulatedSite::ndcg_at_10(const std::string& query_id, const ShownPage& page) const {
  const auto judged = qrels_.by_query.find(query_id);
  if (judged == qrels_.by_query.end()) return 0.0;
  std::vector<int> labels, judged_labels;
  for (const ShownHit& document : page) labels.push_back(document.label);
  for (const auto& judgment : judged->second) judged_labels.push_back(judgment.second);
  return ndcg(labels, judged_labels, 10);
}

}  // namespace irgan
