#include "trainer/site/index_parts.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace irgan {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesOfPart = std::size_t{16} << 20U;
constexpr std::size_t kMostJoined = 64;  // each of them has some five files open

void compact(const std::vector<std::string>& parts, const std::string& target) {
  Xapian::Database all;
  for (const std::string& part : parts) all.add_database(Xapian::Database(part));
  all.compact(target);
  all.close();
  for (const std::string& part : parts) fs::remove_all(part);
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
  std::string index = new_path();
  if (written_.empty() && pending_.size() == 1) {
    write(index, pending_.front(), true, 0);
    return index;
  }
  write_pending();
  join_until_few();
  compact(written_, index);
  return index;
}

// Xapian would make a folder that others of a group cannot write, whatever the umask.
std::string IndexParts::new_path() {
  std::string path = folder_ + "/" + std::to_string(num_paths_++);
  fs::create_directory(path);
  return path;
}

void IndexParts::write_pending() {
  const bool has_first = written_.empty();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < pending_.size(); ++i) paths.push_back(new_path());
  threads_.for_each(pending_.size(), [&](std::size_t i, unsigned) {
    write(paths[i], pending_[i], has_first && i == 0, Xapian::DB_NO_SYNC);
  });
  written_.insert(written_.end(), paths.begin(), paths.end());
  pending_.clear();
}

void IndexParts::write(const std::string& path, const Part& part, bool is_first, int flags) const {
  Xapian::WritableDatabase db;
  try {
    db = Xapian::WritableDatabase(path, Xapian::DB_CREATE_OR_OVERWRITE | flags);
  } catch (const Xapian::Error& error) {
    throw Error(path + ": no index can be made here: " + error.get_msg());
  }
  Xapian::TermGenerator generator = generator_();
  for (const SourceDocument& source : part) db.add_document(document_(source, generator));
  if (is_first) {
    for (const auto& [key, value] : metadata_) db.set_metadata(key, value);
  }
  db.commit();
  db.close();
}

void IndexParts::join_until_few() {
  while (written_.size() > kMostJoined) {
    std::vector<std::vector<std::string>> groups;
    for (std::size_t i = 0; i < written_.size(); ++i) {
      if (i % kMostJoined == 0) groups.emplace_back();
      groups.back().push_back(written_[i]);
    }
    std::vector<std::string> joined;
    for (std::size_t i = 0; i < groups.size(); ++i) joined.push_back(new_path());
    threads_.for_each(groups.size(), [&](std::size_t i, unsigned) { compact(groups[i], joined[i]); });
    written_ = std::move(joined);
  }
}

}  // namespace irgan
