/// Feature rows in files of either form: text (letor_file.h), or mapped (row_file.h).
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "irgan/training_data.h"
#include "trainer/row_files/letor_file.h"

namespace irgan {

enum class RowForm { text, mapped };

IRGAN_API void write_rows(const TrainingData& data, RowForm form, std::ostream& out);

/// Reads files of one form, each of which says by its first bytes which.
///
/// Throws: as read_letor() and read_row_file(); FormatError for files of both forms
IRGAN_API TrainingData read_rows(const std::vector<std::string>& paths, const LetorOptions& options = {});

/// Puts the rows of several files, in the order of `paths`, into one of the given form. One file is written anew.
///
/// Returns: how many queries there are
/// Throws:  as merge_letor(), whose condition holds for both forms
/// Cost:    from text to text memory for the ids of all queries, else for one text file as read_letor() has it and for
///          the ids of all documents
IRGAN_API std::size_t merge_rows(const std::vector<std::string>& paths, RowForm form, std::ostream& out);

}  // namespace irgan
