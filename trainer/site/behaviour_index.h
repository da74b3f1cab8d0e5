/// What clicks say of documents, in an index: its own, or for training one beside it for each part of the log.
#pragma once

#include <xapian.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/index_layout.h"
#include "irgan/query_concepts.h"
#include "irgan/query_file.h"
#include "trainer/evidence/click_history.h"
#include "trainer/machine/temporary_file.h"
#include "trainer/site/first_stage.h"

namespace irgan {

/// The layout's own names of what clicks say.
inline constexpr const char* kClickedField = "clicked";
inline constexpr const char* kClickedPrefix = "XCLICKED";  ///< every term that begins with it is ours
inline constexpr const char* kClicksValue = "clicks";

/// Removes from `document` what write_behaviour wrote.
///
/// Requires: layout.behaviour, here and below
void remove_behaviour(Xapian::Document& document, const IndexLayout& layout);

/// Adds what clicks say of a document: terms without a wdf, and the two value slots.
void write_behaviour(Xapian::Document& document, const DocumentBehaviour& behaviour, const IndexLayout& layout);

/// Finds the stems of a log's queries as the features of a search find them.
///
/// Threads: one a thread, as its Database
class QueryStemFinder {
 public:
  /// queries: whose ids the log may give; a row with another one is taken by its words
  QueryStemFinder(const Xapian::Database& db, const IndexLayout& layout, Xapian::Query::op default_op,
                  const std::vector<QueryRow>& queries);

  std::vector<std::string> stems_of(const ClickRow& row, const std::string& query_id);

 private:
  FirstStage first_stage_;
  QueryConceptFinder concepts_;
  std::unordered_map<std::string, const QueryRow*> queries_;
};

/// An index of behaviour for each part of a log, made of the clicks that the part sees; its documents have the docids
/// of the site's own index. Kept in a folder that nobody else can read, and removed at the end.
///
/// Threads: open() is safe to share
class PartIndexes {
 public:
  /// hidden_share, with_held_out: as ClickHistory::behaviour takes them
  /// Throws: Error if there is no room for them
  /// Cost:   a pass over the clicks and an index of the clicked documents a part
  PartIndexes(const Xapian::Database& db, const IndexLayout& layout, const ClickHistory& history,
              const ClickParts& parts, double hidden_share, bool with_held_out = true);
  ~PartIndexes();
  PartIndexes(const PartIndexes&) = delete;
  PartIndexes& operator=(const PartIndexes&) = delete;

  std::size_t size() const { return num_parts_; }
  Xapian::Database open(std::size_t part) const;

 private:
  std::string path_of(std::size_t part) const;

  TemporaryFolder folder_;
  std::size_t num_parts_;
};

}  // namespace irgan
