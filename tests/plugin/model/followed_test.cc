#include "plugin/src/model/followed.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "tests/trainer/scratch_folder.h"

namespace irgan::followed_test {

namespace {

/// Content whose reading a test can hold up.
struct HeldContent {
  static std::shared_ptr<const HeldContent> from_file(const std::string&) {
    ++num_reads;
    if (begun) begun->set_value();
    if (may_end) may_end->get_future().wait();
    return std::make_shared<HeldContent>();
  }

  static std::atomic<int> num_reads;
  static std::promise<void>*begun, *may_end;  // null: reading is not held up
};
std::atomic<int> HeldContent::num_reads{0};
std::promise<void>* HeldContent::begun = nullptr;
std::promise<void>* HeldContent::may_end = nullptr;

struct HeldSource {
  virtual ~HeldSource() = default;
  virtual std::shared_ptr<const HeldContent> get(const Xapian::Database& db) = 0;
};

constexpr FollowedNames kNames{"content", "", "", 1000, "1000 bytes", false};

}  // namespace

TEST_CASE("searches go on with the old content while one of them reads the new one", "[plugin][followed]") {
  const ScratchFolder folder;
  FollowedFile<HeldSource, HeldContent> source(folder.write("f", "old"), kNames, {});
  const Xapian::Database db;
  HeldContent::num_reads = 0;
  const auto before = source.get(db);
  folder.write("f", "newer");
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));  // until it is looked at again
  std::promise<void> begun, may_end;
  HeldContent::begun = &begun;
  HeldContent::may_end = &may_end;
  std::shared_ptr<const HeldContent> after;
  std::thread reader([&] { after = source.get(db); });
  begun.get_future().wait();
  CHECK(source.get(db) == before);
  CHECK(source.get(db) == before);
  may_end.set_value();
  reader.join();
  HeldContent::begun = HeldContent::may_end = nullptr;
  CHECK(after != before);
  CHECK(source.get(db) == after);
  CHECK(HeldContent::num_reads == 2);
}

}  // namespace irgan::followed_test
