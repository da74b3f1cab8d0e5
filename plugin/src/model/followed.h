/// Follows a file, or an index's metadata, whose content is replaced now and then.
#pragma once

#include <sys/stat.h>
#include <xapian.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "irgan/errors.h"
#include "plugin/src/process/fork_gate.h"

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

[[noreturn]] inline void refuse_size(const std::string& origin, std::size_t size, const FollowedNames& names) {
  throw Error(origin + ": is no " + names.noun + ": it has " + std::to_string(size) + " bytes, and a " + names.noun +
              " at most " + names.largest_text);
}

inline FileStamp stamp_of(const std::string& path, const FollowedNames& names) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw Error(path + ": " + std::strerror(errno));
  // Others would block a search, as a pipe does, or never end.
  if (!S_ISREG(status.st_mode)) throw Error(path + ": cannot be read: it is no regular file");
  if (status.st_size > names.largest_file) refuse_size(path, static_cast<std::size_t>(status.st_size), names);
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
///
/// Threads: the file is read by one; the others go on with what was there before, or wait for the first content
template <class Source, class Content>
class FollowedFile : public Source {
 public:
  FollowedFile(std::string path, FollowedNames names, ProblemListener on_problem)
      : path_(std::move(path)), names_(names), on_problem_(std::move(on_problem)) {}

  std::shared_ptr<const Content> get(const Xapian::Database&) override {
    if (std::shared_ptr<const Content> present = begin_look()) return present;
    const std::unique_lock<ForkSafeMutex> first_one = only_one();
    const std::shared_ptr<const Content> before = content();
    std::string problem;
    try {
      look();
    } catch (const std::exception& error) {
      if (!before) throw;
      problem = error.what();
    }
    const bool is_new = end_look_at(problem);
    if (is_new && on_problem_) on_problem_("the " + std::string(names_.noun) + " before stays: " + problem);
    return content();
  }

 private:
  using Lock = std::lock_guard<ForkSafeMutex>;

  // Returns the content if it is known and this search needs not look at the file.
  std::shared_ptr<const Content> begin_look() {
    const Lock lock(mutex_);
    if (!content_) return nullptr;
    const auto now = std::chrono::steady_clock::now();
    const bool is_recent = now - looked_at_ < std::chrono::seconds(1);
    // A thread of the process that this one was forked from does not go on here.
    if (is_recent || looking_in_ == fork_generation()) return content_;
    looked_at_ = now;
    looking_in_ = fork_generation();
    return nullptr;
  }

  // Holds the others off as long as there is no content that they could have.
  std::unique_lock<ForkSafeMutex> only_one() {
    std::unique_lock<ForkSafeMutex> lock(first_look_, std::defer_lock);
    if (!content()) lock.lock();
    return lock;
  }

  std::shared_ptr<const Content> content() {
    const Lock lock(mutex_);
    return content_;
  }

  // Only one thread is here at a time. A file that could not be read is read again, at the next look or when it
  // changes.
  void look() {
    const FileStamp stamp = stamp_of(path_, names_);  // before reading: a change in between is seen at the next look
    const auto now = std::chrono::steady_clock::now();
    {
      const Lock lock(mutex_);
      if (content_ && stamp == stamp_) return;
      if (!content_ && failure_ && stamp == failed_stamp_ && now - looked_at_ < std::chrono::seconds(1))
        std::rethrow_exception(failure_);
      if (!content_) looked_at_ = now;
    }
    try {
      std::shared_ptr<const Content> read = Content::from_file(path_);
      const Lock lock(mutex_);
      content_.swap(read);
      stamp_ = stamp;
      failure_ = nullptr;
    } catch (const std::exception&) {
      const Lock lock(mutex_);
      failure_ = std::current_exception();
      failed_stamp_ = stamp;
      throw;
    }
  }

  // Returns whether the problem is another than the last one; "": none.
  bool end_look_at(const std::string& problem) {
    const Lock lock(mutex_);
    looking_in_.reset();
    const bool is_new = !problem.empty() && told_ != problem;
    told_ = problem;
    return is_new;
  }

  const std::string path_;
  const FollowedNames names_;
  const ProblemListener on_problem_;
  ForkSafeMutex first_look_;
  ForkSafeMutex mutex_;  // never held over I/O
  std::shared_ptr<const Content> content_;
  FileStamp stamp_;
  std::exception_ptr failure_;  // of the last attempt to read; nothing: it went well
  FileStamp failed_stamp_;
  std::chrono::steady_clock::time_point looked_at_;
  std::optional<std::uint64_t> looking_in_;  // the fork_generation() in which a thread looks at the file
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
    if (auto known = of_version(version)) return known;
    std::string bytes = db.get_metadata(names_.metadata_key);
    const std::optional<std::shared_ptr<const Content>> known = of_bytes(bytes, version);
    if (known) return *known;
    std::string problem;
    std::shared_ptr<const Content> content;
    try {
      content = read(bytes);
    } catch (const std::exception& error) {
      content = newest();
      if (!content) throw;
      problem = error.what();
    }
    if (!problem.empty() && on_problem_) on_problem_("the " + std::string(names_.noun) + " before stays: " + problem);
    return keep(std::move(content), std::move(bytes), version);
  }

 private:
  using Lock = std::lock_guard<ForkSafeMutex>;

  /// What the metadata of one revision held, and the content that answers for it.
  struct Held {
    std::string version;
    std::string bytes;
    std::shared_ptr<const Content> content;
  };

  std::shared_ptr<const Content> newest() {
    const Lock lock(mutex_);
    return held_[0].content;
  }

  std::shared_ptr<const Content> of_version(const std::string& version) {
    if (version.empty()) return nullptr;
    const Lock lock(mutex_);
    for (const Held& held : held_) {
      if (held.version == version) return held.content;
    }
    return nullptr;
  }

  // Returns what answers for the bytes, which may be that nothing does any more; nullopt: they are new.
  std::optional<std::shared_ptr<const Content>> of_bytes(const std::string& bytes, const std::string& version) {
    const Lock lock(mutex_);
    for (Held& held : held_) {
      if (!held.content || held.bytes != bytes) continue;
      if (held.content->version() == version) held.version = version;  // which may have been written later
      return held.content;
    }
    if (bytes.empty() && names_.is_removable && (held_[0].content || held_[1].content)) {
      if (held_[0].content) held_[1] = std::exchange(held_[0], {});
      return nullptr;
    }
    return std::nullopt;
  }

  std::shared_ptr<const Content> read(const std::string& bytes) const {
    if (bytes.empty()) {
      throw Error("the index holds no " + std::string(names_.noun) + " under the metadata key '" + names_.metadata_key +
                  "': store one there");
    }
    if (bytes.size() > static_cast<std::size_t>(names_.largest_file))
      refuse_size(names_.metadata_key, bytes.size(), names_);
    return Content::from_bytes(bytes, names_.metadata_key);
  }

  // Another thread may have read the same meanwhile: then that is what stays.
  std::shared_ptr<const Content> keep(std::shared_ptr<const Content> content, std::string bytes,
                                      const std::string& version) {
    const bool trusted = content->version() == version;  // else the two were not written together
    Held gone;                                           // freed after the lock
    const Lock lock(mutex_);
    for (const Held& held : held_) {
      if (held.content && held.bytes == bytes) return held.content;
    }
    gone = std::exchange(held_[1], std::move(held_[0]));
    held_[0] = {trusted ? version : std::string(), std::move(bytes), std::move(content)};
    return held_[0].content;
  }

  const FollowedNames names_;
  const ProblemListener on_problem_;
  ForkSafeMutex mutex_;
  Held held_[2];  // the newest, and the one before it, which threads that have not yet reopened still search
};

}  // namespace irgan
