#include "index_tools/showing/distilled_recipe.h"

#include <charconv>
#include <string>
#include <utility>

#include "plugin/src/search/term_weighting.h"

namespace irgan {
namespace {

// How a language says what a query is made of.
struct Language {
  const char* query;  // the constructor
  const char* op;     // what stands before OP_OR
  const char* parse;  // the words under a prefix, which follows, and then ")
  const char* first;  // of the statement that makes the query
  const char* next;   // of those that add to it
  const char* variable;
  const char* end;
};

constexpr Language kCpp{"Xapian::Query",
                        "Xapian::Query::",
                        "parser.parse_query(text, flags, \"",
                        "Xapian::Query query = ",
                        "query = ",
                        "query",
                        ";"};
constexpr Language kPython{
    "xapian.Query", "xapian.Query.", "parser.parse_query(text, flags, \"", "query = ", "query = ", "query", ""};
constexpr Language kPerl{"Search::Xapian::Query->new", "", "$words->(\"", "my $query = ", "$query = ", "$query", ";"};

// With a point, so that C++ takes it for a double.
std::string digits(double number) {
  char text[64];
  std::string result(text, std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr);
  return result.find('.') == std::string::npos ? result + ".0" : result;
}

std::string bm25_parameters(const WeightMixture& mixture, const char* separator) {
  constexpr double kK3 = 1.0;  // as by default: a word said twice in the query counts 4/3
  std::string text;
  for (const double parameter : {mixture.k1, mixture.brevity, kK3, mixture.b, kLeastNormalisedLength}) {
    text += (text.empty() ? "" : separator) + digits(parameter);
  }
  return text;
}

std::string scaled(const ScaledField& field, const Language& language) {
  std::string words = language.parse + field.prefix + "\")";
  if (field.scale == 1.0) return words;
  return std::string(language.query) + '(' + language.op + "OP_SCALE_WEIGHT, " + words + ", " + digits(field.scale) +
         ')';
}

void write_query(const DistilledSearch& search, const Language& language, std::ostream& out) {
  for (const ScaledField& field : search.fields) {
    out << "    ";
    if (&field == search.fields.data()) {
      out << language.first << scaled(field, language);
    } else {
      out << language.next << language.query << '(' << language.op << (field.finds ? "OP_OR, " : "OP_AND_MAYBE, ")
          << language.variable << ", " << scaled(field, language) << ')';
    }
    out << language.end << '\n';
  }
}

}  // namespace

void write_stock_recipe(const DistilledSearch& search, std::ostream& out) {
  out << "Stock form, C++:\n";
  write_query(search, kCpp, out);
  out << "    enquire.set_query(query);\n    enquire.set_weighting_scheme(Xapian::BM25Weight("
      << bm25_parameters(search.mixture, ", ") << "));\n\nStock form, Python:\n";
  write_query(search, kPython, out);
  out << "    enquire.set_query(query)\n    enquire.set_weighting_scheme(xapian.BM25Weight("
      << bm25_parameters(search.mixture, ", ") << "))\n\nStock form, Perl (use Search::Xapian ':all'):\n";
  // Search::Xapian's parse_query takes no prefix.
  out << "    my $words = sub {  # make_parser() is to return a Search::Xapian::QueryParser set up as yours\n"
         "      my $parser = make_parser();\n"
         "      $parser->add_prefix('', $_[0]) if $_[0] ne '';\n"
         "      return $parser->parse_query($text, $flags);\n"
         "    };\n";
  write_query(search, kPerl, out);
  out << "    $enquire->set_query($query);\n    $enquire->set_weighting_scheme(Search::Xapian::BM25Weight->new("
      << bm25_parameters(search.mixture, ", ") << "));\n";
}

void write_near_recipe(const std::string& path, std::ostream& out) {
  const std::string table = path.empty() ? "near.tsv" : path;
  out << "Near terms, between the query and enquire.set_query()";
  if (path.empty()) out << " (--near-terms near.tsv writes the table)";
  out << ":\n"
         "C++, `near` a std::multimap<std::string, std::pair<std::string, double>> of the table's lines:\n"
         "    const Xapian::Query words = parser.parse_query(text, flags);\n"
         "    for (auto word = words.get_terms_begin(); word != words.get_terms_end(); ++word) {\n"
         "      for (auto [line, end] = near.equal_range(*word); line != end; ++line) {\n"
         "        query = Xapian::Query(Xapian::Query::OP_OR, query,\n"
         "                              Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT,\n"
         "                                            Xapian::Query(line->second.first), line->second.second));\n"
         "      }\n"
         "    }\n"
         "Near terms, Python:\n"
         "    near = {}\n"
         "    for line in open(\""
      << table
      << "\", encoding=\"utf-8\"):\n"
         "        word, term, weight = line.rstrip(\"\\n\").split(\"\\t\")\n"
         "        near.setdefault(word.encode(), []).append((term, float(weight)))\n"
         "    for word in set(parser.parse_query(text, flags)):\n"
         "        for term, weight in near.get(word, []):\n"
         "            query = xapian.Query(xapian.Query.OP_OR, query,\n"
         "                                 xapian.Query(xapian.Query.OP_SCALE_WEIGHT, xapian.Query(term), weight))\n";
}

void write_omega_recipe(const DistilledSearch& search, std::ostream& out) {
  out << "Omega form, at the top of the template (its queries cannot scale fields: a field counts more only if it is\n"
         "indexed so, by scriptindex's weight=):\n    $set{weighting,bm25 "
      << bm25_parameters(search.mixture, " ") << "}\n";
}

void write_weight_recipe(const DistilledSearch& search, std::ostream& out) {
  const WeightMixture& mixture = search.mixture;
  out << "irgan::Weight, C++ (#include <irgan/weight.h>):\n";
  write_query(search, kCpp, out);
  out << "    irgan::WeightMixture mixture;\n";
  const std::pair<const char*, double> members[] = {{"k1", mixture.k1},           {"b", mixture.b},
                                                    {"bm25", mixture.bm25},       {"presence", mixture.presence},
                                                    {"idf", mixture.idf},         {"log_wdf", mixture.log_wdf},
                                                    {"brevity", mixture.brevity}, {"length", mixture.length}};
  for (const auto& [name, value] : members) out << "    mixture." << name << " = " << digits(value) << ";\n";
  out << "    enquire.set_query(query);\n    enquire.set_weighting_scheme(irgan::Weight(mixture));\n"
         "Where the database is behind xapian-tcpsrv, start that with LD_PRELOAD=libxapian-irgan-preload.so, else it "
         "does\n"
         "not know the class.\n";
}

}  // namespace irgan
