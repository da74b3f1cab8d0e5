#include "trainer/row_files/letor_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "plugin/src/encoding/encoding.h"
#include "trainer/machine/text_input.h"
#include "trainer/row_files/letor_line.h"
#include "trainer/row_files/letor_lists.h"
#include "trainer/row_files/rows_header.h"

namespace irgan {
namespace {

using Eigen::Index;

constexpr int kMaxFeature = 100'000;  // a mistyped index must not ask for all memory
constexpr double kLargestGrade = 4.0;

template <class Number>
void append_number(std::string& line, Number number) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  line.append(digits, error == std::errc() ? end : digits);
}

void append_count(const char* name, double count, std::string& text) {
  if (!(count > 0.0)) return;
  text += name;
  append_number(text, count);
}

// What an example says of one row of its pool.
struct RowFacts {
  double label = 0.0;
  int rank = 0;
  double shown = 0.0;
  double last_clicks = 0.0;
};

void append_row(const Pool& pool, Index row, const RowFacts& facts, std::string& text) {
  append_number(text, facts.label);
  text += " qid:" + escape_id(pool.query_id);
  for (Index j = 0; j < pool.rows.cols(); ++j) {
    if (std::isnan(pool.rows(row, j))) continue;
    text += ' ';
    append_number(text, j + 1);
    text += ':';
    append_number(text, pool.rows(row, j));
  }
  text += " # docid = " + escape_id(pool.document_ids[static_cast<std::size_t>(row)]);
  if (facts.rank > 0) text += " rank = " + std::to_string(facts.rank);
  append_count(" shown = ", facts.shown, text);
  append_count(" last = ", facts.last_clicks, text);
  if (row >= pool.rows.rows() - pool.num_added) text += " added = 1";
  text += '\n';
}

/// One file's contents before rows are laid into matrices: the number of columns is known at its end only.
struct LetorFile {
  TrainingData data;  // what the header says
  bool has_header = false;
  bool lost_header = false;  // our rows without our first line
  std::vector<LetorRow> rows;
  std::vector<LetorList> lists;
  int num_features = 0;
  std::uint64_t widest_row = 0;  // its line
  bool all_grades = true;
  std::uint64_t num_values = 0;

  bool is_ours() const { return has_header || lost_header; }
};

// Files that were joined have several headers, and rows that were shuffled one somewhere.
void take_header(std::string_view line, const TextInput& input, LetorFile& file) {
  TrainingData data;
  read_header(line.substr(kRowsHeader.size()), input.place(), data);
  if (file.has_header) {
    join_header(data, input.place(), "the rows before", file.data);
  } else {
    file.data = std::move(data);
  }
  file.has_header = true;
}

// Other tools put the id first into the comment, and name it no further. Returns why that cannot be so here; "": it is.
std::string take_first_words_for_ids(std::vector<LetorRow>& rows) {
  std::unordered_map<std::string, std::unordered_set<std::string>> words_of_query;
  for (const LetorRow& row : rows) {
    const LetorLine& line = row.line;
    if (line.first_word.empty()) return "not every row has an id in its comment (docid = X)";
    if (!words_of_query[line.query_id].insert(line.first_word).second) {
      return "the first words of comments are no ids, since '" + line.first_word + "' stands twice in query '" +
             line.query_id + "'";
    }
  }
  for (LetorRow& row : rows) row.line.document_id = std::move(row.line.first_word);
  return "";
}

void find_ids(const std::string& path, const LetorOptions& options, std::vector<LetorRow>& rows) {
  const auto has_id = [](const LetorRow& row) { return !row.line.document_id.empty(); };
  std::string reason;
  if (std::none_of(rows.begin(), rows.end(), has_id)) {
    reason = take_first_words_for_ids(rows);
  } else if (!std::all_of(rows.begin(), rows.end(), has_id)) {
    reason = "not every row has an id in its comment (docid = X)";
  }
  if (options.needs_ids && !reason.empty()) {
    options.on_remark(path + ": " + reason + ": documents without one are called 1, 2, ... by their rows");
  }
}

void recognise(const std::string& path, const LetorOptions& options, LetorFile& file) {
  const auto was_shown = [](const LetorRow& row) { return row.line.rank > 0 && row.line.shown > 0.0; };
  const bool is_of_clicks = options.labels.empty() || is_of_pages(label_kind_from_string(options.labels));
  file.lost_header = !file.has_header && is_of_clicks && std::any_of(file.rows.begin(), file.rows.end(), was_shown);
  if (!file.lost_header) return;
  options.on_remark(path +
                    ": has ranks and counts of showings, but not the first line of feature rows: read as clicks on "
                    "result pages, with missing values; the names of the features are lost, so that a model of these "
                    "rows ranks rows only. Put the first line back to train one for the index");
}

LetorFile read_rows(const std::string& path) {
  LetorFile file;
  TextInput input(path);
  std::string_view line;
  while (input.next(line)) {
    if (line.substr(0, kRowsHeader.size()) == kRowsHeader) {
      take_header(line, input, file);
      continue;
    }
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    file.rows.push_back({parse_letor_line(line, input.place()), input.line_number()});
    const LetorLine& row = file.rows.back().line;
    file.num_values += row.features.size();
    for (const auto& feature : row.features) {
      if (feature.first <= file.num_features) continue;
      file.num_features = feature.first;
      file.widest_row = input.line_number();
    }
    file.all_grades = file.all_grades && row.label <= kLargestGrade && row.label == std::floor(row.label);
  }
  if (file.rows.empty()) throw FormatError(path + ": there are no feature rows in it");
  const int limit = file.has_header ? static_cast<int>(file.data.schema.features.size()) : kMaxFeature;
  if (file.num_features > limit) {
    throw FormatError(path + ":" + std::to_string(file.widest_row) + ": feature " + std::to_string(file.num_features) +
                      " is beyond the " + std::to_string(limit) + " that there can be");
  }
  return file;
}

// The number of the feature that holds the first stage's score; 0: none.
int first_stage_feature(const FeatureSchema& schema) {
  const auto place = std::find(schema.features.begin(), schema.features.end(), "first_stage.score");
  return place == schema.features.end() ? 0 : static_cast<int>(place - schema.features.begin()) + 1;
}

LetorFile read_file_of_rows(const std::string& path, const LetorOptions& options) {
  LetorFile file = read_rows(path);
  recognise(path, options, file);
  if (file.is_ours()) {
    for (LetorRow& row : file.rows) {
      const std::string place = path + ":" + std::to_string(row.number);
      row.line.query_id = unescape_id(row.line.query_id, place);
      row.line.document_id = unescape_id(row.line.document_id, place);
    }
  } else {
    find_ids(path, options, file.rows);
  }
  LetorListRules rules{path, file.lost_header || (file.has_header && is_of_pages(file.data.labels)), !file.is_ours(),
                       first_stage_feature(file.data.schema)};
  LetorLists lists = lists_of(std::move(file.rows), rules);
  file.lists = std::move(lists.lists);
  if (lists.num_gathered > 0) {
    options.on_remark(path + ": the rows of " + std::to_string(lists.num_gathered) +
                      " queries do not stand together; they were put together by qid");
  }
  return file;
}

Pool pool_of(const LetorList& block, Index num_features, float absent) {
  Pool pool;
  pool.query_id = block.query_id;
  FeatureMatrix rows = FeatureMatrix::Constant(static_cast<Index>(block.lines.size()), num_features, absent);
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    const LetorLine& line = block.lines[i];
    pool.document_ids.push_back(line.document_id.empty() ? std::to_string(i + 1) : line.document_id);
    for (const auto& [index, value] : line.features) rows(static_cast<Index>(i), index - 1) = value;
  }
  pool.rows = std::move(rows);
  for (auto line = block.lines.rbegin(); line != block.lines.rend() && line->is_added; ++line) ++pool.num_added;
  pool.range = pool_range(pool.found_rows());
  return pool;
}

bool same_rows(const Pool& a, const Pool& b) {
  const auto same = [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return a.document_ids == b.document_ids && a.num_added == b.num_added && a.rows.cols() == b.rows.cols() &&
         std::equal(a.rows.data(), a.rows.data() + a.rows.size(), b.rows.data(), same);
}

Example example_of(const LetorList& block, LabelKind kind) {
  Example example;
  std::vector<double> labels;
  std::vector<double> shown;
  std::vector<double> last_clicks;
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    const LetorLine& line = block.lines[i];
    if (is_of_pages(kind) && line.rank == 0) continue;
    example.rows.push_back(static_cast<Index>(i));
    labels.push_back(line.label);
    if (!is_of_pages(kind)) continue;
    example.ranks.push_back(line.rank);
    shown.push_back(line.shown);
    last_clicks.push_back(line.last_clicks);
  }
  if (std::all_of(shown.begin(), shown.end(), [](double count) { return count > 0.0; })) {
    example.shown = Eigen::Map<const Eigen::VectorXd>(shown.data(), static_cast<Index>(shown.size()));
  }
  if (std::any_of(last_clicks.begin(), last_clicks.end(), [](double count) { return count > 0.0; })) {
    example.last_clicks = Eigen::Map<const Eigen::VectorXd>(last_clicks.data(), static_cast<Index>(last_clicks.size()));
  }
  example.labels = Eigen::Map<const Eigen::VectorXd>(labels.data(), static_cast<Index>(labels.size()));
  return example;
}

LabelKind foreign_labels(const LetorFile& file, const LetorOptions& options) {
  if (!options.labels.empty()) return label_kind_from_string(options.labels);
  if (file.lost_header) return LabelKind::impressions;
  return file.all_grades ? LabelKind::grades : LabelKind::clicks;
}

void complete_foreign(const std::string& path, const LetorOptions& options, LetorFile& file) {
  for (int j = 1; j <= file.num_features; ++j) file.data.schema.features.push_back(std::to_string(j));
  file.data.labels = foreign_labels(file, options);
  for (const LetorList& list : file.lists) file.data.depth = std::max(file.data.depth, list.lines.size());
  if (options.labels.empty() && file.data.labels == LabelKind::clicks) {
    options.on_remark(path +
                      ": its labels are not all whole numbers from 0 to 4, so they are read as numbers of clicks. If "
                      "they are grades of relevance, say so: labels grades");
  }
}

// Rows are laid into full matrices: a few of them with a mistyped feature must not ask for all memory.
void check_size(const std::vector<LetorFile>& files, const std::vector<std::string>& paths, int num_features) {
  constexpr double kFree = 1e7;      // numbers that any file may ask for
  constexpr double kPerValue = 100;  // and for each value that is there
  double num_rows = 0.0, num_values = 0.0;
  std::size_t widest = 0;
  for (std::size_t f = 0; f < files.size(); ++f) {
    for (const LetorList& list : files[f].lists) num_rows += static_cast<double>(list.lines.size());
    num_values += static_cast<double>(files[f].num_values);
    if (files[f].num_features > files[widest].num_features) widest = f;
  }
  const double num_columns =
      std::max(static_cast<double>(num_features), static_cast<double>(files[0].data.schema.features.size()));
  if (num_rows * num_columns <= kFree + kPerValue * num_values) return;
  std::ostringstream text;
  text << std::fixed << std::setprecision(0) << num_rows << " rows of " << num_columns << " features, of which only "
       << num_values << " have a value: number the features that occur from 1 on";
  throw FormatError(paths[widest] + ":" + std::to_string(files[widest].widest_row) + ": " + text.str());
}

}  // namespace

void write_letor(const TrainingData& data, std::ostream& out) {
  out << kRowsHeader << header_of(data) << '\n';
  std::string text;
  for (const Example& example : data.examples) {
    const Pool& pool = data.pools[example.pool];
    std::vector<RowFacts> facts(pool.document_ids.size());
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      RowFacts& row = facts[static_cast<std::size_t>(example.rows[i])];
      row.label = example.labels[static_cast<Index>(i)];
      if (!example.ranks.empty()) row.rank = example.ranks[i];
      if (example.shown.size() > 0) row.shown = example.shown[static_cast<Index>(i)];
      if (example.last_clicks.size() > 0) row.last_clicks = example.last_clicks[static_cast<Index>(i)];
    }
    text.clear();
    for (std::size_t row = 0; row < facts.size(); ++row) append_row(pool, static_cast<Index>(row), facts[row], text);
    out << text;
  }
}

TrainingData read_letor(const std::vector<std::string>& paths, const LetorOptions& options) {
  std::optional<TrainingData> all;
  std::map<std::string, std::vector<std::size_t>> pools_of_query;
  std::vector<LetorFile> files;
  int num_features = 0;
  for (const std::string& path : paths) {
    files.push_back(read_file_of_rows(path, options));
    num_features = std::max(num_features, files.back().num_features);
  }
  check_size(files, paths, num_features);
  for (std::size_t f = 0; f < files.size(); ++f) {
    LetorFile& file = files[f];
    if (!file.has_header) {
      file.num_features = num_features;  // a file may lack the last columns
      complete_foreign(paths[f], options, file);
    }
    if (all) {
      join_header(file.data, paths[f], paths[0], *all);
    } else {
      all = file.data;
    }
    const float absent = file.is_ours() ? std::numeric_limits<float>::quiet_NaN() : 0.0F;
    for (LetorList& list : file.lists) {
      Pool pool = pool_of(list, static_cast<Index>(all->schema.features.size()), absent);
      std::vector<std::size_t>& known = pools_of_query[list.query_id];
      const auto same =
          std::find_if(known.begin(), known.end(), [&](std::size_t k) { return same_rows(all->pools[k], pool); });
      Example example = example_of(list, all->labels);
      example.pool = same == known.end() ? all->pools.size() : *same;
      if (same == known.end()) {
        known.push_back(all->pools.size());
        all->pools.push_back(std::move(pool));
      }
      all->examples.push_back(std::move(example));
      list = LetorList();
    }
  }
  return std::move(*all);
}

}  // namespace irgan
