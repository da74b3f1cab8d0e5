/// How a document is shown in a terminal.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/index_layout.h"

namespace irgan {

/// Returns one line that says what the document is: the layout's text fields out of its JSON data, else the title's
/// stored text, else the beginning of its data.
std::string document_line(const Xapian::Document& document, const IndexLayout& layout);

/// Returns `text` without the spaces at its end.
std::string trimmed(std::string text);

/// Returns `text` cut or filled up with spaces to `width` columns; code points count one column each.
std::string fitted(const std::string& text, std::size_t width);

}  // namespace irgan
