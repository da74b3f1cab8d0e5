/// What is known of a site's queries: the evidence that training, mining and measuring start from.
#pragma once

#include <string>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/query_file.h"

namespace irgan {

/// Queries, and clicks or judgments that say which documents are good for them. Logs and judgments are read when they
/// are needed; here stand their paths.
///
///   Evidence evidence;
///   evidence.queries = read_queries("queries.tsv");
///   evidence.clicks = {"clicks.tsv.gz"};
struct Evidence {
  std::vector<QueryRow> queries;
  std::vector<QueryRow> valid_queries;  ///< held out by name, in the same clicks or judgments; not trained on
  std::vector<std::string> clicks;      ///< click logs ("-": standard input), in their order; or:
  std::string qrels;                    ///< judgments: TREC qrels
  ClickLogOptions log_options;          ///< how the click logs are read
};

}  // namespace irgan
