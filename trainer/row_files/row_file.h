/// Feature rows as a file of tensors that is mapped into memory, not read: for more rows than memory holds.
#pragma once

#include <ostream>
#include <string>

#include "irgan/training_data.h"

namespace irgan {

/// Writes `data`, its generator over the whole collection left out: trainer/FORMATS.md, "Mapped rows". Numbers read
/// back to the same bits.
///
/// Requires: rows in every pool, with a document id each
IRGAN_API void write_row_file(const TrainingData& data, std::ostream& out);

/// Whether a file begins as write_row_file()'s do. False where it cannot be read.
bool is_row_file(const std::string& path);

/// Reads what write_row_file() wrote. The rows stay in the file, which the result keeps mapped.
///
/// with_ids: whether the result has the ids of documents, some 40 bytes a row
///
/// Throws: FormatError beginning with `path` for a file that is damaged, of another kind, or whose numbers do not fit
///         each other; Error if it cannot be read
/// Cost:   reads the file once; 16 bytes of memory a row that an example has, 28 where it has ranks and showings
IRGAN_API TrainingData read_row_file(const std::string& path, bool with_ids);

}  // namespace irgan
