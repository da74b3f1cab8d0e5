/// Follows a file, or an index's metadata, whose content is replaced now and then.
#pragma once

#include <sys/stat.h>
#include <xapian.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "irgan/errors.h"

namespace irgan {

/// What messages call the content, and where it lives.
struct FollowedNames {
  const char* noun;  ///< "model"
  const char* metadata_key;
  const char* version_key;
  off_t largest_file;        ///< bytes; what is larger would only fill the memory
  const char* largest_text;  ///< the same in words
  bool is_removable;         ///< an index that holds none any more ends the one before
};

/// What tells one content of a path from another without reading it, and what may be read from what may not.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = -1;
  timespec modified{}, changed{};

  static bool same(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }
  bool operator==(const FileStamp& other) const {
    return device == other.device && inode == other.inode && size == other.size && same(modified, other.modified) &&
           same(changed, other.changed);
  }
};

inline FileStamp stamp_of(const std::string& path, const FollowedNames& names) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw Error(path + ": " + std::strerror(errno));
  // Others would block a search, as a pipe does, or never end.
  if (!S_ISREG(status.st_mode)) throw Error(path + ": cannot be read: it is no regular file");
  if (status.st_size > names.largest_file) {
    throw Error(path + ": is no " + names.noun + ": it has " + std::to_string(status.st_size) + " bytes, and a " +
                names.noun + " at most " + names.largest_text);
  }
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
}

/// Always the same content. `Source` declares get().
template <class Source, class Content>
class FixedSource : public Source {
 public:
  explicit FixedSource(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> get(const Xapian::Database&) override { return content_; }

 private:
  const std::shared_ptr<const Content> content_;
};

/// `Content` in a file, looked at again at most once a second, as model_file says. `Source` declares get().
template <class Source, class Content>
class FollowedFile : public Source {
 public:
  FollowedFile(std::string path, FollowedNames names, ProblemListener on_problem)
      : path_(std::move(path)), names_(names), on_problem_(std::move(on_problem)) {}

  std::shared_ptr<const Content> get(const Xapian::Database&) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const bool is_recent = now - looked_at_ < std::chrono::seconds(1);
    if (content_ && is_recent) return content_;
    if (!is_recent) looked_at_ = now;
    try {
      const FileStamp stamp = stamp_of(path_, names_);  // before reading: a change in between is seen at the next look
      if (is_recent && failure_ && stamp == failed_stamp_) std::rethrow_exception(failure_);
      if (!content_ || !(stamp == stamp_)) read(stamp);
      told_.clear();
    } catch (const std::exception& error) {
      if (!content_) throw;
      if (on_problem_ && told_ != error.what())
        on_problem_("the " + std::string(names_.noun) + " before stays: " + std::string(error.what()));
      told_ = error.what();
    }
    return content_;
  }

 private:
  // A file that could not be read is read again, at the next look or when it changes.
  void read(const FileStamp& stamp) {
    try {
      content_ = Content::from_file(path_);
      stamp_ = stamp;
      failure_ = nullptr;
    } catch (const std::exception&) {
      failure_ = std::current_exception();
      failed_stamp_ = stamp;
      throw;
    }
  }

  const std::string path_;
  const FollowedNames names_;
  const ProblemListener on_problem_;
  std::mutex mutex_;
  std::shared_ptr<const Content> content_;
  FileStamp stamp_;
  std::exception_ptr failure_;  // of the last attempt to read; nothing: it went well
  FileStamp failed_stamp_;
  std::chrono::steady_clock::time_point looked_at_;
  std::string told_;
};

/// `Content` in the metadata of the index, as model_in_index says; nothing once it is removed, if it is_removable.
template <class Source, class Content>
class FollowedMetadata : public Source {
 public:
  FollowedMetadata(FollowedNames names, ProblemListener on_problem)
      : names_(names), on_problem_(std::move(on_problem)) {}

  std::shared_ptr<const Content> get(const Xapian::Database& db) override {
    const std::string version = db.get_metadata(names_.version_key);
    if (!version.empty()) {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const Held& held : held_) {
        if (held.version == version) return held.content;
      }
    }
    std::string bytes = db.get_metadata(names_.metadata_key);
    const std::lock_guard<std::mutex> lock(mutex_);
    for (Held& held : held_) {
      if (!held.content || held.bytes != bytes) continue;
      if (held.content->version() == version) held.version = version;  // which may have been written later
      return held.content;
    }
    if (bytes.empty() && names_.is_removable && (held_[0].content || held_[1].content)) {
      if (held_[0].content) held_[1] = std::exchange(held_[0], {});
      return nullptr;
    }
    std::shared_ptr<const Content> content = read(bytes);
    const bool trusted = content->version() == version;  // else the two were not written together
    held_[1] = std::move(held_[0]);
    held_[0] = {trusted ? version : std::string(), std::move(bytes), std::move(content)};
    return held_[0].content;
  }

 private:
  /// What the metadata of one revision held, and the content that answers for it.
  struct Held {
    std::string version;
    std::string bytes;
    std::shared_ptr<const Content> content;
  };

  std::shared_ptr<const Content> read(const std::string& bytes) const {
    try {
      if (bytes.empty()) {
        throw Error("the index holds no " + std::string(names_.noun) + " under the metadata key '" +
                    names_.metadata_key + "': store one there");
      }
      return Content::from_bytes(bytes, names_.metadata_key);
    } catch (const std::exception& error) {
      if (!held_[0].content) throw;
      if (on_problem_) on_problem_("the " + std::string(names_.noun) + " before stays: " + std::string(error.what()));
      return held_[0].content;
    }
  }

  const FollowedNames names_;
  const ProblemListener on_problem_;
  std::mutex mutex_;
  Held held_[2];  // the newest, and the one before it, which threads that have not yet reopened still search
};

}  // namespace irgan
