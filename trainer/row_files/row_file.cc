#include "trainer/row_files/row_file.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/tensor_arrays.h"
#include "trainer/row_files/rows_header.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr const char* kFormat = "xapian-irgan rows";
constexpr const char* kFormatVersion = "1";

/// The numbers of a file, one a pool, an example, or a row of either.
struct Columns {
  std::vector<std::int64_t> pool_ends, pool_added, query_id_ends, document_id_ends, example_pools, example_ends;
  std::size_t num_query_letters = 0, num_document_letters = 0;
  bool has_ranks = false;
};

Columns columns_of(const TrainingData& data) {
  Columns columns;
  std::int64_t num_rows = 0;
  for (const Pool& pool : data.pools) {
    assert(pool.document_ids.size() == static_cast<std::size_t>(pool.rows.rows()));
    columns.pool_ends.push_back(num_rows += pool.rows.rows());
    columns.pool_added.push_back(pool.num_added);
    columns.num_query_letters += pool.query_id.size();
    columns.query_id_ends.push_back(static_cast<std::int64_t>(columns.num_query_letters));
    for (const std::string& id : pool.document_ids) {
      columns.num_document_letters += id.size();
      columns.document_id_ends.push_back(static_cast<std::int64_t>(columns.num_document_letters));
    }
  }
  std::int64_t num_example_rows = 0;
  for (const Example& example : data.examples) {
    columns.example_pools.push_back(static_cast<std::int64_t>(example.pool));
    columns.example_ends.push_back(num_example_rows += static_cast<std::int64_t>(example.rows.size()));
    columns.has_ranks |= example.is_of_page();
  }
  return columns;
}

// One number a row, zeros where the example has none.
void write_or_zeros(const VectorXd& numbers, std::size_t count, TensorWriter& writer) {
  if (numbers.size() == 0) return writer.write(std::vector<double>(count).data(), count);
  writer.write(numbers.data(), count);
}

template <class Number, class From>
void write_as(const std::vector<From>& numbers, std::size_t count, TensorWriter& writer) {
  std::vector<Number> all(count);
  std::transform(numbers.begin(), numbers.end(), all.begin(), [](From x) { return static_cast<Number>(x); });
  writer.write(all.data(), count);
}

/// A file of rows, checked piece by piece while it is laid out as TrainingData.
class RowFile {
 public:
  explicit RowFile(const std::string& path)
      : path_(path),
        bytes_(std::make_shared<const FileBytes>(FileBytes::of_file(path))),
        views_(view_tensors(bytes_->view(), path_)) {}

  TrainingData data(bool with_ids) const {
    check_format();
    TrainingData data;
    read_header(file_.text("header"), path_, data);
    read_pools(with_ids, data);
    read_examples(data);
    return data;
  }

 private:
  void check_format() const {
    const std::string& version = file_.text("format_version");
    if (file_.text("format") == kFormat && version == kFormatVersion) return;
    file_.refuse("format '" + file_.text("format") + "' version " + version + ", but feature rows are '" + kFormat +
                 "' version " + kFormatVersion);
  }

  std::int64_t length_of(const std::string& name) const {
    const TensorView& tensor = file_.tensor(name);
    if (tensor.shape.size() != 1) file_.refuse("tensor '" + name + "' is no list");
    return tensor.shape[0];
  }

  // Ends of consecutive pieces that fill `size`.
  Array<std::int64_t> ends(const std::string& name, std::int64_t count, std::int64_t size) const {
    const auto found = file_.array<std::int64_t>(name, {count});
    std::int64_t before = 0;
    for (std::size_t i = 0; i < found.size; ++i) {
      if (found[i] < before) file_.refuse("tensor '" + name + "' does not rise");
      before = found[i];
    }
    if (before != size) file_.refuse("tensor '" + name + "' does not end where its pieces do");
    return found;
  }

  static std::string piece(const Array<std::int64_t>& ends, std::size_t i, const Array<char>& letters) {
    const std::int64_t begin = i > 0 ? ends[i - 1] : 0;
    return {letters.first + begin, static_cast<std::size_t>(ends[i] - begin)};
  }

  FeatureRows rows_between(const Array<float>& numbers, Index begin, Index end, Index width) const {
    const FeatureRows::View rows(numbers.first + begin * width, end - begin, width);
    if (rows.array().isInf().any()) file_.refuse("a feature is not finite, near row " + std::to_string(begin + 1));
    return {rows, bytes_};
  }

  void read_pools(bool with_ids, TrainingData& data) const {
    const auto width = static_cast<std::int64_t>(data.schema.features.size());
    const TensorView& all_rows = file_.tensor("rows");
    if (all_rows.shape.size() != 2) file_.refuse("tensor 'rows' is no table");
    const auto numbers = file_.array<float>("rows", {all_rows.shape[0], width});
    const std::int64_t num_pools = length_of("pools.ends");
    const auto pool_ends = ends("pools.ends", num_pools, all_rows.shape[0]);
    const auto added = file_.array<std::int64_t>("pools.added", {num_pools});
    const auto query_letters = file_.array<char>("query_ids", {length_of("query_ids")});
    const auto query_ends = ends("query_ids.ends", num_pools, static_cast<std::int64_t>(query_letters.size));
    const auto letters = file_.array<char>("document_ids", {length_of("document_ids")});
    const auto id_ends = ends("document_ids.ends", all_rows.shape[0], static_cast<std::int64_t>(letters.size));
    for (std::size_t i = 0; i < pool_ends.size; ++i) {
      const std::int64_t begin = i > 0 ? pool_ends[i - 1] : 0;
      if (begin == pool_ends[i]) file_.refuse("a pool has no rows");  // many of them would ask for much memory
      Pool pool;
      pool.query_id = piece(query_ends, i, query_letters);
      pool.rows = rows_between(numbers, begin, pool_ends[i], width);
      if (added[i] < 0 || added[i] > pool.rows.rows()) file_.refuse("tensor 'pools.added' does not fit its neighbours");
      pool.num_added = added[i];
      pool.range = pool_range(pool.found_rows());
      for (std::int64_t row = begin; with_ids && row < pool_ends[i]; ++row) {
        pool.document_ids.push_back(piece(id_ends, static_cast<std::size_t>(row), letters));
      }
      data.pools.push_back(std::move(pool));
    }
  }

  void read_examples(TrainingData& data) const {
    const std::int64_t num_examples = length_of("examples.ends");
    const std::int64_t num_rows = length_of("examples.rows");
    const auto pools = file_.array<std::int64_t>("examples.pools", {num_examples});
    const auto example_ends = ends("examples.ends", num_examples, num_rows);
    const bool has_ranks = length_of("examples.ranks") > 0;
    const std::vector<std::int64_t> of_pages{has_ranks ? num_rows : 0};
    const auto rows = file_.array<std::uint32_t>("examples.rows", {num_rows});
    const auto labels = file_.array<double>("examples.labels", {num_rows});
    const auto ranks = file_.array<std::uint32_t>("examples.ranks", of_pages);
    const auto shown = file_.array<double>("examples.shown", of_pages);
    const auto last_clicks = file_.array<double>("examples.last_clicks", of_pages);
    for (std::size_t i = 0; i < example_ends.size; ++i) {
      const std::int64_t begin = i > 0 ? example_ends[i - 1] : 0;
      const Index count = example_ends[i] - begin;
      Example example;
      example.pool = static_cast<std::size_t>(pools[i]);
      if (pools[i] < 0 || example.pool >= data.pools.size()) file_.refuse("an example is of no pool");
      example.rows.assign(rows.first + begin, rows.first + begin + count);
      example.labels = numbers_of(labels, begin, count);
      // Beside pages an example may have no ranks.
      if (has_ranks && count > 0 && ranks[static_cast<std::size_t>(begin)] > 0) {
        example.ranks.assign(ranks.first + begin, ranks.first + begin + count);
        example.shown = numbers_of(shown, begin, count);
        if (!(example.shown.array() > 0.0).all()) example.shown.resize(0);
        example.last_clicks = numbers_of(last_clicks, begin, count);
        if (!(example.last_clicks.array() > 0.0).any()) example.last_clicks.resize(0);
      }
      check_example(example, data.pools[example.pool]);
      data.examples.push_back(std::move(example));
    }
  }

  static Eigen::Map<const VectorXd> numbers_of(const Array<double>& all, std::int64_t begin, Index count) {
    return {all.first + begin, count};
  }

  void check_example(const Example& example, const Pool& pool) const {
    const auto is_row = [&](Index row) { return row < pool.rows.rows(); };
    const auto is_rank = [](int rank) { return rank > 0; };
    const auto are_finite = [](const VectorXd& numbers) { return numbers.allFinite(); };
    if (std::all_of(example.rows.begin(), example.rows.end(), is_row) &&
        std::all_of(example.ranks.begin(), example.ranks.end(), is_rank) && are_finite(example.labels) &&
        are_finite(example.shown) && are_finite(example.last_clicks))
      return;
    file_.refuse("an example of query '" + pool.query_id + "' has a row, a rank or a number that cannot be");
  }

  const std::string path_;
  const std::shared_ptr<const FileBytes> bytes_;
  const TensorViews views_;
  const TensorReader file_{views_, path_};
};

}  // namespace

void write_row_file(const TrainingData& data, std::ostream& out) {
  const Columns columns = columns_of(data);
  const auto num_pools = static_cast<std::int64_t>(data.pools.size());
  const auto num_examples = static_cast<std::int64_t>(data.examples.size());
  const std::int64_t num_rows = num_pools > 0 ? columns.pool_ends.back() : 0;
  const std::int64_t num_example_rows = num_examples > 0 ? columns.example_ends.back() : 0;
  const std::int64_t num_ranked = columns.has_ranks ? num_example_rows : 0;
  // The widest numbers first, so that all are aligned.
  TensorWriter writer({{"format", kFormat}, {"format_version", kFormatVersion}, {"header", header_of(data)}},
                      {{"pools.ends", "I64", {num_pools}},
                       {"pools.added", "I64", {num_pools}},
                       {"query_ids.ends", "I64", {num_pools}},
                       {"document_ids.ends", "I64", {num_rows}},
                       {"examples.pools", "I64", {num_examples}},
                       {"examples.ends", "I64", {num_examples}},
                       {"examples.labels", "F64", {num_example_rows}},
                       {"examples.shown", "F64", {num_ranked}},
                       {"examples.last_clicks", "F64", {num_ranked}},
                       {"rows", "F32", {num_rows, static_cast<std::int64_t>(data.schema.features.size())}},
                       {"examples.rows", "U32", {num_example_rows}},
                       {"examples.ranks", "U32", {num_ranked}},
                       {"query_ids", "U8", {static_cast<std::int64_t>(columns.num_query_letters)}},
                       {"document_ids", "U8", {static_cast<std::int64_t>(columns.num_document_letters)}}},
                      out);
  for (const auto* numbers : {&columns.pool_ends, &columns.pool_added, &columns.query_id_ends,
                              &columns.document_id_ends, &columns.example_pools, &columns.example_ends}) {
    writer.write(numbers->data(), numbers->size());
  }
  for (const Example& example : data.examples) write_or_zeros(example.labels, example.rows.size(), writer);
  if (columns.has_ranks) {
    for (const Example& example : data.examples) write_or_zeros(example.shown, example.rows.size(), writer);
    for (const Example& example : data.examples) write_or_zeros(example.last_clicks, example.rows.size(), writer);
  }
  for (const Pool& pool : data.pools) writer.write(pool.rows.data(), static_cast<std::size_t>(pool.rows.size()));
  for (const Example& example : data.examples) write_as<std::uint32_t>(example.rows, example.rows.size(), writer);
  if (columns.has_ranks) {
    for (const Example& example : data.examples) write_as<std::uint32_t>(example.ranks, example.rows.size(), writer);
  }
  for (const Pool& pool : data.pools) writer.write(pool.query_id);
  for (const Pool& pool : data.pools) {
    for (const std::string& id : pool.document_ids) writer.write(id);
  }
  writer.finish();
}

bool is_row_file(const std::string& path) {
  // The length of a header that is shorter than 4 GiB, and the brace it begins with: no text has zeros there.
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;  // what a pipe gives, it gives once
  std::array<char, 9> head{};
  std::ifstream file(path, std::ios::binary);
  return file.read(head.data(), head.size()) && head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] == 0 &&
         head[8] == '{';
}

TrainingData read_row_file(const std::string& path, bool with_ids) { return RowFile(path).data(with_ids); }

}  // namespace irgan
