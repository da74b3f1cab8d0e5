#include "index_tools/reports/site_text.h"

#include <algorithm>

#include "index_tools/showing/check_report.h"

namespace irgan {
namespace {

// Three columns: what it is to us, what the site calls it, why.
void print_row(const std::string& ours, const std::string& theirs, const std::string& why, std::ostream& out) {
  const auto padded = [](const std::string& text, std::size_t width) {
    return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
  };
  out << "  " << padded(ours, 12) << padded(theirs, 18) << why << '\n';
}

std::string name_of(ClickColumn column) { return std::string(kClickColumnNames[static_cast<std::size_t>(column)]); }

const char* form_of(LogSample::Form form) {
  switch (form) {
    case LogSample::Form::json_lines:
      return "JSON Lines";
    case LogSample::Form::omega:
      return "one of Omega's logs, which is read as it is";
    case LogSample::Form::ubi:
      return "OpenSearch's UBI, which is read as it is";
    case LogSample::Form::searches:
      return "the module's log of searches, which says what was shown";
    default:
      return "columns under a header";
  }
}

// # would begin a comment inside a value, too.
void write_line(const std::string& name, const std::string& value, std::ostream& out) {
  if (value.find('#') != std::string::npos)
    out << "# (the file cannot hold a #; give it as a flag) " << name << " = " << value << '\n';
  else
    out << name << " = " << value << '\n';
}

void write_places(const char* option, const std::vector<NamedPlace>& places, std::ostream& out) {
  for (const NamedPlace& place : places) {
    out << "# " << place.evidence << '\n';
    write_line(option, place.name + "=" + place.place, out);
  }
}

}  // namespace

void print_findings(const SetupFindings& findings, std::ostream& out) {
  const IndexLayout& layout = findings.site->layout;
  out << "index  " << findings.databases.front() << ": " << grouped(static_cast<double>(findings.index.num_documents))
      << " documents"
      << (findings.index.is_layout_kept ? ", made or annotated by xapian-irgan, which keeps its layout" : "") << '\n';
  print_row("ids", layout.id_prefix.empty() ? "docids" : "prefix " + layout.id_prefix,
            layout.id_prefix.empty() ? "no prefix has unique terms" : "one term a document", out);
  print_row("stemmer", layout.stemmer, findings.index.stem_evidence, out);
  for (const NamedPlace& field : findings.index.prefixes)
    print_row("field", field.name + "=" + field.place, field.evidence, out);
  for (const NamedPlace& value : findings.index.values)
    print_row("value", value.name + "=" + value.place, value.evidence, out);
  for (const std::string& sentence : findings.index.absent) out << "- " << sentence << '\n';
  if (!findings.searches_path.empty())
    out << "log    " << findings.searches_path << ": " << form_of(LogSample::Form::searches) << '\n';
  out << "log    " << findings.log_path << ": " << form_of(findings.form);
  if (findings.num_lines > 0) out << "; " << grouped(static_cast<double>(findings.num_lines)) << " lines looked at";
  out << '\n';
  for (const ColumnGuess& guess : findings.log.columns)
    print_row(name_of(guess.column), guess.theirs, guess.evidence, out);
  if (findings.log.rank_base) print_row("rank-base", "0", "the ranks begin at 0", out);
  for (const ContextGuess& context : findings.log.contexts)
    print_row("context?", context.theirs, context.evidence, out);
  if (!findings.log.unused.empty()) {
    std::string names;
    for (const std::string& name : findings.log.unused) names += (names.empty() ? "" : ", ") + name;
    print_row("not used", names, "", out);
  }
  for (const std::string& doubt : findings.log.doubts) out << "- " << doubt << '\n';
}

nlohmann::json json_of(const SetupFindings& findings) {
  const IndexLayout& layout = findings.site->layout;
  nlohmann::json object{{"databases", findings.databases},
                        {"clicks", findings.clicks},
                        {"documents", findings.index.num_documents},
                        {"id_prefix", layout.id_prefix},
                        {"stemmer", layout.stemmer},
                        {"fields", nlohmann::json::object()},
                        {"values", nlohmann::json::object()},
                        {"columns", nlohmann::json::object()},
                        {"doubts", findings.log.doubts}};
  for (const std::string& sentence : findings.index.absent) object["doubts"].push_back(sentence);
  for (const NamedPlace& field : findings.index.prefixes) object["fields"][field.name] = field.place;
  for (const NamedPlace& value : findings.index.values) object["values"][value.name] = value.place;
  object["contexts"] = nlohmann::json::object();
  for (const ContextGuess& context : findings.log.contexts) object["contexts"][context.name] = context.theirs;
  for (const ColumnGuess& guess : findings.log.columns) object["columns"][name_of(guess.column)] = guess.theirs;
  return object;
}

void write_site_file(const SetupFindings& findings, std::ostream& out) {
  const IndexLayout& layout = findings.site->layout;
  out << "# Options of all commands of xapian-irgan: xapian-irgan COMMAND --site THIS_FILE\n"
         "# Lines are NAME = VALUE with the names of flags, as COMMAND --help-all shows them. A flag wins over its "
         "line.\n"
         "# What stands under [COMMAND] is for that command alone. Paths are meant from this file's folder.\n\n"
         "# The index.\n";
  for (const std::string& path : findings.databases) write_line("db", path, out);
  if (findings.index.is_layout_kept) {
    out << "# It keeps its layout itself: prefixes, values, stemmer and ids need no line.\n";
  } else {
    out << "# Ids: " << (layout.id_prefix.empty() ? "none found; docids are taken" : "unique terms") << ".\n";
    if (!layout.id_prefix.empty()) write_line("id-prefix", layout.id_prefix, out);
    out << "# " << findings.index.stem_evidence << ".\n";
    write_line("stemmer", layout.stemmer, out);
  }
  if (!findings.index.prefixes.empty()) out << "\n# Text fields, the title first. The names are yours to choose.\n";
  write_places("prefix", findings.index.prefixes, out);
  if (!findings.index.values.empty())
    out << "\n# Numbers in value slots: give them names before the first training, and leave out what is no property "
           "of a "
           "document.\n";
  write_places("value", findings.index.values, out);
  for (const std::string& sentence : findings.index.absent) out << "# " << sentence << '\n';
  out << "\n# The log. A pattern such as logs/*.tsv.gz stands for all of its files, in the order of their names.\n";
  for (const std::string& path : findings.clicks) write_line("clicks", path, out);
  for (const ColumnGuess& guess : findings.log.columns) {
    if (guess.theirs == name_of(guess.column)) continue;
    out << "# " << guess.evidence << '\n';
    write_line("column", name_of(guess.column) + "=" + guess.theirs, out);
  }
  if (findings.log.rank_base) write_line("rank-base", "0", out);
  for (const std::string& doubt : findings.log.doubts) out << "# " << doubt << '\n';
  if (!findings.log.contexts.empty())
    out << "\n# What a search is beside its words. Take the # away where your live searches will say it, too:\n"
           "# IRGAN_CONTEXT, or SearchRequest::context.\n";
  for (const ContextGuess& context : findings.log.contexts) {
    out << "# " << context.evidence << ":\n# context = " << context.name << '\n';
    if (context.name != context.theirs) out << "# column = " << context.name << '=' << context.theirs << '\n';
  }
  out << "\n# What is learnt.\n";
  write_line("model", findings.stem + ".model", out);
  write_line("memory", findings.stem + ".memory", out);
  out << "\n[train]\n# seed = 1\n# depth = 100\n\n[memory]\n# min-sessions = 10\n# half-life = 5\n";
}

}  // namespace irgan
