#include "trainer/site/pagerank.h"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/page_rank.hpp>
#include <boost/property_map/property_map.hpp>
#include <numeric>

namespace irgan {

std::vector<double> pagerank(std::size_t num_documents, const std::vector<Link>& links) {
  using Graph = boost::compressed_sparse_row_graph<boost::directedS>;
  constexpr std::size_t kRounds = 50;
  const Graph graph(boost::edges_are_unsorted_multi_pass, links.begin(), links.end(), num_documents);
  std::vector<double> ranks(num_documents);
  boost::graph::page_rank(graph,
                          boost::make_iterator_property_map(ranks.begin(), boost::get(boost::vertex_index, graph)),
                          boost::graph::n_iterations(kRounds));
  const double sum = std::accumulate(ranks.begin(), ranks.end(), 0.0);
  for (double& rank : ranks) rank *= static_cast<double>(num_documents) / sum;
  return ranks;
}

}  // namespace irgan
