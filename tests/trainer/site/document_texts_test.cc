/// Texts of documents, out of stored data and out of a file beside the index.

#include "trainer/site/document_texts.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <iterator>

#include "irgan/errors.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::document_texts_test {

namespace {

std::optional<std::string> text_in(const std::string& data, std::vector<std::string> fields = {}) {
  Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  Xapian::Document document;
  document.set_data(data);
  db.add_document(document);
  return DocumentTexts(db, IndexLayout(), std::move(fields), nullptr).text_of(1, "a");
}

std::ptrdiff_t num_open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

}  // namespace

TEST_CASE("stored data that are no JSON object and hold no field are the text as a whole",
          "[index_tools][document_texts]") {
  CHECK(text_in("red shoes") == "red shoes");
  CHECK(text_in("title=red shoes\nsize=40", {"title"}) == "red shoes");
  CHECK(text_in("{\"title\": \"red shoes\"}", {"title"}) == "red shoes");
  CHECK_FALSE(text_in("{\"price\": 40}"));     // JSON is no text
  CHECK_FALSE(text_in("size=40", {"title"}));  // a field was asked for
}

TEST_CASE("omindex' records are title and sample, others what they say in words", "[index_tools][document_texts]") {
  const std::string page =
      "url=/site/p1.html\nsample=The lamp gives light = good.\ncaption=About "
      "lamps\ntype=text/html\nmodtime=1795827453\n"
      "size=120";
  CHECK(text_in(page) == "About lamps The lamp gives light = good.");
  CHECK(text_in(page, {"sample"}) == "The lamp gives light = good.");
  CHECK(text_in("name=Lamp\ndescr=gives light\nurl=/a") == "Lamp gives light");
  CHECK(text_in("red shoes\na=b") == "red shoes\na=b");
  CHECK(text_in("E=mc2") == "E=mc2");
  CHECK(text_in("size=40") == "size=40");
}

TEST_CASE("texts of a file are found behind a byte order mark and either line end", "[index_tools][document_texts]") {
  const ScratchFolder folder;
  folder.write("texts", "\xEF\xBB\xBF{\"id\": \"a\", \"text\": \"red\"}\r\n\n{\"id\": \"b\", \"text\": \"blue\"}\n");
  const TextFile file(folder.file("texts"), {});
  CHECK(file.text_of("a") == "red");
  CHECK(file.text_of("b") == "blue");
  CHECK_FALSE(file.text_of("c"));
}

TEST_CASE("a text file that is refused does not stay open", "[index_tools][document_texts]") {
  const ScratchFolder folder;
  folder.write("texts", "{\"id\": \"a\", \"text\": \"red\"}\n{\"id\": \"a\", \"text\": \"blue\"}\n");
  const auto before = num_open_files();
  CHECK_THROWS_AS(TextFile(folder.file("texts"), {}), FormatError);
  CHECK(num_open_files() == before);
}

}  // namespace irgan::document_texts_test
