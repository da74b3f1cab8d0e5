#include "irgan/model_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "plugin/src/model/model_codec.h"
#include "tests/plugin/small_index.h"
#include "tests/plugin/small_model.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::model_source_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

using Problems = std::vector<std::string>;

// Models are told apart by their depth; all files of them are equally long.
std::string bytes_of_depth(std::size_t depth) {
  ModelParts parts = full_model();
  parts.depth = depth;
  return encode_model(parts);
}

std::string damaged(std::string bytes) {
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  return bytes;
}

ProblemListener listener(Problems& problems) {
  return [&problems](const std::string& problem) { problems.push_back(problem); };
}

// A model file of its own in `folder`, first of depth 11.
struct WatchedFile {
  WatchedFile(const ScratchFolder& folder, const std::string& name)
      : path(folder.write(name, bytes_of_depth(11))), source(model_file(path, listener(problems))) {}

  std::size_t depth() const { return source->get(Xapian::Database())->depth(); }
  void become(const std::string& bytes) const {  // as trainers do: a new file in the old one's place
    std::ofstream(path + ".new", std::ios::binary) << bytes;
    std::filesystem::rename(path + ".new", path);
  }

  Problems problems;
  std::string path;
  std::shared_ptr<ModelSource> source;
};

// Reads the depth while the file can be seen and not opened; nothing but its mode changes.
std::size_t depth_while_unreadable(const WatchedFile& file) {
  using std::filesystem::perms;
  std::filesystem::permissions(file.path, perms::none);
  const bool is_root = geteuid() == 0;  // whom no mode keeps out
  if (is_root) REQUIRE(seteuid(65534) == 0);
  const std::size_t depth = file.depth();
  if (is_root) REQUIRE(seteuid(0) == 0);
  std::filesystem::permissions(file.path, perms::owner_read | perms::owner_write);
  return depth;
}

// The sources look at their files at most once a second.
void wait_for_next_look() { std::this_thread::sleep_for(std::chrono::milliseconds(1050)); }

}  // namespace

TEST_CASE("fixed_model hands out what it was given", "[plugin][model_source]") {
  const auto model = model_of(full_model());
  const auto source = fixed_model(model);
  CHECK(source->get(Xapian::Database()) == model);
  CHECK(source->get(index_of({})) == model);
}

TEST_CASE("model_file throws as long as there has never been a good model", "[plugin][model_source]") {
  const ScratchFolder folder;
  Problems problems;
  const auto source = model_file(folder.file("m"), listener(problems));
  const Xapian::Database db;
  CHECK_THROWS_WITH(source->get(db), StartsWith(folder.file("m") + ": "));
  folder.write("m", damaged(bytes_of_depth(11)));
  CHECK_THROWS_AS(source->get(db), FormatError);  // no second has passed: without a model it looks each time
  folder.write("m", "");
  CHECK_THROWS_AS(source->get(db), FormatError);
  CHECK(problems.empty());

  folder.write("m", bytes_of_depth(11));
  CHECK(source->get(db)->depth() == 11);
}

TEST_CASE("model_file keeps to its model within the second", "[plugin][model_source]") {
  const ScratchFolder folder;
  const WatchedFile file(folder, "m");
  const auto first = file.source->get(Xapian::Database());
  file.become(bytes_of_depth(22));
  CHECK(file.source->get(Xapian::Database()) == first);
  std::filesystem::remove(file.path);
  CHECK(file.source->get(Xapian::Database()) == first);
  CHECK(file.problems.empty());
}

TEST_CASE("model_file takes a new model for the old one, and no bad one", "[plugin][model_source]") {
  const ScratchFolder folder;
  using std::filesystem::perms;
  std::filesystem::permissions(folder.path(), perms::group_exec | perms::others_exec,
                               std::filesystem::perm_options::add);
  const WatchedFile better(folder, "better"), same(folder, "same"), broken(folder, "broken"),
      removed(folder, "removed"), becoming_folder(folder, "folder"), unreadable(folder, "unreadable");
  const WatchedFile* const all[] = {&better, &same, &broken, &removed, &becoming_folder, &unreadable};
  for (const WatchedFile* file : all) REQUIRE(file->depth() == 11);
  const auto same_model = same.source->get(Xapian::Database());

  better.become(bytes_of_depth(22));
  broken.become(damaged(bytes_of_depth(22)));
  std::filesystem::remove(removed.path);
  std::filesystem::remove(becoming_folder.path);
  std::filesystem::create_directory(becoming_folder.path);
  unreadable.become(bytes_of_depth(22));
  wait_for_next_look();

  CHECK(better.depth() == 22);
  CHECK(same.source->get(Xapian::Database()) == same_model);
  for (const WatchedFile* file : {&broken, &removed, &becoming_folder}) {
    CAPTURE(file->path);
    CHECK(file->depth() == 11);
    REQUIRE(file->problems.size() == 1);
    CHECK_THAT(file->problems[0], StartsWith("the model before stays: " + file->path + ": "));
  }
  CHECK(depth_while_unreadable(unreadable) == 11);
  REQUIRE(unreadable.problems.size() == 1);
  CHECK_THAT(unreadable.problems[0], Contains("cannot be read"));

  removed.become(bytes_of_depth(33));
  wait_for_next_look();

  CHECK(better.depth() == 22);
  CHECK(removed.depth() == 33);
  CHECK(unreadable.depth() == 22);  // though the file has not changed since
  CHECK(broken.depth() == 11);
  CHECK(becoming_folder.depth() == 11);
  for (const WatchedFile* file : {&broken, &removed, &becoming_folder, &unreadable}) CHECK(file->problems.size() == 1);

  std::filesystem::remove(removed.path);
  broken.become(bytes_of_depth(44));
  wait_for_next_look();

  CHECK(removed.depth() == 33);
  CHECK(removed.problems.size() == 2);  // the same as before, and news all the same
  CHECK(broken.depth() == 44);
  CHECK(better.problems.empty());
  CHECK(same.problems.empty());
}

TEST_CASE("model_file reads a broken file once a second, and at once when it changes", "[plugin][model_source]") {
  const ScratchFolder folder;
  const auto source = model_file(folder.write("m", damaged(bytes_of_depth(11))));
  const Xapian::Database db;
  const auto thrown = [&] {
    try {
      source->get(db);
    } catch (const FormatError&) {
      return std::current_exception();
    }
    return std::exception_ptr();
  };
  const std::exception_ptr first = thrown();
  REQUIRE(first);
  CHECK(thrown() == first);
  wait_for_next_look();
  const std::exception_ptr second = thrown();
  REQUIRE(second);
  CHECK(second != first);
  folder.write("m", bytes_of_depth(22));
  CHECK(source->get(db)->depth() == 22);
}

TEST_CASE("model_file does not read pipes, nor what is too large for a model", "[plugin][model_source]") {
  const ScratchFolder folder;
  const Xapian::Database db;
  REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(model_file(folder.file("pipe"))->get(db),
                    folder.file("pipe") + ": cannot be read: it is no regular file");
  std::filesystem::resize_file(folder.write("large", "irgan"), (std::uintmax_t{1} << 30) + 1);  // takes no room on disk
  CHECK_THROWS_WITH(model_file(folder.file("large"))->get(db), Contains("at most 64 MiB"));
}

TEST_CASE("model_file works without a listener", "[plugin][model_source]") {
  const ScratchFolder folder;
  CHECK(model_file(folder.write("m", bytes_of_depth(11)))->get(Xapian::Database())->depth() == 11);
  CHECK_THROWS_AS(model_file(folder.file("none"))->get(Xapian::Database()), Error);
}

TEST_CASE("model_in_index says how to put a model into an index that has none", "[plugin][model_source]") {
  CHECK_THROWS_WITH(model_in_index()->get(index_of({})),
                    "the index holds no model under the metadata key 'irgan.model': store one there");
}

TEST_CASE("model_in_index throws at a bad first model", "[plugin][model_source]") {
  Xapian::WritableDatabase db = index_of({});
  db.set_metadata(kModelKey, "no model");
  Problems problems;
  const auto source = model_in_index(listener(problems));
  CHECK_THROWS_AS(source->get(db), FormatError);
  CHECK_THROWS_WITH(source->get(db), StartsWith("irgan.model: byte 8: "));
  CHECK(problems.empty());
}

TEST_CASE("model_in_index hands out one model as long as the metadata stay", "[plugin][model_source]") {
  Xapian::WritableDatabase db = index_of({});
  db.set_metadata(kModelKey, bytes_of_depth(11));
  const auto source = model_in_index();
  const auto model = source->get(db);
  CHECK(model->depth() == 11);
  CHECK(source->get(db) == model);
}

TEST_CASE("model_in_index reads the first of several shards", "[plugin][model_source]") {
  Xapian::WritableDatabase first = index_of({});
  first.set_metadata(kModelKey, bytes_of_depth(11));
  Xapian::Database both = first;
  both.add_database(index_of({}));
  CHECK(model_in_index()->get(both)->depth() == 11);
}

TEST_CASE("model_in_index changes when the application reopens its database", "[plugin][model_source]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  const auto put = [&](const std::string& bytes) {
    writer.set_metadata(kModelKey, bytes);
    writer.commit();
  };
  put(bytes_of_depth(11));
  Xapian::Database reader(folder.file("db"));
  Problems problems;
  const auto source = model_in_index(listener(problems));
  CHECK(source->get(reader)->depth() == 11);

  put(bytes_of_depth(22));
  CHECK(source->get(reader)->depth() == 11);
  reader.reopen();
  CHECK(source->get(reader)->depth() == 22);

  put(damaged(bytes_of_depth(33)));
  reader.reopen();
  for (int search = 0; search < 3; ++search) CHECK(source->get(reader)->depth() == 22);
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], StartsWith("the model before stays: irgan.model: byte "));

  put("");  // removed
  reader.reopen();
  for (int search = 0; search < 3; ++search) CHECK(source->get(reader)->depth() == 22);
  CHECK(problems.size() == 2);

  put(bytes_of_depth(33));
  reader.reopen();
  CHECK(source->get(reader)->depth() == 33);
  CHECK(problems.size() == 2);
}

TEST_CASE("model_in_index knows a model by the version that is written after it", "[plugin][model_source]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  const std::string bytes = bytes_of_depth(11);
  writer.set_metadata(kModelKey, bytes);
  writer.commit();
  Problems problems;
  const auto source = model_in_index(listener(problems));
  const auto model = source->get(writer);
  writer.set_metadata(kModelVersionKey, model->version());
  CHECK(source->get(writer) == model);
  writer.set_metadata(kModelKey, "");  // not looked at any more
  CHECK(source->get(writer) == model);
  CHECK(problems.empty());
}

}  // namespace irgan::model_source_test
