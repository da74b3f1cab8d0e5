/// One document of a JSON Lines file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

struct JsonDocument {
  std::string id;
  std::map<std::string, std::vector<std::string>> texts;  ///< by field; an array of texts has several
  std::map<std::string, double> values;                   ///< null and absent ones are missing
  std::string mended;        ///< the line with U+FFFD for halves of characters, if it has such; else empty
  bool is_not_utf8 = false;  ///< it has bytes that are not UTF-8
};

/// Returns JSON with U+FFFD for half a surrogate pair and for bytes that are not UTF-8: programs that cut texts at a
/// number of units write such.
IRGAN_API std::string with_whole_characters(std::string_view json);

/// Reads documents one by one.
class JsonDocumentReader {
 public:
  JsonDocumentReader(std::string id_key, std::vector<std::string> text_keys, std::vector<std::string> value_keys);
  ~JsonDocumentReader();

  /// Returns the document on `line`.
  ///
  /// Throws: FormatError beginning with `place` if it is no JSON object, has no id, or a key has another type
  JsonDocument read(std::string_view line, const std::string& place);

  /// Returns the first key of a text or a value that no document so far had, not even as null; "" if there is none.
  std::string unseen_key() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
