#include "trainer/rows/letor_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/index_facts.h"
#include "trainer/machine/text_input.h"
#include "trainer/rows/label_origin.h"
#include "trainer/rows/letor_line.h"

namespace irgan {
namespace {

using Eigen::Index;
using nlohmann::json;

constexpr std::string_view kHeader = "# xapian-irgan features ";
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

std::string header_of(const TrainingData& data) {
  return json{{"schema", json::parse(schema_to_json(data.schema))},
              {"labels", to_string(data.labels)},
              {"depth", data.depth},
              {"index", index_facts_to_json(data.facts)},
              {"origin", record_of(data.origin)}}
      .dump();
}

void read_header(std::string_view line, const std::string& place, TrainingData& data) {
  try {
    const json header = json::parse(line.substr(kHeader.size()));
    data.schema = schema_from_json(header.at("schema").dump(), place);
    data.labels = label_kind_from_string(header.at("labels").get<std::string>());
    data.depth = header.at("depth").get<std::size_t>();
    data.facts = index_facts_from_json(header.at("index"));
    if (header.contains("origin")) data.origin = origin_from(header["origin"]);
  } catch (const json::exception& error) {
    throw FormatError(place + ": the first line is not the header of feature rows: " + error.what());
  } catch (const ConfigError& error) {
    throw FormatError(place + ": " + error.what());
  }
}

/// The lines of one query, or of one page of it.
struct Block {
  std::string query_id;
  std::vector<LetorLine> lines;
  std::unordered_set<std::string> documents;
};

/// One file's contents before rows are laid into matrices: the number of columns is known at its end only.
struct LetorFile {
  TrainingData data;  // what the header says
  bool has_header = false;
  std::vector<Block> blocks;
  int num_features = 0;
  bool all_grades = true;
};

LetorFile read_file_of_rows(const std::string& path) {
  LetorFile file;
  TextInput input(path);
  std::string_view line;
  while (input.next(line)) {
    if (input.line_number() == 1 && line.substr(0, kHeader.size()) == kHeader) {
      read_header(line, input.place(), file.data);
      file.has_header = true;
      continue;
    }
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    LetorLine row = parse_letor_line(line, input.place());
    if (file.has_header) {
      row.query_id = unescape_id(row.query_id, input.place());
      row.document_id = unescape_id(row.document_id, input.place());
    }
    for (const auto& feature : row.features) file.num_features = std::max(file.num_features, feature.first);
    const int limit = file.has_header ? static_cast<int>(file.data.schema.features.size()) : kMaxFeature;
    if (file.num_features > limit) {
      throw FormatError(input.place() + ": feature " + std::to_string(file.num_features) + " is beyond the " +
                        std::to_string(limit) + " that there can be");
    }
    file.all_grades = file.all_grades && row.label <= kLargestGrade && row.label == std::floor(row.label);
    const bool next_block = file.blocks.empty() || file.blocks.back().query_id != row.query_id ||
                            (!row.document_id.empty() && file.blocks.back().documents.count(row.document_id) > 0);
    if (next_block) file.blocks.push_back({row.query_id, {}, {}});
    if (!row.document_id.empty()) file.blocks.back().documents.insert(row.document_id);
    file.blocks.back().lines.push_back(std::move(row));
  }
  if (file.blocks.empty()) throw FormatError(path + ": there are no feature rows in it");
  return file;
}

Pool pool_of(const Block& block, Index num_features, float absent) {
  Pool pool;
  pool.query_id = block.query_id;
  pool.rows = FeatureMatrix::Constant(static_cast<Index>(block.lines.size()), num_features, absent);
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    const LetorLine& line = block.lines[i];
    pool.document_ids.push_back(line.document_id.empty() ? std::to_string(i + 1) : line.document_id);
    for (const auto& [index, value] : line.features) pool.rows(static_cast<Index>(i), index - 1) = value;
  }
  for (auto line = block.lines.rbegin(); line != block.lines.rend() && line->is_added; ++line) ++pool.num_added;
  pool.range = pool_range(pool.found_rows());
  return pool;
}

bool same_rows(const Pool& a, const Pool& b) {
  const auto same = [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return a.document_ids == b.document_ids && a.num_added == b.num_added && a.rows.cols() == b.rows.cols() &&
         std::equal(a.rows.data(), a.rows.data() + a.rows.size(), b.rows.data(), same);
}

Example example_of(const Block& block, LabelKind kind) {
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

void complete_foreign(LetorFile& file, const LetorOptions& options) {
  for (int j = 1; j <= file.num_features; ++j) file.data.schema.features.push_back(std::to_string(j));
  file.data.labels = !options.labels.empty() ? label_kind_from_string(options.labels)
                     : file.all_grades       ? LabelKind::grades
                                             : LabelKind::clicks;
  for (const Block& block : file.blocks) file.data.depth = std::max(file.data.depth, block.lines.size());
}

std::string labels_of(const LabelOrigin& origin) {
  std::ostringstream text;
  text << "click model " << (origin.click_model.empty() ? "none" : origin.click_model) << ", half-life "
       << origin.half_life_days;
  return text.str();
}

// Makes of the origin of the files so far that of all with one more.
void join_origin(const LabelOrigin& more, const std::string& path, const std::string& first_path, LabelOrigin& all) {
  if (more.click_model != all.click_model || more.half_life_days != all.half_life_days) {
    throw FormatError(path + ": its labels were made by " + labels_of(more) + ", those of " + first_path + " by " +
                      labels_of(all) + ", and do not say the same: make both alike");
  }
  if (more.examination != all.examination) all.examination.clear();
  if (more.going_on != all.going_on) all.going_on = 0.0;
  if (more.split != all.split) all.split.clear();
}

}  // namespace

void write_letor(const TrainingData& data, std::ostream& out) {
  out << kHeader << header_of(data) << '\n';
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
    files.push_back(read_file_of_rows(path));
    num_features = std::max(num_features, files.back().num_features);
  }
  for (std::size_t f = 0; f < files.size(); ++f) {
    LetorFile& file = files[f];
    if (!file.has_header) {
      file.num_features = num_features;  // a file may lack the last columns
      complete_foreign(file, options);
    }
    if (!all) {
      all = file.data;
    } else if (schema_to_json(all->schema) != schema_to_json(file.data.schema) || all->labels != file.data.labels) {
      throw FormatError(paths[f] + ": has not the features and kind of labels of " + paths[0]);
    } else {
      join_origin(file.data.origin, paths[f], paths[0], all->origin);
    }
    all->depth = std::max(all->depth, file.data.depth);
    const float absent = file.has_header ? std::numeric_limits<float>::quiet_NaN() : 0.0F;
    for (Block& block : file.blocks) {
      Pool pool = pool_of(block, static_cast<Index>(all->schema.features.size()), absent);
      std::vector<std::size_t>& known = pools_of_query[block.query_id];
      const auto same =
          std::find_if(known.begin(), known.end(), [&](std::size_t k) { return same_rows(all->pools[k], pool); });
      Example example = example_of(block, all->labels);
      example.pool = same == known.end() ? all->pools.size() : *same;
      if (same == known.end()) {
        known.push_back(all->pools.size());
        all->pools.push_back(std::move(pool));
      }
      all->examples.push_back(std::move(example));
      block = Block();
    }
  }
  return std::move(*all);
}

}  // namespace irgan
