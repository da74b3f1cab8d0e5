/// The texts of documents, out of the index or of a file beside it.
#pragma once

#include <xapian.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/index_layout.h"

namespace irgan {

/// A JSON Lines file with the texts of documents, each found by its id.
///
/// A byte order mark at its beginning is passed over. Only the places of the lines are kept in memory.
/// Threads: safe to share
class TextFile {
 public:
  /// Reads the file once.
  ///
  /// Throws: FormatError at path:line for a bad line or an id that stands there twice; Error if the file cannot be
  ///         opened, or is packed, since lines are then looked up one by one
  TextFile(const std::string& path, std::vector<std::string> fields);
  /// Returns the fields of the document, joined by a space; nothing if the file does not have it.
  std::optional<std::string> text_of(const std::string& id) const;

  const std::string& path() const { return path_; }

 private:
  struct Descriptor {
    Descriptor() = default;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();
    int fd = -1;
  };
  struct Line {
    std::uint64_t offset;
    std::size_t size;
  };

  std::string path_;
  std::vector<std::string> fields_;
  Descriptor file_;
  std::unordered_map<std::string, Line> lines_;
};

/// Looks up texts.
///
/// Threads: one a thread, as its Database
class DocumentTexts {
 public:
  /// fields:    of the stored data, JSON or lines NAME=TEXT as omindex writes them; if empty, those of the layout, and
  ///            the whole data where they are neither a JSON object nor lines that hold one
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
