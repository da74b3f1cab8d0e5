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

/// What tells one content of a path from another without reading it.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = -1;
  timespec modified{};

  bool operator==(const FileStamp& other) const {
    return device == other.device && inode == other.inode && size == other.size &&
           modified.tv_sec == other.modified.tv_sec && modified.tv_nsec == other.modified.tv_nsec;
  }
};

FileStamp stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw Error(path + ": " + std::strerror(errno));
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim};
}

class ModelFile : public ModelSource {
 public:
  ModelFile(std::string path, ProblemListener on_problem) : path_(std::move(path)), on_problem_(std::move(on_problem)) {}

  std::shared_ptr<const Model> get(const Xapian::Database&) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (model_ && now - looked_at_ < std::chrono::seconds(1)) return model_;
    looked_at_ = now;
    try {
      const FileStamp stamp = stamp_of(path_);  // before reading: a change in between is seen at the next look
      if (!model_ || !(stamp == stamp_)) {
        model_ = Model::from_file(path_);
        stamp_ = stamp;  // after reading: a file that could not be read is read again
      }
      told_.clear();
    } catch (const std::exception& error) {
      if (!model_) throw;
      if (on_problem_ && told_ != error.what()) on_problem_("the model before stays: " + std::string(error.what()));
      told_ = error.what();
    }
    return model_;
  }

 private:
  const std::string path_;
  const ProblemListener on_problem_;
  std::mutex mutex_;
  std::shared_ptr<const Model> model_;
  FileStamp stamp_;
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
    for (const Held& held : held_) {
      if (held.model && held.bytes == bytes) return held.model;
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
