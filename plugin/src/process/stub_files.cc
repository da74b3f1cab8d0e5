#include "plugin/src/process/stub_files.h"

#include <filesystem>
#include <fstream>

namespace irgan {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestStub = 8;  // a stub may name a stub, by mistake itself
constexpr std::size_t kMostStubs = 10'000;

// The stub that stands at `path`; empty if none does.
fs::path stub_at(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    const fs::path inside = fs::path(path) / "XAPIANDB";
    return fs::is_regular_file(inside, ignored) ? inside : fs::path();
  }
  if (!fs::is_regular_file(path, ignored)) return {};
  std::ifstream file(path, std::ios::binary);
  return file.get() == 0x0F ? fs::path() : fs::path(path);  // glass in a single file begins so
}

// A line of a stub.
struct StubLine {
  std::string kind, rest;

  bool names_path() const { return kind == "auto" || kind == "glass" || kind == "chert"; }
  std::string path(const fs::path& stub) const {
    const fs::path target(rest);
    return target.is_absolute() ? rest : (stub.parent_path() / target).string();
  }
};

std::vector<StubLine> lines_of(const fs::path& stub) {
  std::vector<StubLine> lines;
  std::ifstream file(stub);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t blank = line.find(' ');
    lines.push_back({line.substr(0, blank), blank == std::string::npos ? "" : line.substr(blank + 1)});
  }
  if (file.bad()) throw Error("index " + stub.string() + ": the stub file cannot be read");
  return lines;
}

// `num_stubs` counts those that were followed.
void follow_stubs(const std::string& path, int depth, std::size_t& num_stubs) {
  const fs::path stub = stub_at(path);
  if (stub.empty()) return;
  if (depth >= kDeepestStub || ++num_stubs > kMostStubs)
    throw Error("index " + path + ": its stub file names itself, or stub files are nested too deep");
  for (const StubLine& line : lines_of(stub)) {
    if (line.names_path()) follow_stubs(line.path(stub), depth + 1, num_stubs);
  }
}

// Returns false if a line names what has no path.
bool add_shards(const std::string& path, int depth, std::vector<std::string>& shards) {
  const fs::path stub = depth < kDeepestStub ? stub_at(path) : fs::path();
  if (stub.empty()) {
    shards.push_back(path);
    return depth < kDeepestStub;
  }
  for (const StubLine& line : lines_of(stub)) {
    if (line.kind == "remote" && !line.rest.empty() && line.rest[0] != ':') {
      shards.push_back("tcp:" + line.rest);
    } else if (line.names_path()) {
      if (!add_shards(line.path(stub), depth + 1, shards)) return false;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

void check_stubs(const std::string& path) {
  std::size_t num_stubs = 0;
  follow_stubs(path, 0, num_stubs);
}

std::vector<std::string> shard_paths(const std::string& path) {
  std::vector<std::string> shards;
  return add_shards(path, 0, shards) && !shards.empty() ? shards : std::vector<std::string>{path};
}

}  // namespace irgan
