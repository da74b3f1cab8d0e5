/// What stands where in an index: fields, prefixes, value slots, stemmer, document ids.
#pragma once

#include <xapian.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/behaviour_options.h"
#include "irgan/feature_schema.h"
#include "irgan/model.h"
#include "irgan/value_cache.h"

namespace irgan {

/// Metadata key under which `index` and `annotate` keep the layout, as JSON.
inline constexpr const char* kLayoutKey = "irgan.layout";

/// Where lengths of fields and what clicks say are kept: slots that no site is likely to use.
inline constexpr Xapian::valueno kFirstLengthSlot = 1000;

/// A number in a value slot.
struct StoredValue {
  std::string name;
  Xapian::valueno slot = Xapian::BAD_VALUENO;
  bool from_clicks = false;  ///< `annotate --clicks` wrote it
};

/// How an index was made. The first field is the title: searches give its words a second chance under its prefix.
struct IndexLayout {
  std::string stemmer = "english";
  std::string id_prefix = "Q";    ///< of unique-id terms; empty: document ids are docids
  std::vector<TextField> fields;  ///< without average lengths
  std::vector<StoredValue> values;
  std::optional<BehaviourOptions> behaviour;  ///< of the field and value from clicks, if there are such
  /// Chinese and Japanese stand as single characters and pairs of them (Xapian's FLAG_CJK_NGRAM), and so must queries.
  bool has_ngrams = false;
};

/// Returns the term prefixes of the text fields, in their order.
IRGAN_API std::vector<std::string> field_prefixes(const IndexLayout& layout);

IRGAN_API std::string layout_to_json(const IndexLayout& layout);
/// Throws: FormatError beginning with `origin`
IRGAN_API IndexLayout layout_from_json(std::string_view json, const std::string& origin);

/// What a user says of an index that does not say it itself; empty members leave what is found.
struct LayoutOverrides {
  std::string stemmer;
  std::string id_prefix;                                        ///< "docid" for docids
  std::vector<std::pair<std::string, std::string>> prefixes;    ///< field name, prefix
  std::vector<std::pair<std::string, Xapian::valueno>> values;  ///< value name, slot
};

/// What a user should know of a layout: what was found by looking, and what documents lack.
struct LayoutRemark {
  std::string text;
  std::string member;  ///< of LayoutOverrides, that says otherwise; may be empty
  std::string value;   ///< for it
};

/// Returns the layout that the index keeps in its metadata; without one, what can be seen in the index (omindex's and
/// scriptindex's ids if they are unique, stems, a title under S, text without a prefix), with the overrides laid over
/// it. Fields that the overrides name stand before those that were merely seen, and behind those of the metadata.
///
/// Throws: FormatError if the index's metadata are damaged
IRGAN_API IndexLayout read_layout(const Xapian::Database& db, const LayoutOverrides& overrides = {});

/// Returns a schema for the index: `features`, or the lean default if it is empty ("all": everything there is).
///
/// Field lengths are averaged over the index; values that are never negative and reach beyond 100 are taken by their
/// logarithm. The field and the value that clicks made are left out unless `with_clicks`.
///
/// Throws: FormatError if a feature cannot be extracted from this index
/// Cost:   one pass over the length slots
IRGAN_API FeatureSchema make_schema(const Xapian::Database& db, const IndexLayout& layout,
                                    const std::vector<std::string>& features = {}, bool with_clicks = false);

/// Returns what a model remembers of the index that it was trained on.
IRGAN_API IndexFacts index_facts(const Xapian::Database& db, const IndexLayout& layout);

/// Translates between docids and the site's own document ids.
///
/// Threads: one a thread, as its Database
class IRGAN_API DocumentIds {
 public:
  /// values: remembers the ids that it gives; may be null
  DocumentIds(Xapian::Database db, std::string id_prefix, std::shared_ptr<ValueCache> values = nullptr);

  /// Returns what stands behind the prefix in the document's unique-id term; of a URL that omindex had to cut, the
  /// whole URL, which the document's data hold. Without a prefix: the docid in digits. A document that has no such term
  /// though there is a prefix is called "docid:" and its docid, which docid_of() knows.
  std::string id_of(Xapian::docid docid) const;
  /// The same of a document of a shard that has the docid `docid_of_all` in the whole.
  std::string id_of(Xapian::docid docid, Xapian::docid docid_of_all) const;
  /// Returns id_of() of each.
  std::vector<std::string> ids_of(const std::vector<Xapian::docid>& docids) const;
  /// Returns 0 if no document has this id.
  Xapian::docid docid_of(const std::string& id) const;

 private:
  Xapian::Database db_;
  std::string id_prefix_;
  std::shared_ptr<ValueCache> values_;
};

}  // namespace irgan
