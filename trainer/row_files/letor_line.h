/// One line of a LETOR file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace irgan {

/// How the first line of our own rows begins.
inline constexpr std::string_view kRowsHeader = "# xapian-irgan features ";

struct LetorLine {
  double label = 0.0;
  std::string query_id;
  std::vector<std::pair<int, float>> features;  ///< 1-based, as they stand
  std::string document_id;   ///< of the comment "docid = X", or doc_id, docno, document_id; empty without
  std::string first_word;    ///< of the comment, where it is no key: other tools' id may be; empty without
  int rank = 0;              ///< of the comment "rank = R"; 0 without
  double shown = 0.0;        ///< of the comment "shown = N"; 0 without
  double last_clicks = 0.0;  ///< of the comment "last = N"; 0 without
  bool is_added = false;     ///< the comment says "added = 1": the first stage did not find the document
};

/// Takes a line apart, = or : between the keys and the values of its comment; `line` holds more than white space and a
/// comment.
///
/// Throws: FormatError beginning with `place`
LetorLine parse_letor_line(std::string_view line, const std::string& place);

/// Returns `id` as one word for a line: white space, control characters, # and % become %20 and the like.
std::string escape_id(std::string_view id);

/// Returns the id that escape_id made `word` of.
///
/// Throws: FormatError beginning with `place` if it made no such word
std::string unescape_id(std::string_view word, const std::string& place);

}  // namespace irgan
