#include "trainer/site/index_parts.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace irgan {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesOfPart = std::size_t{16} << 20U;
constexpr std::size_t kMostJoined = 64;  // each of them has some five files open

std::string term_with_positions(const Xapian::Document& document) {
  for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term) {
    if (term.positionlist_count() > 0) return *term;
  }
  return "";
}

}  // namespace

IndexParts::IndexParts(std::string folder, unsigned num_threads, std::function<Xapian::TermGenerator()> generator,
                       DocumentMaker document, std::map<std::string, std::string> metadata, std::size_t part_size)
    : folder_(std::move(folder)),
      generator_(std::move(generator)),
      document_(std::move(document)),
      metadata_(std::move(metadata)),
      part_size_(part_size),
      threads_(num_threads),
      pending_(1) {}

void IndexParts::add(SourceDocument document) {
  if (pending_.back().size() == part_size_ || num_bytes_ >= kBytesOfPart) {
    if (pending_.size() == threads_.num_threads()) write_pending();
    pending_.emplace_back();
    num_bytes_ = 0;
  }
  num_bytes_ += document.data.size();
  pending_.back().push_back(std::move(document));
}

std::string IndexParts::finish() {
  Written index{new_path()};
  if (written_.empty() && pending_.size() == 1) {
    write(pending_.front(), true, 0, index);
    return index.path;
  }
  write_pending();
  join_until_few();
  join(written_, index);
  return index.path;
}

// Xapian would make a folder that others of a group cannot write, whatever the umask.
std::string IndexParts::new_path() {
  std::string path = folder_ + "/" + std::to_string(num_paths_++);
  fs::create_directory(path);
  return path;
}

void IndexParts::write_pending() {
  const bool has_first = written_.empty();
  std::vector<Written> written;
  for (std::size_t i = 0; i < pending_.size(); ++i) written.push_back({new_path()});
  threads_.for_each(pending_.size(), [&](std::size_t i, unsigned) {
    write(pending_[i], has_first && i == 0, Xapian::DB_NO_SYNC, written[i]);
  });
  std::move(written.begin(), written.end(), std::back_inserter(written_));
  pending_.clear();
}

void IndexParts::write(const Part& part, bool is_first, int flags, Written& written) const {
  Xapian::WritableDatabase db;
  try {
    db = Xapian::WritableDatabase(written.path, Xapian::DB_CREATE_OR_OVERWRITE | flags);
  } catch (const Xapian::Error& error) {
    throw Error(written.path + ": no index can be made here: " + error.get_msg());
  }
  Xapian::TermGenerator generator = generator_();
  Witness witness{1, ""};
  for (const SourceDocument& source : part) {
    const Xapian::Document document = document_(source, generator);
    const Xapian::docid docid = db.add_document(document);
    if (witness.term.empty()) witness = {docid, term_with_positions(document)};
  }
  if (is_first) {
    for (const auto& [key, value] : metadata_) db.set_metadata(key, value);
  }
  db.commit();
  db.close();
  written.num_documents = static_cast<Xapian::doccount>(part.size());
  written.witnesses = {witness};
}

void IndexParts::join_until_few() {
  while (written_.size() > kMostJoined) {
    std::vector<std::vector<Written>> groups;
    std::vector<Written> joined;
    for (std::size_t i = 0; i < written_.size(); ++i) {
      if (i % kMostJoined == 0) {
        groups.emplace_back();
        joined.push_back({new_path()});
      }
      groups.back().push_back(std::move(written_[i]));
    }
    threads_.for_each(groups.size(), [&](std::size_t i, unsigned) { join(groups[i], joined[i]); });
    written_ = std::move(joined);
  }
}

// Xapian takes a table that it cannot open for one that there is not, and would join the rest.
void IndexParts::join(const std::vector<Written>& parts, Written& joined) {
  Xapian::Database all;
  for (const Written& part : parts) {
    all.add_database(Xapian::Database(part.path));
    for (const Witness& witness : part.witnesses)
      joined.witnesses.push_back({joined.num_documents + witness.docid, witness.term});
    joined.num_documents += part.num_documents;
  }
  all.compact(joined.path);
  all.close();
  const Xapian::Database db(joined.path);
  bool is_whole = db.get_doccount() == joined.num_documents;
  for (std::size_t i = 0; is_whole && i < joined.witnesses.size(); ++i) {
    const auto& [docid, term] = joined.witnesses[i];
    is_whole = !db.get_document(docid).get_data().empty() && db.termlist_begin(docid) != db.termlist_end(docid) &&
               (term.empty() || db.positionlist_begin(docid, term) != db.positionlist_end(docid, term));
  }
  if (!is_whole)
    throw Error(joined.path + ": parts of the index could not be joined, for files of theirs could not be read");
  for (const Written& part : parts) fs::remove_all(part.path);
}

}  // namespace irgan
