#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/log_reading_options.h"
#include "index_tools/options/option_table.h"
#include "index_tools/showing/figures.h"
#include "irgan/log_queries.h"
#include "trainer/log/click_log_tally.h"
#include "trainer/machine/output_file.h"

namespace irgan {
namespace {

constexpr std::size_t kHeadShown = 5;
constexpr std::size_t kWordsShown = 60;  // bytes

struct QueriesOptions {
  std::vector<std::string> clicks;
  ClickLogOptions reading;
  LogQueryOptions wanted;
  bool all = false;
  std::string out;
};

void add_options(QueriesOptions& options, OptionTable& table) {
  table.everyday({"clicks", "out", "column", "max-queries", "all"});
  table.group("The log");
  table.texts("clicks", options.clicks, "click log whose queries are wanted; may be given again", "FILE");
  add_log_options(options.reading, table, {"clicks"});
  table.group("Output");
  table.text("out", options.out, "the file to write: lines id<TAB>words, the most frequent first; - is stdout", "FILE");
  table.writes("out");
  table.number("max-queries", options.wanted.max_queries, std::size_t{1}, std::size_t{100000000},
               "at most so many, the most frequent");
  table.flag("all", options.all, "also the queries that nobody clicked for");
}

void run(const QueriesOptions& options, const Console& console) {
  if (options.clicks.empty()) throw ConfigError("--clicks is missing: name the click log");
  if (options.out.empty()) throw ConfigError("--out is missing: name the file to write, or - for stdout");
  LogQueryOptions wanted = options.wanted;
  wanted.only_clicked = !options.all;
  const LogQueries found = queries_of_log(options.clicks, options.reading, wanted);
  OutputFile file(options.out);
  write_queries(found.queries, file.stream());
  file.commit();
  if (found.num_without_words > 0)
    console.err << found.num_without_words << " rows have no words of a query, only its id\n";
  if (options.out == "-") return;
  console.out << "wrote " << options.out << ": " << found.queries.size() << " queries of " << found.num_distinct
              << " in the log";
  if (!options.all) console.out << "; " << found.num_unclicked << " have no click";
  if (found.num_rare > 0) console.out << "; " << found.num_rare << " are rarer than these";
  console.out << '\n';
  for (std::size_t i = 0; i < found.queries.size() && i < kHeadShown; ++i) {
    console.out << "  " << found.uses[i].rows << " rows, " << found.uses[i].clicks << " clicks: '"
                << excerpt(found.queries[i].text, kWordsShown) << "'\n";
  }
  console.result({{"wrote", options.out},
                  {"queries", found.queries.size()},
                  {"distinct_queries", found.num_distinct},
                  {"unclicked_queries", found.num_unclicked},
                  {"rare_queries", found.num_rare},
                  {"rows_without_words", found.num_without_words}});
}

}  // namespace

Command queries_command() {
  return make_command<QueriesOptions>(
      "queries", "--clicks C --out Q", "write the queries that a log has",
      "Other commands read the queries of the log by themselves where --queries is not given. Use the file to look at "
      "them, "
      "or to choose among them.\n"
      "  xapian-irgan queries --clicks clicks.tsv.gz --out queries.tsv\n"
      "Queries are the same if they have the same words, whatever their case and spaces. A log with the column "
      "serialised_query (Xapian::Query::serialise() in base64) gives the queries as the site makes them.\n"
      "Next: 'train --queries', or 'rerank --queries'.\n");
}

}  // namespace irgan
