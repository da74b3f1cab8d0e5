/// The first lines of a log of unknown columns.
#pragma once

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Columns by name with what the first lines have there.
struct LogSample {
  enum class Form { columns, json_lines, omega, ubi, searches };
  struct Column {
    std::string name;
    std::vector<std::string> values;  ///< one a line; empty where a line of JSON lacks the key
  };
  Form form = Form::columns;
  std::vector<Column> columns;  ///< in the order of the file; none where the form itself names them
  std::size_t num_lines = 0;    ///< that were looked at, without the header
};

/// Reads the header and at most `num_lines` lines.
///
/// Throws: Error if the file cannot be opened; FormatError if it is empty, or a header cannot be read
IRGAN_API LogSample read_log_sample(const std::string& path, std::size_t num_lines = 5000);

}  // namespace irgan
