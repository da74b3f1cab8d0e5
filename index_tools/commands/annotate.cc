#include "index_tools/commands/annotate.h"

#include "index_tools/showing/progress_bar.h"

namespace irgan {
namespace {

constexpr double kManyDays = 36500.0;

// FILE:SLOT or FILE:NAME, taken apart.
ValueFile value_file(const char* flag, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw ConfigError("--" + std::string(flag) + " " + text + ": must be FILE:SLOT or FILE:NAME");
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

AnnotatedClicks clicks_of(const AnnotateOptions& options) {
  AnnotatedClicks clicks;
  if (!options.log.queries.empty()) clicks.queries = read_queries(options.log.queries);
  clicks.read = [&log = options.log, queries = clicks.queries](const auto& each) { log.for_each_click(queries, each); };
  clicks.name = options.log.clicks.front();
  clicks.behaviour = options.behaviour;
  return clicks;
}

}  // namespace

void add_options(AnnotateOptions& options, OptionTable& table) {
  options.database.add_to(table);
  table.flag("field-lengths", options.annotation.field_lengths,
             "store each field's length in words, for fields that lack it");
  table.flag("ids", options.annotation.ids,
             "store each document's unique-id term, which reranking behind xapian-tcpsrv needs");
  table.texts("values", options.values,
              "a number a document, lines id<TAB>number; NAME is what features call it; may be given again",
              "FILE:NAME|SLOT");
  table.texts("pagerank", options.pagerank,
              "PageRank over links between documents, lines id<TAB>id; may be given again", "FILE:NAME|SLOT");
  options.log.add_log_to(table);
  table.number(
      "half-life", options.behaviour.half_life_days, 0.0, kManyDays,
      "days after which a click counts half, its age taken from the newest one; 0: never; what people want moves on");
  table.number("min-sessions", options.behaviour.min_sessions, std::size_t{1}, std::size_t{1000000},
               "sessions that a query or word must be seen in to be kept, so that the index tells nothing of single "
               "users; all rows "
               "without a session are one");
  for (const char* name : {"queries", "half-life", "min-sessions"}) table.needs(name, {"clicks"});
}

void run(const AnnotateOptions& options, std::ostream& out) {
  const bool with_clicks = !options.log.clicks.empty();
  AnnotationOptions annotation = options.annotation;
  if (!annotation.field_lengths && !annotation.ids && options.values.empty() && options.pagerank.empty() &&
      !with_clicks) {
    throw ConfigError("nothing to add: give --field-lengths, --ids, --values, --pagerank or --clicks");
  }
  const Site site = options.database.site();
  for (const std::string& text : options.values) annotation.values.push_back(value_file("values", text));
  for (const std::string& text : options.pagerank) annotation.pagerank.push_back(value_file("pagerank", text));
  if (with_clicks) annotation.clicks = clicks_of(options);
  ProgressBar bar("annotating");
  annotation.on_progress = [&](double share_done) { bar.update(share_done); };
  const AnnotationReport report = annotate(site, annotation);
  bar.erase();
  out << "annotated " << report.num_documents << " documents";
  if (!options.values.empty() || !options.pagerank.empty())
    out << ": " << report.num_values << " values, " << report.num_unknown_values << " for unknown documents";
  out << '\n';
  if (with_clicks) {
    out << "clicks of " << report.num_clicked_documents << " documents, " << report.num_unknown_documents
        << " that the index does not have; " << report.num_words << " words and " << report.num_queries
        << " queries of at least " << options.behaviour.min_sessions << " sessions are kept (--min-sessions)\n";
  }
}

}  // namespace irgan
