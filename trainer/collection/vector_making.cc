#include "irgan/vector_making.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "plugin/src/features/unique_ids.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/vectors/vector_parts.h"
#include "trainer/collection/leading_vectors.h"
#include "trainer/collection/vector_cells.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {
namespace {

using Eigen::Index;

constexpr std::size_t kDocumentsOfBlock = 8192;  // of a thread: some 8 MB

/// A term's place in a document.
struct Posting {
  std::uint32_t document;  // its number
  std::uint32_t wdf;
};

struct IndexedTerm {
  std::string name;
  double idf = 0.0;
  std::vector<Posting> postings;
};

void check(const VectorOptions& options) {
  if (options.dimensions < 2 || options.dimensions > 1024) {
    throw ConfigError("dimensions", std::to_string(options.dimensions) + ": must be from 2 to 1024");
  }
  if (options.min_documents < 1) throw ConfigError("min_documents", "0: must be from 1");
  if (!(options.max_document_share > 0.0 && options.max_document_share <= 1.0)) {
    throw ConfigError("max_document_share",
                      std::to_string(options.max_document_share) + ": must be above 0 and at most 1");
  }
}

bool has_terms(const Xapian::Database& db, const std::string& prefix) {
  for (auto term = db.allterms_begin(prefix); term != db.allterms_end(prefix); ++term) {
    if (!bare_term(*term, prefix).empty()) return true;
  }
  return false;
}

// Where the terms of all text stand; else those of each field.
std::vector<std::string> term_prefixes(const Xapian::Database& db, const IndexLayout& layout) {
  const std::string stems = layout.stemmer.empty() || layout.stemmer == "none" ? "" : "Z";
  if (has_terms(db, stems)) return {stems};
  std::vector<std::string> prefixes;
  for (const TextField& field : layout.fields) {
    const std::string prefix = stems + field.prefix;
    if (!field.prefix.empty() && has_terms(db, prefix)) prefixes.push_back(prefix);
  }
  if (prefixes.empty())
    throw Error("the index has no words of the stemmer '" + layout.stemmer + "' that could have vectors");
  return prefixes;
}

std::vector<Xapian::docid> docids_of(const Xapian::Database& db) {
  std::vector<Xapian::docid> docids;
  docids.reserve(db.get_doccount());
  for (auto post = db.postlist_begin(""); post != db.postlist_end(""); ++post) docids.push_back(*post);
  return docids;
}

// Each document's unique-id term; nothing where the index has no slot for them.
std::vector<std::string> id_terms_of(const Xapian::Database& db, const std::vector<Xapian::docid>& docids) {
  const Xapian::valueno slot = id_slot_of(db);
  if (slot == Xapian::BAD_VALUENO) return {};
  std::vector<std::string> terms(docids.size());
  std::size_t document = 0;
  for (auto value = db.valuestream_begin(slot); value != db.valuestream_end(slot); ++value) {
    while (document < docids.size() && docids[document] < value.get_docid()) ++document;
    if (document < docids.size() && docids[document] == value.get_docid()) terms[document] = *value;
  }
  return terms;
}

/// The terms of an index that have vectors, by name, with where they stand.
class IndexedTerms {
 public:
  IndexedTerms(const Xapian::Database& db, const std::vector<std::string>& prefixes,
               const std::vector<Xapian::docid>& docids)
      : db_(db), docids_(docids) {
    for (const std::string& prefix : prefixes) read(prefix);
    std::sort(terms.begin(), terms.end(), [](const IndexedTerm& a, const IndexedTerm& b) { return a.name < b.name; });
    merge_fields();
  }

  std::vector<IndexedTerm> terms;

 private:
  void read(const std::string& prefix) {
    for (auto term = db_.allterms_begin(prefix); term != db_.allterms_end(prefix); ++term) {
      const std::string name = *term;
      const std::string_view bare = bare_term(name, prefix);
      if (bare.empty()) continue;
      IndexedTerm own;
      own.name = bare;
      own.postings.reserve(term.get_termfreq());
      std::size_t document = 0;
      for (auto post = db_.postlist_begin(name); post != db_.postlist_end(name); ++post) {
        document = number_of(*post, document);
        own.postings.push_back({static_cast<std::uint32_t>(document), post.get_wdf()});
      }
      terms.push_back(std::move(own));
    }
  }

  // The number of the document `docid`, which is not before `from`.
  std::size_t number_of(Xapian::docid docid, std::size_t from) const {
    const auto begin = docids_.begin() + static_cast<std::ptrdiff_t>(from);
    const std::size_t most =
        std::min<std::size_t>(docid - *begin, docids_.size() - 1 - from);  // where no docid is free
    const auto last = begin + static_cast<std::ptrdiff_t>(most);
    return static_cast<std::size_t>((*last == docid ? last : std::lower_bound(begin, last, docid)) - docids_.begin());
  }

  // A word of several fields is one term, its frequencies added.
  void merge_fields() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (kept > 0 && terms[kept - 1].name == terms[i].name) {
        std::vector<Posting>& all = terms[kept - 1].postings;
        all.insert(all.end(), terms[i].postings.begin(), terms[i].postings.end());
      } else {
        if (kept != i) terms[kept] = std::move(terms[i]);
        ++kept;
      }
    }
    terms.resize(kept);
    for (IndexedTerm& term : terms) add_up(term.postings);
  }

  static void add_up(std::vector<Posting>& postings) {
    std::sort(postings.begin(), postings.end(),
              [](const Posting& a, const Posting& b) { return a.document < b.document; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < postings.size(); ++i) {
      if (kept > 0 && postings[kept - 1].document == postings[i].document) {
        postings[kept - 1].wdf += postings[i].wdf;
      } else {
        postings[kept++] = postings[i];
      }
    }
    postings.resize(kept);
  }

  const Xapian::Database& db_;
  const std::vector<Xapian::docid>& docids_;
};

// Leaves terms that are in enough documents, and not in too many.
void keep_telling(std::vector<IndexedTerm>& terms, std::size_t num_documents, const VectorOptions& options) {
  const double most = options.max_document_share * static_cast<double>(num_documents);
  terms.erase(std::remove_if(terms.begin(), terms.end(),
                             [&](const IndexedTerm& term) {
                               return term.postings.size() < options.min_documents ||
                                      static_cast<double>(term.postings.size()) > most;
                             }),
              terms.end());
  if (terms.empty()) {
    throw Error("no term is in at least " + std::to_string(options.min_documents) + " and at most " +
                std::to_string(static_cast<std::size_t>(most)) + " documents: there is nothing to make vectors of");
  }
  for (IndexedTerm& term : terms) {
    term.idf = std::log(static_cast<double>(num_documents) / static_cast<double>(term.postings.size()));
  }
}

// Documents x terms, each row of length 1.
SparseRows weighted_rows(const std::vector<IndexedTerm>& terms, std::size_t num_documents) {
  SparseRows rows(static_cast<Index>(num_documents), static_cast<Index>(terms.size()));
  Eigen::VectorXi sizes = Eigen::VectorXi::Zero(rows.rows());
  for (const IndexedTerm& term : terms) {
    for (const Posting& posting : term.postings) ++sizes[posting.document];
  }
  rows.reserve(sizes);
  for (std::size_t t = 0; t < terms.size(); ++t) {
    for (const Posting& posting : terms[t].postings) {
      rows.insert(posting.document, static_cast<Index>(t)) =
          static_cast<float>(std::log1p(static_cast<double>(posting.wdf)) * terms[t].idf);
    }
  }
  rows.makeCompressed();
  for (Index i = 0; i < rows.rows(); ++i) {
    float squares = 0.0F;
    for (SparseRows::InnerIterator entry(rows, i); entry; ++entry) squares += entry.value() * entry.value();
    if (!(squares > 0.0F)) continue;
    for (SparseRows::InnerIterator entry(rows, i); entry; ++entry) entry.valueRef() /= std::sqrt(squares);
  }
  return rows;
}

void set_term_vectors(const std::vector<IndexedTerm>& terms, const FeatureMatrix& vectors, VectorParts& parts) {
  parts.dimensions = vectors.cols();
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const Eigen::VectorXf vector = static_cast<float>(terms[t].idf) * vectors.row(static_cast<Index>(t)).transpose();
    const ByteRow row = byte_row(vector);
    parts.terms.push_back(terms[t].name);
    parts.term_numbers.insert(parts.term_numbers.end(), row.numbers.begin(), row.numbers.end());
    parts.term_scales.push_back(row.scale * vector.norm());
  }
}

void copy_term_vectors(const CollectionVectors& from, VectorParts& parts) {
  parts.dimensions = from.dimensions();
  for (std::size_t t = 0; t < from.num_terms(); ++t) {
    const auto [numbers, scale] = from.term_row(t);
    parts.terms.emplace_back(from.term(t));
    parts.term_numbers.insert(parts.term_numbers.end(), numbers, numbers + parts.dimensions);
    parts.term_scales.push_back(scale);
  }
}

// The terms of `parts` as they stand in the index, by number; nothing for those that the index has no longer.
std::vector<const IndexedTerm*> indexed(const std::vector<IndexedTerm>& terms, const VectorParts& parts) {
  std::vector<const IndexedTerm*> found(parts.terms.size(), nullptr);
  std::size_t known = 0;
  for (const IndexedTerm& term : terms) {
    while (known < parts.terms.size() && parts.terms[known] < term.name) ++known;
    if (known < parts.terms.size() && parts.terms[known] == term.name) found[known] = &term;
  }
  return found;
}

// Each document's terms in the order of their names, as CollectionVectors::row_of_terms adds them.
void set_document_vectors(const std::vector<IndexedTerm>& all_terms, ThreadPool& threads, VectorParts& parts) {
  const std::vector<const IndexedTerm*> terms = indexed(all_terms, parts);
  const auto dimensions = static_cast<std::size_t>(parts.dimensions);
  const std::size_t num_documents = parts.docids.size();
  parts.document_numbers.resize(num_documents * dimensions);
  parts.document_scales.resize(num_documents);
  threads.for_each((num_documents + kDocumentsOfBlock - 1) / kDocumentsOfBlock, [&](std::size_t block, unsigned) {
    const std::size_t begin = block * kDocumentsOfBlock;
    const std::size_t end = std::min(num_documents, begin + kDocumentsOfBlock);
    std::vector<DocumentVector> vectors(end - begin, DocumentVector(parts.dimensions));
    for (std::size_t t = 0; t < terms.size(); ++t) {
      if (terms[t] == nullptr) continue;
      const std::vector<Posting>& postings = terms[t]->postings;
      auto posting = std::lower_bound(postings.begin(), postings.end(), begin,
                                      [](const Posting& a, std::size_t document) { return a.document < document; });
      for (; posting != postings.end() && posting->document < end; ++posting) {
        vectors[posting->document - begin].add(parts.term_numbers.data() + t * dimensions, parts.term_scales[t],
                                               posting->wdf);
      }
    }
    for (std::size_t document = begin; document < end; ++document) {
      const ByteRow row = vectors[document - begin].row();
      std::copy(row.numbers.begin(), row.numbers.end(), parts.document_numbers.data() + document * dimensions);
      parts.document_scales[document] = row.scale;
    }
  });
}

}  // namespace

std::string make_vectors(const Site& site, const VectorOptions& options) {
  check(options);
  const auto progress = [&](double share) {
    if (options.on_progress) options.on_progress(share);
  };
  const Xapian::Database db = site.open();
  VectorParts parts;
  parts.facts.index_uuid = db.get_uuid();
  parts.facts.stemmer = site.layout.stemmer;
  parts.facts.term_prefixes = term_prefixes(db, site.layout);
  if (options.from && options.from->facts().term_prefixes != parts.facts.term_prefixes) {
    throw ConfigError("from", "its vectors are of other terms than this index has: make new ones");
  }
  parts.docids = docids_of(db);
  parts.id_terms = id_terms_of(db, parts.docids);
  std::vector<IndexedTerm> terms = IndexedTerms(db, parts.facts.term_prefixes, parts.docids).terms;
  progress(0.2);
  ThreadPool threads(options.num_threads > 0 ? options.num_threads : default_num_threads());
  if (options.from) {
    copy_term_vectors(*options.from, parts);
  } else {
    keep_telling(terms, parts.docids.size(), options);
    const SparseRows rows = weighted_rows(terms, parts.docids.size());
    const SparseRows columns = rows.transpose();
    set_term_vectors(terms, leading_right_vectors(rows, columns, options.dimensions, options.seed, threads), parts);
  }
  progress(0.9);
  set_document_vectors(terms, threads, parts);
  make_cells(options.from.get(), threads, parts);
  progress(1.0);
  return encode_vectors(parts);
}

}  // namespace irgan
