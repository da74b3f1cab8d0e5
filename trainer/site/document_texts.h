/// The texts of documents, out of the index or of a file beside it.
#pragma once

#include <xapian.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/index_layout.h"
#include "irgan/text_file.h"

namespace irgan {

/// Looks up texts.
///
/// Threads: one a thread, as its Database
class DocumentTexts {
 public:
  /// fields:    of the stored data, JSON or lines NAME=TEXT as omindex and scriptindex write them. If empty: omindex's
  ///            caption and sample; else the fields of the layout; else, of lines NAME=TEXT, all but omindex's url,
  ///            size and the like; else the whole data, where they are no JSON object
  /// text_file: read instead of the data; may be null
  DocumentTexts(Xapian::Database db, const IndexLayout& layout, std::vector<std::string> fields,
                std::shared_ptr<const TextFile> text_file);
  ~DocumentTexts();

  /// Returns the text; nothing if there is none.
  std::optional<std::string> text_of(Xapian::docid docid, const std::string& id) const;

 private:
  struct Parser;

  Xapian::Database db_;
  std::vector<std::string> fields_;
  bool takes_whole_data_ = false;
  std::shared_ptr<const TextFile> text_file_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace irgan
