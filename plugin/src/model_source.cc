#include "irgan/model_source.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <mutex>
#include <utility>

#include <sys/stat.h>

namespace irgan {
namespace {

class FixedModel : public ModelSource {
 public:
  explicit FixedModel(std::shared_ptr<const Model> model) : model_(std::move(model)) {}
  std::shared_ptr<const Model> get(const Xapian::Database&) override { return model_; }

 private:
  std::shared_ptr<const Model> model_;
};

constexpr off_t kLargestFile = off_t{1} << 30;  // models have megabytes; what is larger would only fill the memory

/// What tells one content of a path from another without reading it, and what may be read from what may not.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = -1;
  timespec modified{}, changed{};

  static bool same(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }
  bool operator==(const FileStamp& other) const {
    return device == other.device && inode == other.inode && size == other.size &&
           same(modified, other.modified) && same(changed, other.changed);
  }
};

FileStamp stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw Error(path + ": " + std::strerror(errno));
  // Others would block a search, as a pipe does, or never end.
  if (!S_ISREG(status.st_mode)) throw Error(path + ": cannot be read: it is no regular file");
  if (status.st_size > kLargestFile) {
    throw Error(path + ": is no model: it has " + std::to_string(status.st_size) + " bytes, and a model at most 1 GiB");
  }
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
}

class ModelFile : public ModelSource {
 public:
  ModelFile(std::string path, ProblemListener on_problem) : path_(std::move(path)), on_problem_(std::move(on_problem)) {}

  std::shared_ptr<const Model> get(const Xapian::Database&) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const bool is_recent = now - looked_at_ < std::chrono::seconds(1);
    if (model_ && is_recent) return model_;
    if (!is_recent) looked_at_ = now;
    try {
      const FileStamp stamp = stamp_of(path_);  // before reading: a change in between is seen at the next look
      if (is_recent && failure_ && stamp == failed_stamp_) std::rethrow_exception(failure_);
      if (!model_ || !(stamp == stamp_)) read(stamp);
      told_.clear();
    } catch (const std::exception& error) {
      if (!model_) throw;
      if (on_problem_ && told_ != error.what()) on_problem_("the model before stays: " + std::string(error.what()));
      told_ = error.what();
    }
    return model_;
  }

 private:
  // A file that could not be read is read again, at the next look or when it changes.
  void read(const FileStamp& stamp) {
    try {
      model_ = Model::from_file(path_);
      stamp_ = stamp;
      failure_ = nullptr;
    } catch (const std::exception&) {
      failure_ = std::current_exception();
      failed_stamp_ = stamp;
      throw;
    }
  }

  const std::string path_;
  const ProblemListener on_problem_;
  std::mutex mutex_;
  std::shared_ptr<const Model> model_;
  FileStamp stamp_;
  std::exception_ptr failure_;  // of the last attempt to read; nothing: it went well
  FileStamp failed_stamp_;
  std::chrono::steady_clock::time_point looked_at_;
  std::string told_;
};

class ModelInIndex : public ModelSource {
 public:
  explicit ModelInIndex(ProblemListener on_problem) : on_problem_(std::move(on_problem)) {}

  std::shared_ptr<const Model> get(const Xapian::Database& db) override {
    const std::string version = db.get_metadata(kModelVersionKey);
    if (!version.empty()) {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const Held& held : held_) {
        if (held.version == version) return held.model;
      }
    }
    std::string bytes = db.get_metadata(kModelKey);
    const std::lock_guard<std::mutex> lock(mutex_);
    for (Held& held : held_) {
      if (!held.model || held.bytes != bytes) continue;
      if (held.model->version() == version) held.version = version;  // which may have been written later
      return held.model;
    }
    std::shared_ptr<const Model> model = read(bytes);
    const bool trusted = model->version() == version;  // else the two were not written together
    held_[1] = std::move(held_[0]);
    held_[0] = {trusted ? version : std::string(), std::move(bytes), std::move(model)};
    return held_[0].model;
  }

 private:
  /// What the metadata of one revision held, and the model that answers for it.
  struct Held {
    std::string version;
    std::string bytes;
    std::shared_ptr<const Model> model;
  };

  std::shared_ptr<const Model> read(const std::string& bytes) const {
    try {
      if (bytes.empty()) {
        throw Error("the index holds no model under the metadata key 'irgan.model': put one there with "
                    "'xapian-irgan store'");
      }
      return Model::from_bytes(bytes, kModelKey);
    } catch (const std::exception& error) {
      if (!held_[0].model) throw;
      if (on_problem_) on_problem_("the model before stays: " + std::string(error.what()));
      return held_[0].model;
    }
  }

  const ProblemListener on_problem_;
  std::mutex mutex_;
  Held held_[2];  // the newest, and the one before it, which threads that have not yet reopened still search
};

}  // namespace

std::shared_ptr<ModelSource> fixed_model(std::shared_ptr<const Model> model) {
  return std::make_shared<FixedModel>(std::move(model));
}

std::shared_ptr<ModelSource> model_file(const std::string& path, ProblemListener on_problem) {
  return std::make_shared<ModelFile>(path, std::move(on_problem));
}

std::shared_ptr<ModelSource> model_in_index(ProblemListener on_problem) {
  return std::make_shared<ModelInIndex>(std::move(on_problem));
}

}  // namespace irgan
