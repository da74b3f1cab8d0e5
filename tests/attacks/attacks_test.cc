/// Small bad files of every kind, each with the sentence that answers it. Small stands for what they have on the disk:
/// some would fill a memory or a stack, or keep a program waiting.

#include <sys/stat.h>
#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <map>

#include "irgan/text_file.h"
#include "plugin/src/model/base64.h"
#include "plugin/src/model/safetensors.h"
#include "tests/index_tools/made_site.h"
#include "trainer/machine/output_file.h"

namespace irgan::attacks_test {

using Catch::Contains;

namespace fs = std::filesystem;

namespace {

std::string many(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// A site with one file of each kind.
const MadeSite& site() {
  static const MadeSite made;
  static const bool done = [] {
    made.one_file_of_each_kind();
    if (mkfifo(made.file("pipe").c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
    return true;
  }();
  (void)done;
  return made;
}

// Runs a command line that must fail in a way that its user can understand.
std::string answer(const std::string& line) {
  const CommandResult result = site().run(line);
  INFO(line << '\n' << result.out << result.err);
  CHECK((result.exit_code == 1 || result.exit_code == 2));
  return result.err;
}

// The file of the site with something changed in it, and a digest that fits.
std::string forged(const std::string& name, const std::function<void(TensorFile&)>& change) {
  TensorFile file = decode_tensors(site().folder.read(name), name);
  change(file);
  return site().folder.write("forged", encode_tensors(file));
}

std::string answer_to_model(const std::function<void(TensorFile&)>& change) {
  forged("model", change);
  return answer("search --db @db --model @forged amber");
}

std::function<void(TensorFile&)> with_text(const std::string& key, const std::string& text) {
  return [=](TensorFile& file) { file.metadata[key] = text; };
}

// Compresses `pieces` times `piece`.
void write_packed(const std::string& name, const std::string& piece, std::size_t times) {
  OutputFile file(site().file(name));
  for (std::size_t i = 0; i < times; ++i) file.stream() << piece;
  file.commit();
}

}  // namespace

TEST_CASE("pipes and devices are no files of ours", "[attacks]") {
  const std::string path = GENERATE(as<std::string>(), "@pipe", "/dev/zero", "/dev/null");
  for (const std::string& line :
       {"inspect " + path, "search --db @db --model " + path + " amber",
        "search --db @db --model @model --memory " + path + " amber", "store --db @db --model " + path,
        "memory --clicks @clicks --queries @learn.tsv --from " + path + " --out @new",
        "rerank --db @db --queries @test.tsv --out @new --model " + path,
        "train --force --data @rows --epochs 1 --from " + path + " --model @new",
        "mine --db @db --model @model --queries @learn.tsv --qrels @learn.qrels --format triplet --out "
        "@new "
        "--texts " +
            path}) {
    CHECK_THAT(answer(line), Contains("it is no regular file") || Contains(".carry"));
  }
}

TEST_CASE("a log that is read twice cannot be a pipe", "[attacks]") {
  CHECK_THAT(answer("train --force --db @db --queries @learn.tsv --clicks @pipe --split time --model @new"),
             Contains("must be a file"));
  CHECK_THAT(answer("train --force --db @db --queries @pipe --clicks @pipe --model @new"),
             Contains("a pipe can be read once"));
}

TEST_CASE("a line that would fill the memory is refused", "[attacks]") {
  write_packed("long.zst", std::string(1 << 20, 'a'), 40);
  CHECK(fs::file_size(site().file("long.zst")) < 20'000);
  const std::string sentence = "long.zst:1: the line has more than 16 MiB";
  CHECK_THAT(answer("check --clicks @long.zst"), Contains(sentence));
  CHECK_THAT(answer("train --data @long.zst --model @new"), Contains(sentence));
  CHECK_THAT(answer("index --db @new.db --field title=S @long.zst"), Contains(sentence));
  CHECK_THAT(answer("rerank --db @db --model @model --queries @long.zst --out @new"), Contains(sentence));
  CHECK_THAT(answer("evaluate --qrels @long.zst @run"), Contains(sentence));
  CHECK_THAT(answer("evaluate --qrels @test.qrels @long.zst"), Contains(sentence));
  CHECK(!fs::exists(site().file("new.db")));
}

TEST_CASE("a feature with a large number takes no memory for those that are not there", "[attacks]") {
  std::string rows;
  for (int i = 0; i < 2000; ++i) rows += std::to_string(i % 2) + " qid:" + std::to_string(i / 20) + " 1:0.5\n";
  site().folder.write("wide", rows + "1 qid:999 100000:1\n");
  CHECK_THAT(answer("train --data @wide --model @new"),
             Contains("wide:2001: 2001 rows of 100000 features, of which only 2001 have a value"));
}

TEST_CASE("JSON that is nested deep fills no stack", "[attacks]") {
  const std::string deep = many("[", 200'000) + many("]", 200'000);
  CHECK_THAT(answer_to_model(with_text("training_record", deep)), Contains("nested too deep"));
  CHECK_THAT(answer_to_model(with_text("training_record", "{\"training\":" + deep + "}")), Contains("nested too deep"));
  CHECK_THAT(answer_to_model(with_text("feature_schema", deep)), Contains("nested too deep"));
  CHECK_THAT(answer_to_model(with_text("serving", deep)), Contains("nested too deep"));
  CHECK_THAT(answer_to_model(with_text("index", deep)), Contains("nested too deep"));
  CHECK_THAT(answer("inspect @forged"), Contains("nested too deep"));
  site().folder.write("deep.rows", "# xapian-irgan features " + deep + "\n1 qid:1 1:1\n");
  CHECK_THAT(answer("train --data @deep.rows --model @new"), Contains("nested too deep"));
  site().folder.write("deep.jsonl", "{\"id\": 1, \"title\": " + deep + "}\n");
  CHECK_THAT(answer("index --db @new.db --field title=S @deep.jsonl"), Contains("deep.jsonl:1: not a JSON object"));
  site().folder.write("deep.log", "{\"query\": \"q\", \"doc_id\": 1, \"more\": " + deep + "}\n");
  CHECK_THAT(answer("train --force --db @db --queries @learn.tsv --clicks @deep.log --model @new"),
             Contains("too few clicks"));
}

TEST_CASE("a document of deep JSON in an index is shown and fills no stack", "[attacks]") {
  const ScratchFolder folder;
  {
    Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_CREATE);
    Xapian::Document document;
    document.set_data(many("[", 200'000) + many("]", 200'000));
    document.add_term("amber");
    db.add_document(document);
  }
  CHECK(run_words({"search", "--db", folder.file("db"), "--stemmer", "none", "amber"}).exit_code == 0);
}

TEST_CASE("a serialised query of operators in each other fills no stack", "[attacks]") {
  Xapian::Query query("amber");
  for (int i = 0; i < 400; ++i) query = Xapian::Query(Xapian::Query::OP_AND_MAYBE, query, Xapian::Query("birch"));
  site().folder.write("queries", "qid\tquery\nq1\t" + encode_base64(query.serialise()) + "\n");
  const CommandResult good = site().run("rerank --db @db --model @model --queries @queries --out @run.of.deep");
  CHECK(good.exit_code == 0);
  // 0x0D: OP_SCALE_WEIGHT with a number, and the query in it.
  const Xapian::Query scaled(Xapian::Query::OP_SCALE_WEIGHT, Xapian::Query("amber"), 0.5);
  const std::string one = scaled.serialise();
  const std::string front = one.substr(0, one.size() - Xapian::Query("amber").serialise().size());
  const std::size_t depth = GENERATE(501, 3'000, 30'000);
  site().folder.write("queries", "qid\tquery\nq1\t" + encode_base64(many(front, depth) + one) + "\n");
  CHECK_THAT(answer("rerank --db @db --model @model --queries @queries --out @new"), Contains("nested too deep"));
}

TEST_CASE("a stub file that names itself is refused", "[attacks]") {
  site().folder.write("self", "auto self\n");
  CHECK_THAT(answer("search --db @self amber"), Contains("its stub file names itself"));
  site().folder.write("a.stub", "auto b.stub\nauto b.stub\n");
  site().folder.write("b.stub", "remote :1\nauto a.stub\nauto a.stub\n");
  CHECK_THAT(answer("inspect --db @a.stub"), Contains("its stub file names itself"));
  CHECK_THAT(answer("store --db @self --model @model"), Contains("its stub file names itself"));
}

TEST_CASE("a model's numbers are bounded", "[attacks]") {
  const auto serving = [](const std::string& depth) {
    return with_text("serving", R"({"depth":)" + depth + R"(,"ranker":"discriminator","temperature":1.0})");
  };
  CHECK_THAT(answer_to_model(serving("4294967296")), Contains("depth 4294967296 is more than any search finds"));
  CHECK_THAT(answer_to_model(serving("9223372036854775807")), Contains("is more than any search finds"));
  CHECK_THAT(answer_to_model(serving("-1")), Contains("-1 stands where a whole number from 0"));
  CHECK_THAT(answer_to_model(serving("1e300")), Contains("1e+300 stands where a whole number from 0"));
  CHECK_THAT(answer_to_model(serving("0")), Contains("depth or temperature is not positive"));
  CHECK_THAT(answer_to_model([](TensorFile& file) {
               for (int i = 0; i < 20'000; ++i)
                 file.tensors.push_back(make_tensor("x" + std::to_string(i), {0}, static_cast<const float*>(nullptr)));
             }),
             Contains("there are too many tensors"));
}

TEST_CASE("text out of files commands no terminal", "[attacks]") {
  const ScratchFolder folder;
  {
    Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_CREATE);
    Xapian::Document document;
    document.set_data("{\"title\": \"amber \\u001b[31m \\u007f \\u009b31m\"}");
    document.add_posting("amber", 1);
    document.add_boolean_term("Q\x1b]0;owned\x07\xC2\x9B");
    db.add_document(document);
  }
  const CommandResult result =
      run_words({"search", "--db", folder.file("db"), "--stemmer", "none", "--prefix", "title=", "amber"});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("?]0;owned??") && Contains("amber ?[31m ? ?31m"));
  for (const std::string letter : {"\x1b", "\x07", "\x7F", "\xC2\x9B"}) {
    CHECK(result.out.find(letter) == std::string::npos);
    CHECK(result.err.find(letter) == std::string::npos);
  }
  site().folder.write("bad", "q\x1b[31m\xC2\x9B 0 d1 x\n");
  const std::string message = answer("evaluate --qrels @bad @run");
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.find("\xC2\x9B") == std::string::npos);
}

}  // namespace irgan::attacks_test
