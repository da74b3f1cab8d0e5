// A service under load: threads that search, each with a Reranker and a Database of its own and all with one source of
// models, while the model is replaced and the index is written. Run it with the thread sanitizer, too.
//
// IRGAN_TEST_SEARCHES, IRGAN_TEST_REPLACEMENTS and IRGAN_TEST_FORKS make the trial larger than a test should be.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

#include "irgan/memory_source.h"
#include "tests/plugin/fruit.h"
#include "tests/plugin/small_memory.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::reranker_threads_test {

namespace {

constexpr int kNumThreads = 8;

std::size_t from_environment(const char* name, std::size_t otherwise) {
  const char* const text = std::getenv(name);
  return text ? std::stoul(text) : otherwise;
}

std::size_t num_searches() { return from_environment("IRGAN_TEST_SEARCHES", 1600); }
std::size_t num_replacements() { return from_environment("IRGAN_TEST_REPLACEMENTS", 60); }

// Each document has a popularity of its own, so that a model has one order, and the reversed model the reverse.
void write_documents(const std::string& path) {
  Xapian::WritableDatabase writer(path, Xapian::DB_CREATE);
  std::vector<Xapian::Document> documents = fruit();
  for (std::size_t i = 0; i < documents.size(); ++i) {
    documents[i].add_value(kPopularity, Xapian::sortable_serialise(static_cast<double>(i)));
    writer.add_document(documents[i]);
  }
}

// The two models take turns; what they give for "apples", which all documents hold, is told apart by any two hits.
std::shared_ptr<const Model> model_of_turn(std::size_t turn) {
  ModelParts parts = linear_model(fruit_schema({"value.popularity"}), {turn % 2 == 0 ? 1.0F : -1.0F});
  parts.depth = kNumDocuments;
  return model_of(std::move(parts));
}

// Every tenth is broken.
std::string bytes_of_turn(std::size_t turn) {
  std::string bytes = model_of_turn(turn)->to_bytes();
  if (turn % 10 == 9) bytes.resize(bytes.size() / 2);
  return bytes;
}

Docids order_of_turn(std::size_t turn) {
  Docids order(kNumDocuments);
  for (Xapian::doccount i = 0; i < kNumDocuments; ++i) order[i] = turn % 2 == 0 ? kNumDocuments - i : i + 1;
  return order;
}

// A document that no search of the trial finds.
Xapian::Document bystander(std::size_t turn) { return document_of({{"", "quince number " + std::to_string(turn)}}); }

/// What the threads saw, counted.
struct Sightings {
  std::atomic<std::size_t> searches{0}, of_even_model{0}, of_odd_model{0}, original{0}, mixed{0}, failed{0};
  std::mutex mutex;
  std::set<std::string> failures;
};

class Service {
 public:
  Service(const std::string& path, std::shared_ptr<ModelSource> models, std::shared_ptr<MemorySource> memory = {})
      : memory_(std::move(memory)) {
    for (int t = 0; t < kNumThreads; ++t) threads_.emplace_back([this, path, models] { search(path, models); });
  }

  /// Lets the threads search until there were enough searches, and waits for them.
  const Sightings& finish() {
    while (seen_.searches < num_searches() && seen_.failed == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
    return seen_;
  }

 private:
  // Opening, too, can find the index two commits on.
  static Xapian::Database opened(const std::string& path) {
    while (true) {
      try {
        return Xapian::Database(path);
      } catch (const Xapian::DatabaseModifiedError&) {
      }
    }
  }

  void search(const std::string& path, const std::shared_ptr<ModelSource>& models) {
    Xapian::Database db = opened(path);
    std::string told;
    RerankOptions options;
    options.on_problem = [&](const std::string& problem) { told = problem; };
    options.memory = memory_;
    const Reranker reranker(db, models, options);
    Xapian::Enquire enquire = enquire_of(db, parsed("apples"));
    while (!done_) {
      told.clear();
      try {
        db.reopen();
        count(docids_of(reranker.get_mset(enquire, 0, kNumDocuments)), told);
      } catch (const Xapian::DatabaseModifiedError&) {
        // Xapian's own reopening or plain search found the index two commits on: every application tries again.
      } catch (const Xapian::Error& error) {
        fail(error.get_description());
      } catch (const std::exception& error) {
        fail(error.what());
      }
    }
  }

  void count(const Docids& found, const std::string& told) {
    ++seen_.searches;
    if (found == order_of_turn(0)) {
      ++seen_.of_even_model;
    } else if (found == order_of_turn(1)) {
      ++seen_.of_odd_model;
    } else if (told.find("DatabaseModifiedError") != std::string::npos) {
      ++seen_.original;
    } else {
      ++seen_.mixed;
      note("neither order, and told: '" + told + "', hits " + std::to_string(found.size()));
    }
  }

  void fail(const std::string& message) {
    ++seen_.failed;
    note(message);
  }

  void note(const std::string& message) {
    const std::lock_guard<std::mutex> lock(seen_.mutex);
    seen_.failures.insert(message);
  }

  const std::shared_ptr<MemorySource> memory_;
  std::atomic<bool> done_{false};
  Sightings seen_;
  std::vector<std::thread> threads_;
};

// Forks a child that searches with all that the threads of this process use; returns whether its order was one of the
// two.
bool child_searches(const std::string& path, const std::shared_ptr<ModelSource>& models,
                    const std::shared_ptr<MemorySource>& memory) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(600);  // ends a child that hangs
    const Xapian::Database db(path);
    RerankOptions options;
    options.memory = memory;
    const Reranker reranker(db, models, options);
    Xapian::Enquire enquire = enquire_of(db, parsed("apples"));
    const Docids found = docids_of(reranker.get_mset(enquire, 0, kNumDocuments));
    _exit(found == order_of_turn(0) || found == order_of_turn(1) ? 0 : 1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

void check(const Sightings& seen) {
  INFO("searches " << seen.searches << ", of one model " << seen.of_even_model << ", of the other " << seen.of_odd_model
                   << ", in the original order since the index moved on " << seen.original);
  CHECK(seen.failures == std::set<std::string>{});
  CHECK(seen.mixed == 0);
  CHECK(seen.of_even_model > 0);
  CHECK(seen.of_odd_model > 0);
}

}  // namespace

TEST_CASE("threads search while the model in the index is replaced", "[plugin][reranker][threads]") {
  const ScratchFolder folder;
  write_documents(folder.file("db"));
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_OPEN);
  const auto replace = [&](std::size_t turn) {
    writer.set_metadata(kModelKey, bytes_of_turn(turn));
    writer.set_metadata(kModelVersionKey, turn % 10 == 9 ? std::string() : model_of_turn(turn)->version());
    writer.add_document(bystander(turn));
    writer.commit();
  };
  replace(0);
  std::atomic<std::size_t> num_problems{0};
  Service service(folder.file("db"), model_in_index([&](const std::string&) { ++num_problems; }));
  for (std::size_t turn = 1; turn <= num_replacements(); ++turn) {
    replace(turn);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  check(service.finish());
}

TEST_CASE("threads search while the model file is replaced and the index is written", "[plugin][reranker][threads]") {
  const ScratchFolder folder;
  write_documents(folder.file("db"));
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_OPEN);
  const auto replace = [&](std::size_t turn) {
    const std::string next = folder.write("next", bytes_of_turn(turn));
    std::filesystem::rename(next, folder.file("model"));
  };
  replace(0);
  Service service(folder.file("db"), model_file(folder.file("model")));
  // The file is looked at once a second: a turn each, and a broken model between two good ones.
  for (const std::size_t turn : {std::size_t{9}, std::size_t{1}, std::size_t{2}}) {
    for (int commit = 0; commit < 10; ++commit) {
      writer.add_document(bystander(turn));
      writer.commit();
      std::this_thread::sleep_for(std::chrono::milliseconds(105));
    }
    replace(turn);
  }
  check(service.finish());
}

TEST_CASE("children forked beside searching threads search, too", "[plugin][reranker][threads][fork]") {
  const ScratchFolder folder;
  write_documents(folder.file("db"));
  const auto replace = [&](std::size_t turn) {
    std::filesystem::rename(folder.write("next", bytes_of_turn(turn)), folder.file("model"));
    // Of another query: the order of "apples" stays.
    const auto clicks = static_cast<float>(turn + 1);
    const std::string next = folder.write("next", memory_of({{"quinces", {{"1", clicks}}}})->bytes());
    std::filesystem::rename(next, folder.file("memory"));
  };
  replace(0);
  const auto models = model_file(folder.file("model"));
  const auto memory = memory_file(folder.file("memory"));
  Service service(folder.file("db"), models, memory);
  const std::size_t num_forks = from_environment("IRGAN_TEST_FORKS", 60);
  std::size_t num_good = 0;
  for (std::size_t i = 0; i < num_forks; ++i) {
    if (i % 10 == 9) replace(i / 10);  // turns of whole models
    num_good += child_searches(folder.file("db"), models, memory);
  }
  CHECK(num_good == num_forks);
  const Sightings& seen = service.finish();
  CHECK(seen.failures == std::set<std::string>{});
  CHECK(seen.mixed == 0);
}

}  // namespace irgan::reranker_threads_test
