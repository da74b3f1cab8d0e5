/// A Xapian index of a few documents on disk, made as `xapian-irgan index` and Omega make theirs.
#pragma once

#include <xapian.h>

#include <optional>
#include <string>
#include <vector>

#include "irgan/index_layout.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan {

struct SmallDocument {
  std::string id;
  std::string title;
  std::string body;
  std::optional<double> popularity;
};

inline constexpr Xapian::valueno kPopularitySlot = 3;
inline constexpr Xapian::valueno kTitleLengthSlot = 1000;
inline constexpr Xapian::valueno kBodyLengthSlot = 1001;
inline constexpr Xapian::valueno kTitleTextSlot = 2000;

/// The layout of a SmallIndex.
inline IndexLayout small_layout() {
  return {"english",
          "Q",
          {{"title", "S", kTitleLengthSlot, kTitleTextSlot}, {"text", "", kBodyLengthSlot}},
          {{"popularity", kPopularitySlot}},
          std::nullopt};
}

/// An index with titles under S, all text without a prefix, ids under `id_prefix` (none if it is empty).
class SmallIndex {
 public:
  explicit SmallIndex(const std::vector<SmallDocument>& documents, const std::string& id_prefix = "Q") {
    Xapian::WritableDatabase db(path(), Xapian::DB_CREATE_OR_OVERWRITE);
    Xapian::TermGenerator generator;
    generator.set_stemmer(Xapian::Stem("english"));
    for (const SmallDocument& source : documents) {
      Xapian::Document document;
      generator.set_document(document);
      generator.index_text(source.title, 1, "S");
      generator.index_text(source.title);
      generator.index_text(source.body);
      document.add_value(kTitleLengthSlot, Xapian::sortable_serialise(num_words(source.title)));
      document.add_value(kBodyLengthSlot, Xapian::sortable_serialise(num_words(source.title) + num_words(source.body)));
      document.add_value(kTitleTextSlot, source.title);
      if (source.popularity) document.add_value(kPopularitySlot, Xapian::sortable_serialise(*source.popularity));
      if (!id_prefix.empty()) document.add_boolean_term(id_prefix + source.id);
      db.add_document(document);
    }
    db.commit();
  }

  std::string path() const { return folder_.file("db"); }
  Xapian::Database open() const { return Xapian::Database(path()); }
  Xapian::WritableDatabase open_to_write() const { return Xapian::WritableDatabase(path(), Xapian::DB_OPEN); }

 private:
  static double num_words(const std::string& text) {
    double count = 0.0;
    bool inside = false;
    for (const char c : text) {
      if (c != ' ' && !inside) count += 1.0;
      inside = c != ' ';
    }
    return count;
  }

  ScratchFolder folder_;
};

}  // namespace irgan
