/// The fields of one JSON line of a click log.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "trainer/log/column_names.h"

namespace irgan {

/// What the lines of all JSON files of a log say between them: a day without a click may lack a key that others have.
struct JsonLogKeys {
  bool has_clicked = false;
  bool has_rank = false;
  bool is_known = false;  ///< no further line can change it
};

/// Finds the known columns among the keys of JSON objects, one object a line. Those of an object under `_source`, as
/// exports of Elasticsearch wrap their documents, count like those beside it.
///
/// Threads:  one a thread
class ClickJson {
 public:
  explicit ClickJson(const ColumnNames& names);
  ~ClickJson();

  /// Fills `fields` from `line`; null counts as not there, and so does an array or object in place of a text.
  /// The views live until the next call.
  ///
  /// Cost:     O(line); allocates only for a line longer than all before
  RowFault parse(std::string_view line, ClickFields& fields);

  /// Whether the last line had the key of `column`, be it with null.
  bool has_key(ClickColumn column) const;
  /// A key of the first lines that may say what was clicked, though no column has that name; empty: none.
  const std::string& unclear_key() const;
  /// The keys of the first object, for messages; none if no line was an object.
  const std::vector<std::string>& first_keys() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace irgan
