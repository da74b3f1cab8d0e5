/// Features in the words of people who have not read how they are computed.
#pragma once

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// What a feature is. FIELD stands for a text field's name, NAME for a value's.
struct FeatureEntry {
  const char* name;      ///< "FIELD.bm25"
  const char* words;     ///< a few words, as charts and reasons show them
  const char* measures;  ///< a sentence or two
  const char* range;     ///< the numbers that it takes, and their unit
  const char* used;      ///< "yes", or what puts it into a model that would not have it by default
};

/// Returns all features that this build can extract, in the order in which people meet them.
///
/// `inspect --features` and the table in plugin/README.md show the same entries.
IRGAN_API const std::vector<FeatureEntry>& feature_glossary();

/// Returns the entry of a model's feature, "title.bm25" for one; null if there is none.
IRGAN_API const FeatureEntry* entry_of(const std::string& feature);

/// Returns what a feature says, e.g. "length of name" for "name.length", or what kMemoryReason is; a name that is not
/// known stays as it is.
IRGAN_API std::string words_of(const std::string& feature);

/// Returns `text` of the entry of `feature`, with the field or value named in place of FIELD or NAME.
IRGAN_API std::string filled(const std::string& feature, std::string text);

}  // namespace irgan
