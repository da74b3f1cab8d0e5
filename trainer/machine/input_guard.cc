#include "trainer/machine/input_guard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace irgan {
namespace {

namespace fs = std::filesystem;

using Identity = std::pair<dev_t, ino_t>;

struct GuardedFile {
  const InputGuard* guard = nullptr;
  GuardedInput input;
  Identity file;
  std::shared_ptr<const int> held;  // a descriptor: another run may replace the file, and a new one get its inode
};

std::shared_ptr<const int> held_open(const std::string& path) {
  const int file = path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (file < 0) return nullptr;
  return {new int(file), [](const int* descriptor) {
            ::close(*descriptor);
            delete descriptor;
          }};
}

// Files belong to the process, not to an object: what a guard knows must reach whatever opens an output.
struct Registry {
  std::mutex mutex;
  std::vector<GuardedFile> entries;
};

Registry& registry() {
  static Registry all;
  return all;
}

Identity identity(const struct stat& facts) { return {facts.st_dev, facts.st_ino}; }

// Of the output `path`, if it is a regular file that is there.
std::optional<Identity> output_at(const std::string& path) {
  struct stat facts {};
  if ((path == "-" ? ::fstat(STDOUT_FILENO, &facts) : ::stat(path.c_str(), &facts)) != 0) return std::nullopt;
  if (!S_ISREG(facts.st_mode)) return std::nullopt;
  return identity(facts);
}

// Returns whether there is a regular file at `path`.
bool add_file(const InputGuard* guard, const GuardedInput& input, const std::string& path,
              std::vector<GuardedFile>& entries) {
  std::shared_ptr<const int> held = held_open(path);
  struct stat facts {};
  if (!held || ::fstat(*held, &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  entries.push_back({guard, input, identity(facts), std::move(held)});
  return true;
}

void add_files(const InputGuard* guard, const GuardedInput& input, std::vector<GuardedFile>& entries) {
  if (add_file(guard, input, input.path, entries)) return;
  std::error_code ignored;
  for (fs::directory_iterator one(input.path, ignored), end; one != end; one.increment(ignored)) {
    add_file(guard, input, one->path().string(), entries);
    if (ignored) return;
  }
}

[[noreturn]] void refuse(const std::string& output, const GuardedInput& input) {
  throw ConfigError((output == "-" ? "standard output" : output) + " is " +
                    (input.path == output || input.path == "-" ? "" : "the same file as " + input.path + ", ") +
                    "an input of this run (" + input.name + ") and would be lost: name another output");
}

}  // namespace

InputGuard::InputGuard(const std::vector<GuardedInput>& inputs) {
  std::vector<GuardedFile> found;
  for (const GuardedInput& input : inputs) add_files(this, input, found);
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  all.entries.insert(all.entries.end(), found.begin(), found.end());
}

InputGuard::~InputGuard() {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  all.entries.erase(std::remove_if(all.entries.begin(), all.entries.end(),
                                   [&](const GuardedFile& entry) { return entry.guard == this; }),
                    all.entries.end());
}

void require_no_input(const std::string& path) {
  const std::optional<Identity> file = output_at(path);
  if (!file) return;
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  for (const GuardedFile& entry : all.entries) {
    if (entry.file == *file && entry.input.replaced_by != path) refuse(path, entry.input);
  }
}

void require_no_input_inside(const std::string& folder) {
  std::error_code ignored;
  for (fs::recursive_directory_iterator one(folder, ignored), end; one != end; one.increment(ignored)) {
    require_no_input(one->path().string());
    if (ignored) return;
  }
}

}  // namespace irgan
