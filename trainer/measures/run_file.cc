#include "irgan/run_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "irgan/qrels.h"
#include "trainer/machine/numbers.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

constexpr std::size_t kRunColumns = 6;
constexpr const char* kRunForm = "'query Q0 document rank score tag'";
constexpr double kLargestFloat = std::numeric_limits<float>::max();

// A double beyond the range of float becomes an infinity, as in C on every machine of ours; C++ leaves the cast open.
float as_float(double score) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (score > kLargestFloat) return infinity;
  return score < -kLargestFloat ? -infinity : static_cast<float>(score);
}

double parse_score(std::string_view word, const TextInput& input) {
  double score = 0.0;
  if (!parse_number(word, score) || std::isnan(score)) {
    throw FormatError(input.place() + ": the score '" + std::string(word) + "' is not a number");
  }
  return score;
}

bool stands_before(const RankedDocument& a, const RankedDocument& b) {
  const float score_a = as_float(a.score);
  const float score_b = as_float(b.score);
  return score_a != score_b ? score_a > score_b : a.document_id > b.document_id;
}

bool is_one_word(const std::string& text) {
  return !text.empty() && text.find_first_of(" \t\n\v\f\r") == std::string::npos;
}

// Nine digits tell any two floats apart; to_chars knows no locale.
std::string nine_digits(double score) {
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, score, std::chars_format::general, 9);
  return std::string(text, written.ptr);
}

}  // namespace

Run read_run(const std::string& path) {
  TextInput input(path);
  Run run;
  std::map<std::string, std::unordered_set<std::string>> seen;
  for (std::string_view line; input.next(line);) {
    const std::vector<std::string_view> columns = trec_columns(line);
    if (columns.empty()) continue;
    if (columns.size() != kRunColumns) {
      throw FormatError(input.place() + ": " + std::to_string(columns.size()) +
                        " columns where a run has 6: " + kRunForm);
    }
    const std::string query_id(columns[0]);
    RankedDocument document{std::string(columns[2]), parse_score(columns[4], input)};
    if (!seen[query_id].insert(document.document_id).second) {
      throw FormatError(input.place() + ": document '" + document.document_id + "' is in query '" + query_id +
                        "' a second time");
    }
    if (run.by_query.empty()) run.tag = columns[5];
    run.by_query[query_id].push_back(std::move(document));
  }
  if (run.by_query.empty()) throw FormatError(input.path() + ": the file is empty; a run has the columns " + kRunForm);
  for (auto& [query_id, ranking] : run.by_query) std::sort(ranking.begin(), ranking.end(), stands_before);
  return run;
}

RunWriter::RunWriter(std::ostream& out, std::string tag) : out_(out), tag_(std::move(tag)) {
  if (!is_one_word(tag_)) throw Error("the run's tag '" + tag_ + "' is not one word without white space");
}

void RunWriter::write(const std::string& query_id, const std::vector<RankedDocument>& best_first) {
  if (!is_one_word(query_id)) {
    throw Error("query id '" + query_id + "' is not one word without white space, so a run cannot hold it");
  }
  std::string lines;
  float lowest = std::numeric_limits<float>::infinity();
  std::size_t rank = 0;
  for (const RankedDocument& document : best_first) {
    if (!is_one_word(document.document_id)) {
      throw Error("query '" + query_id + "': document id '" + document.document_id +
                  "' is not one word without white space, so a run cannot hold it");
    }
    const float below = std::nextafter(lowest, -std::numeric_limits<float>::infinity());
    lowest = std::min(as_float(document.score), below);
    if (!(std::fabs(document.score) <= kLargestFloat) || std::isinf(lowest)) {
      throw Error("query '" + query_id + "': document '" + document.document_id + "' has the score " +
                  nine_digits(document.score) + ", which a run cannot hold");
    }
    lines += query_id + " Q0 " + document.document_id + " " + std::to_string(++rank) + " " + nine_digits(lowest) + " " +
             tag_ + "\n";
  }
  out_ << lines;
}

}  // namespace irgan
