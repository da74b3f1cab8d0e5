#include "trainer/machine/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "plugin/src/features/bounded_json.h"
#include "plugin/src/model/file_bytes.h"
#include "trainer/machine/input_guard.h"
#include "trainer/machine/output_file.h"

namespace irgan {
namespace {

using nlohmann::json;

bool is_direct(const std::string& path) {
  struct stat facts {};
  return path == "-" || (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode));
}

}  // namespace

struct PartialFile::Target {
  std::string path;
  std::string partial;
  std::string state_path;
  std::string run;
  json saved;
  std::optional<OutputFile> direct;
  int fd = -1;
  std::uint64_t num_bytes = 0;

  bool has_state = false;  // there is something for the next run to go on with

  ~Target() {
    if (fd < 0) return;
    if (!has_state) ::unlink(partial.c_str());  // before the lock is given up: the next run's file is not ours
    ::close(fd);
  }

  [[noreturn]] void fail(const char* deed) const { throw Error(partial + ": " + deed + ": " + std::strerror(errno)); }

  // Fills `saved` and `num_bytes` from an interrupted run's state.
  void read_state() {
    json state;
    std::string owner;
    try {
      state = parse_json(read_file(state_path), state_path);
      owner = state.at("run").get<std::string>();
      num_bytes = whole_number<std::uint64_t>(state.at("bytes"));
    } catch (const json::exception& error) {
      throw FormatError(state_path + ": damaged: " + error.what() + "; begin anew (restart)");
    }
    if (owner != run) {
      throw ConfigError("restart", "is needed: the interrupted run that left " + partial +
                                       " had other inputs or options; go on with those, or begin anew");
    }
    saved = std::move(state.at("state"));
  }

  // Opens the partial file and locks it before anything in it is read or cut. A file system without locks has none.
  struct stat open_locked() {
    require_no_input(partial);
    fd = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ELOOP) throw Error(partial + ": is a symbolic link, which is not written through");
    if (fd < 0) throw Error(path + ": no file can be made in its folder: " + std::strerror(errno));
    const bool is_taken = ::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    struct stat facts {};
    if (!is_taken && ::fstat(fd, &facts) != 0) fail("cannot be read");
    const bool is_ours = S_ISREG(facts.st_mode) && facts.st_nlink <= 1 &&
                         is_trusted(facts.st_uid, std::filesystem::path(partial).parent_path());
    if (!is_taken && is_ours && facts.st_nlink > 0) return facts;  // else the other run has just removed it
    ::close(std::exchange(fd, -1));
    if (!is_taken && !is_ours) {
      throw Error(partial + ": is no file of this program's own (a link, or another user's): remove it");
    }
    throw Error(path + ": another run writes it, into " + partial + "; let that end first");
  }

  void open(bool restart) {
    const bool was_there = ::access(partial.c_str(), F_OK) == 0;
    const struct stat facts = open_locked();
    has_state = !restart && was_there && ::access(state_path.c_str(), F_OK) == 0;
    const bool resumes = has_state;
    if (resumes) read_state();
    if (static_cast<std::uint64_t>(facts.st_size) < num_bytes) {
      throw FormatError(partial + ": shorter than its state says; begin anew (restart)");
    }
    if (::ftruncate(fd, static_cast<off_t>(num_bytes)) != 0 || ::lseek(fd, 0, SEEK_END) < 0) fail("cannot be cut");
    if (!resumes) ::unlink(state_path.c_str());
  }
};

PartialFile::PartialFile(const std::string& path, const std::string& run, bool restart)
    : target_(std::make_unique<Target>()) {
  require_no_input(path);
  target_->path = path;
  if (is_direct(path)) {
    target_->direct.emplace(path);
    return;
  }
  target_->partial = path + ".partial";
  target_->state_path = path + ".partial.state";
  target_->run = run;
  target_->open(restart);
}

PartialFile::~PartialFile() = default;

const json& PartialFile::saved() const { return target_->saved; }

void PartialFile::append(std::string_view bytes) {
  Target& target = *target_;
  if (target.direct) {
    target.direct->stream().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return;
  }
  target.num_bytes += bytes.size();
  while (!bytes.empty()) {
    const ssize_t count = ::write(target.fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) target.fail("cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void PartialFile::save(const json& state) {
  Target& target = *target_;
  if (target.direct) return;
  if (::fdatasync(target.fd) != 0) target.fail("cannot be written to disk");
  replace_file(target.state_path, json{{"run", target.run}, {"bytes", target.num_bytes}, {"state", state}}.dump(),
               Readers::owner);
  target.has_state = true;
}

void PartialFile::commit() {
  Target& target = *target_;
  if (target.direct) {
    target.direct->commit();
    return;
  }
  {
    OutputFile whole(target.path);
    std::ifstream rows(target.partial, std::ios::binary);
    if (target.num_bytes > 0) whole.stream() << rows.rdbuf();
    if (!rows) target.fail("cannot be read");
    whole.commit();
  }
  ::unlink(target.state_path.c_str());
  ::unlink(target.partial.c_str());
  ::close(std::exchange(target.fd, -1));
}

void PartialFile::discard() {
  if (target_->fd < 0) return;
  target_->has_state = false;  // the destructor removes the partial file
  ::unlink(target_->state_path.c_str());
}

}  // namespace irgan
