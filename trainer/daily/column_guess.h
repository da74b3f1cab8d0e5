/// What the columns of a site's log mean, by their names and by what stands in them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "trainer/daily/log_sample.h"
#include "trainer/log/click_fields.h"

namespace irgan {

/// One column that has a meaning.
struct ColumnGuess {
  ClickColumn column = ClickColumn::doc_id;
  std::string theirs;    ///< its name in the log
  std::string evidence;  ///< what speaks for it
};

/// One column that says what a search was beside its words, and may be wanted as its context.
struct ContextGuess {
  std::string name;      ///< as `context` takes it
  std::string theirs;    ///< its name in the log
  std::string evidence;  ///< its most frequent values
};

struct ColumnGuesses {
  std::vector<ColumnGuess> columns;  ///< in the order of kClickColumnNames
  std::vector<ContextGuess> contexts;
  std::optional<int> rank_base;     ///< 0 where the ranks of the log begin at 0
  std::vector<std::string> unused;  ///< names of columns that mean nothing else to us
  std::vector<std::string> doubts;  ///< sentences on what is missing or does not look right

  const ColumnGuess* find(ClickColumn column) const;
};

/// Returns what each column means: first by exact names, then by usual ones whose values do not speak against it, then
/// by values alone. A column has one meaning, a meaning one column. A column of another usual name, such as "device",
/// with a few values that are each seen often may be a context.
///
/// is_known_id:  whether the index has a document with this id; nothing: there is no index to ask
/// has_searches: whether the module's log says what was shown, so that these rows need only be clicks
/// Throws:       FormatError if a name of a column looks like a value
IRGAN_API ColumnGuesses guess_columns(const LogSample& sample,
                                      const std::function<bool(const std::string& id)>& is_known_id,
                                      bool has_searches = false);

}  // namespace irgan
