/// A file with the texts of documents, beside an index that lacks them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// A JSON Lines file with the texts of documents, each found by its id.
///
/// A byte order mark at its beginning is passed over. Only the places of the lines are kept in memory.
/// Threads: safe to share
class IRGAN_API TextFile {
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

}  // namespace irgan
