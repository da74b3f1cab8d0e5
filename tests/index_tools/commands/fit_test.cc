/// Indexes that changed since a model was trained: live searches and all commands agree on whether it still fits.

#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

#include "irgan/index_fit.h"
#include "irgan/irgan.h"
#include "irgan/model.h"
#include "irgan/reranker.h"
#include "tests/index_tools/made_site.h"

namespace irgan::fit_test {

using Catch::Contains;

namespace {

using Edit = std::function<void(Xapian::Document& document, Xapian::docid docid)>;

constexpr Xapian::valueno kPopularity = 0, kTitleLength = 1000, kBodyLength = 1001, kTitleText = 2000;

// Each change has a revision of its own: copies of one index with the same one cannot be told apart.
void edit_all(const std::string& path, const Edit& edit) {
  static int num_edits = 0;
  Xapian::WritableDatabase db(path);
  ++num_edits;
  for (int i = 0; i < num_edits; ++i) {
    db.set_metadata("edit", std::to_string(i));
    db.commit();
  }
  for (Xapian::docid docid = 1; docid <= db.get_lastdocid(); ++docid) {
    Xapian::Document document = db.get_document(docid);
    edit(document, docid);
    db.replace_document(docid, document);
  }
}

// Gives each term of a document that `renamed` maps to another name that name; an empty one removes it.
void rename_terms(Xapian::Document& document, const std::function<std::string(const std::string&)>& renamed) {
  std::vector<std::pair<std::string, Xapian::termcount>> terms;
  for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term)
    terms.emplace_back(*term, term.get_wdf());
  for (const auto& [term, wdf] : terms) {
    const std::string name = renamed(term);
    if (name == term) continue;
    document.remove_term(term);
    if (!name.empty()) document.add_term(name, wdf);
  }
}

bool begins_with(const std::string& term, const std::string& prefix) { return term.rfind(prefix, 0) == 0; }

struct Change {
  const char* name;
  bool fits;
  const char* drift;  // what inspect says of it
  Edit edit;
};

std::vector<Change> changes() {
  const auto without = [](Xapian::valueno slot, Xapian::docid modulus, Xapian::docid most) {
    return [=](Xapian::Document& document, Xapian::docid docid) {
      if (docid % modulus < most) document.remove_value(slot);
    };
  };
  return {
      {"nothing", true, "drift      none", [](Xapian::Document&, Xapian::docid) {}},
      {"a third replaced without annotating", true,
       "33 % of the documents lack the length of field 'title' (value slot 1000): run 'annotate --field-lengths'",
       [](Xapian::Document& document, Xapian::docid docid) {
         if (docid % 3 != 0) return;
         document.remove_value(kTitleLength);
         document.remove_value(kBodyLength);
       }},
      {"all lengths dropped", true, "no document has the length of field 'title'",
       [](Xapian::Document& document, Xapian::docid) {
         document.remove_value(kTitleLength);
         document.remove_value(kBodyLength);
       }},
      {"a third without the value", true, "33 % of the documents lack the value 'popularity' (value slot 0)",
       without(kPopularity, 3, 1)},
      {"two thirds without the value", false, "67 % of the documents lack the value 'popularity'",
       without(kPopularity, 3, 2)},
      {"none with the value", false, "no document has the value 'popularity'", without(kPopularity, 1, 1)},
      {"texts dropped", false, "no document has the text of field 'title' (value slot 2000)",
       without(kTitleText, 1, 1)},
      {"another stemmer", false, "the index has another stemmer",
       [](Xapian::Document& document, Xapian::docid) {
         rename_terms(document, [](const std::string& term) {
           return begins_with(term, "Z") ? term.substr(0, term.size() - 1) : term;
         });
       }},
      {"no stems", false, "the index has another stemmer",
       [](Xapian::Document& document, Xapian::docid) {
         rename_terms(document, [](const std::string& term) { return begins_with(term, "Z") ? "" : term; });
       }},
      {"another prefix", false, "no document has words of field 'title' (prefix 'S')",
       [](Xapian::Document& document, Xapian::docid) {
         rename_terms(document, [](const std::string& term) {
           if (begins_with(term, "S")) return "XT" + term.substr(1);
           return begins_with(term, "ZS") ? "ZXT" + term.substr(2) : term;
         });
       }},
      {"most titles gone", false, "of the documents lack words of field 'title'",
       [](Xapian::Document& document, Xapian::docid docid) {
         if (docid % 5 == 0) return;
         rename_terms(document, [](const std::string& term) {
           return begins_with(term, "S") || begins_with(term, "ZS") ? "" : term;
         });
       }},
      {"longer documents", true, "terms a document: ",
       [](Xapian::Document& document, Xapian::docid docid) {
         for (int i = 0; i < 40; ++i) document.add_term("filler" + std::to_string(docid % 7), 3);
       }},
  };
}

/// The made site with a trained model, made once and copied for each change.
const MadeSite& trained_site() {
  static const MadeSite made;
  static const bool done = [] {
    made.index();
    const CommandResult result = made.run(
        "train --force --db @db --queries @learn.tsv --qrels @learn.qrels --epochs 2 --valid-share .3 --model @model");
    if (result.exit_code != 0) throw std::runtime_error(result.err);
    return true;
  }();
  (void)done;
  return made;
}

bool is_reranked_live(const std::string& path, const std::shared_ptr<const Model>& model) {
  const Xapian::Database db(path);
  Xapian::Enquire enquire(db);
  enquire.set_query(Xapian::Query("amber"));
  const RerankedPage page = Reranker(db, fixed_model(model)).search(enquire, {0, 10});
  if (page.model_version.empty()) {
    const Xapian::MSet plain = enquire.get_mset(0, 10);
    CHECK(std::vector<Xapian::docid>(page.mset.begin(), page.mset.end()) ==
          std::vector<Xapian::docid>(plain.begin(), plain.end()));
  }
  return !page.model_version.empty();
}

bool opens_in_c(const std::string& path, const std::string& model) {
  irgan_ranker* ranker = nullptr;
  const irgan_status status = irgan_open(path.c_str(), model.c_str(), &ranker);
  irgan_close(ranker);
  if (status != IRGAN_OK) CHECK(status == IRGAN_BAD_MODEL);
  return status == IRGAN_OK;
}

}  // namespace

TEST_CASE("live searches and commands agree on whether a model fits an index that changed", "[index_tools][fit]") {
  const MadeSite& site = trained_site();
  const auto model = Model::from_file(site.file("model"));
  REQUIRE(model->index_facts().shares);
  const std::string folder = site.folder.path().string() + '/';
  for (const Change& change : changes()) {
    INFO(change.name);
    const std::string path = folder + "changed";
    std::filesystem::remove_all(path);
    std::filesystem::copy(folder + "db", path, std::filesystem::copy_options::recursive);
    edit_all(path, change.edit);

    CHECK(index_fit(Xapian::Database(path), *model)->fits() == change.fits);
    CHECK(is_reranked_live(path, model) == change.fits);
    CHECK(opens_in_c(path, site.file("model")) == change.fits);
    const CommandResult inspected = site.run("inspect @model --db @changed");
    CHECK_THAT(inspected.out, Contains(change.drift));
    CHECK((inspected.out.find("fit        no: ") == std::string::npos) == change.fits);
    const int code = change.fits ? 0 : 1;
    for (const char* line : {"rerank --db @changed --model @model --queries @test.tsv --out @changed.run",
                             "search --db @changed --model @model amber",
                             "mine --db @changed --model @model --queries @learn.tsv --qrels @learn.qrels --format ids "
                             "--restart --out @negatives.tsv",
                             "store --db @changed --model @model"}) {
      const CommandResult result = site.run(line);
      INFO(line << '\n' << result.err);
      CHECK(result.exit_code == code);
      if (!change.fits) CHECK_THAT(result.err, Contains("the model does not fit the index: "));
    }
  }
}

TEST_CASE("documents replaced without annotating lose nothing", "[index_tools][fit]") {
  const MadeSite& site = trained_site();
  const std::string folder = site.folder.path().string() + '/';
  REQUIRE(site.run("rerank --db @db --model @model --queries @test.tsv --out @whole.run").exit_code == 0);
  for (const Xapian::docid modulus : {3, 1}) {
    const std::string path = folder + "changed";
    std::filesystem::remove_all(path);
    std::filesystem::copy(folder + "db", path, std::filesystem::copy_options::recursive);
    edit_all(path, [modulus](Xapian::Document& document, Xapian::docid docid) {
      if (docid % modulus != 0) return;
      document.remove_value(kTitleLength);
      document.remove_value(kBodyLength);
    });
    const CommandResult result = site.run("rerank --db @changed --model @model --queries @test.tsv --out @changed.run");
    REQUIRE(result.exit_code == 0);
    CHECK_THAT(result.err, Contains("run 'annotate --field-lengths'"));
    CHECK((site.folder.read("changed.run") == site.folder.read("whole.run")));
  }
}

TEST_CASE("a field or a value that is empty in all documents is not trained on", "[index_tools][fit]") {
  const MadeSite& site = trained_site();
  const std::string folder = site.folder.path().string() + '/';
  const std::string path = folder + "empty";
  std::filesystem::remove_all(path);
  std::filesystem::copy(folder + "db", path, std::filesystem::copy_options::recursive);
  edit_all(path, [](Xapian::Document& document, Xapian::docid) {
    document.remove_value(kPopularity);
    rename_terms(document,
                 [](const std::string& term) { return begins_with(term, "S") || begins_with(term, "ZS") ? "" : term; });
  });
  const std::string train = "train --force --db @empty --queries @learn.tsv --qrels @learn.qrels --epochs 1 ";
  const CommandResult trained = site.run(train + "--model @empty.model");
  INFO(trained.err);
  REQUIRE(trained.exit_code != 2);
  CHECK_THAT(trained.err, Contains("no document has the value 'popularity' (value slot 0): it is not trained on") &&
                              Contains("no document has words of field 'title' (prefix 'S'): it is not trained on"));
  const std::string written = std::filesystem::exists(folder + "empty.model") ? "empty.model" : "empty.model.refused";
  CHECK(Model::from_file(folder + written)->schema().values.empty());
  CHECK(site.run("rerank --db @empty --model @" + written + " --queries @test.tsv --out @empty.run").exit_code == 0);

  const CommandResult named = site.run(train + "--features value.popularity --model @named.model");
  CHECK(named.exit_code == 2);
  CHECK_THAT(named.err, Contains("--features value.popularity: no document has the value 'popularity'"));
  const CommandResult from = site.run(train + "--from @model --model @from.model");
  CHECK(from.exit_code == 1);
  CHECK_THAT(from.err, Contains("the model does not fit the index: "));
}

}  // namespace irgan::fit_test
