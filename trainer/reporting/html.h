/// Pieces of an HTML page.
#pragma once

#include <string>
#include <vector>

namespace irgan {

/// Returns text as HTML takes it: nothing in it is a tag, an entity or an attribute's end. Control characters become
/// spaces, those that turn the direction of writing are left out, and bytes that are not UTF-8 are taken for Latin-1.
std::string escaped(const std::string& text);

/// Returns a table; the first cell of each row is its heading. Cells are escaped here.
std::string table(const std::string& caption, const std::vector<std::string>& headings,
                  const std::vector<std::vector<std::string>>& rows);

/// Returns a figure: a canvas that the page's script draws the chart `id` on, and under it `rows` as a table that
/// opens, which screen readers and pages without a script read.
std::string chart(const std::string& id, const std::string& caption, const std::string& says,
                  const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows);

}  // namespace irgan
