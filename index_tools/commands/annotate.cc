#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "index_tools/commands/command.h"
#include "index_tools/commands/commands.h"
#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/showing/console.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/index_annotator.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

struct AnnotateOptions {
  DatabaseOptions database;
  AnnotationOptions annotation;
  std::vector<std::string> values;    ///< FILE:SLOT or FILE:NAME
  std::vector<std::string> pagerank;  ///< the same
  LabelOptions log;                   ///< without judgments
  BehaviourOptions behaviour;
};

// FILE:SLOT or FILE:NAME, taken apart.
ValueFile value_file(const char* flag, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw ConfigError("--" + std::string(flag) + " " + text + ": must be FILE:SLOT or FILE:NAME");
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

AnnotatedClicks clicks_of(const AnnotateOptions& options, const Console& console) {
  AnnotatedClicks clicks;
  const Evidence evidence = options.log.evidence(console.err);
  clicks.queries = evidence.queries;
  clicks.read = [evidence, &console](const auto& each) { show_reading(for_each_click(evidence, each), console.err); };
  clicks.name = options.log.clicks.front();
  clicks.behaviour = options.behaviour;
  return clicks;
}

void add_options(AnnotateOptions& options, OptionTable& table) {
  table.everyday({"db", "field-lengths", "ids", "values", "pagerank", "clicks", "queries", "prefix", "value"});
  options.database.add_to(table);
  table.group("What is added");
  table.flag("field-lengths", options.annotation.field_lengths,
             "store each field's length in words, for fields that lack it");
  table.flag("ids", options.annotation.ids,
             "store each document's unique-id term, which reranking behind xapian-tcpsrv needs");
  table.texts("values", options.values,
              "a number for each document: lines id<TAB>number; features call it NAME; may be given again",
              "FILE:NAME|SLOT");
  table.texts("pagerank", options.pagerank,
              "links between documents, from which PageRank is computed: lines id<TAB>id; may be given again",
              "FILE:NAME|SLOT");
  options.log.add_log_to(table);
  table.only_by_flag("clicks");
  table.group("Behaviour features");
  table.number("half-life", options.behaviour.half_life_days, 0.0, kManyDays,
               "a click this many days older than the newest one counts half, since what people want changes; 0: all "
               "count in full");
  table.number("min-sessions", options.behaviour.min_sessions, std::size_t{1}, std::size_t{1000000},
               "a query or word of fewer sessions is not kept, so that the index tells nothing of single users; all "
               "rows without a session count as one session");
  for (const char* name : {"queries", "half-life", "min-sessions"}) table.needs(name, {"clicks"});
}

// Throws: as annotate()
void run(const AnnotateOptions& options, const Console& console) {
  const bool with_clicks = !options.log.clicks.empty();
  AnnotationOptions annotation = options.annotation;
  if (!annotation.field_lengths && !annotation.ids && options.values.empty() && options.pagerank.empty() &&
      !with_clicks) {
    throw ConfigError("nothing to add: give --field-lengths, --ids, --values, --pagerank or --clicks");
  }
  const Site site = options.database.site(console.err);
  for (const std::string& text : options.values) annotation.values.push_back(value_file("values", text));
  for (const std::string& text : options.pagerank) annotation.pagerank.push_back(value_file("pagerank", text));
  if (with_clicks) annotation.clicks = clicks_of(options, console);
  ProgressBar bar = console.progress("annotating", "documents", site.open().get_doccount());
  annotation.on_progress = [&](double share_done) { bar.update(share_done); };
  const AnnotationReport report = annotate(site, annotation);
  bar.erase();
  if (report.num_changed == 0 && !with_clicks)
    console.out << "nothing to annotate: all " << report.num_documents << " documents have it already";
  else if (report.num_changed < report.num_documents)
    console.out << "annotated " << report.num_changed << " of " << report.num_documents << " documents";
  else
    console.out << "annotated " << report.num_documents << " documents";
  if (!options.values.empty() || !options.pagerank.empty())
    console.out << ": " << report.num_values << " values, " << report.num_unknown_values << " for unknown documents";
  console.out << '\n';
  if (report.num_without_id > 0)
    console.err << report.num_without_id << " documents have no unique-id term, so none is stored for them\n";
  if (with_clicks) {
    console.out << "clicks of " << report.num_clicked_documents << " documents, " << report.num_unknown_documents
                << " that the index does not have; " << report.num_words << " words and " << report.num_queries
                << " queries of at least " << options.behaviour.min_sessions << " sessions are kept (--min-sessions)\n";
  }
  console.result({{"documents", report.num_documents},
                  {"documents_changed", report.num_changed},
                  {"documents_without_id", report.num_without_id},
                  {"values", report.num_values},
                  {"values_of_unknown_documents", report.num_unknown_values},
                  {"clicked_documents", report.num_clicked_documents},
                  {"clicked_unknown_documents", report.num_unknown_documents},
                  {"words", report.num_words},
                  {"queries", report.num_queries}});
}

}  // namespace

Command annotate_command() {
  return make_command<AnnotateOptions>(
      "annotate", "--db DB [--field-lengths] [--ids] [--values TSV:NAME] [--pagerank LINKS:NAME] [--clicks C]",
      "add what features need to an existing index",
      "This is for an index that omindex, scriptindex or a program of yours made. No other program may write to it "
      "meanwhile.\n"
      "  xapian-irgan annotate --db site --field-lengths --values sales.tsv:sales --pagerank links.tsv:pagerank\n"
      "The index keeps what you say of it here (--prefix, --value, --stemmer, --id-prefix), so that the other commands "
      "know it.\n"
      "  xapian-irgan annotate --db site --clicks clicks.tsv\n"
      "This keeps what people clicked, for 'train --behaviour'. The clicks of a newer log replace the old ones.\n"
      "Next: 'inspect --db site' shows the result; then 'train'.\n");
}

}  // namespace irgan
