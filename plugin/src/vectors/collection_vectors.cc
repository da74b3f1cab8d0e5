#include "irgan/collection_vectors.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "plugin/src/features/bounded_json.h"
#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/tensor_arrays.h"
#include "plugin/src/process/prefetch.h"
#include "plugin/src/vectors/vector_parts.h"

namespace irgan {
namespace {

using Eigen::Index;
using nlohmann::json;

constexpr Index kMostDimensions = 4096;

void check_scales(const Array<float>& scales, const std::string& origin) {
  for (std::size_t i = 0; i < scales.size; ++i) {
    if (!(scales.first[i] >= 0.0F && scales.first[i] < 1e6F))
      throw FormatError(origin + ": a vector's scale is not a number from 0 up");
  }
}

// Of texts that lie one behind the other, each of which ends where `ends` says.
void check_ends(const Array<std::uint32_t>& ends, std::size_t size, const std::string& misfit) {
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < ends.size; ++i) {
    if (ends.first[i] < before || ends.first[i] > size) throw FormatError(misfit);
    before = ends.first[i];
  }
}

std::string_view part(std::string_view all, const Array<std::uint32_t>& ends, std::size_t i) {
  const std::uint32_t begin = i > 0 ? ends.first[i - 1] : 0;
  return all.substr(begin, ends.first[i] - begin);
}

VectorFacts facts_of(const TensorReader& file) {
  const std::string& origin = file.origin;
  const std::string& version = file.text("format_version");
  const bool is_known =
      version == kVectorFormatVersion || version == kVectorFormatByDocid || version == kVectorFormatWithoutCells;
  if (file.text("format") != kVectorFormat || !is_known) {
    throw FormatError(origin + ": format '" + file.text("format") + "' version " + version +
                      ", but this build reads '" + kVectorFormat + "' versions " + kVectorFormatWithoutCells + " to " +
                      kVectorFormatVersion);
  }
  try {
    const json index = parse_json(file.text("index"), origin);
    return {index.at("uuid").get<std::string>(), index.at("stemmer").get<std::string>(),
            index.at("term_prefixes").get<std::vector<std::string>>(), file.text("basis")};
  } catch (const json::exception& error) {
    throw FormatError(origin + ": the metadata are not what they should be: " + error.what());
  }
}

// The higher score first, of equals the lower docid.
bool is_before(const ScoredDocument& a, const ScoredDocument& b) {
  return a.score != b.score ? a.score > b.score : a.docid < b.docid;
}

// A document's numbers are asked for so many documents before they are multiplied: the processor's own guess ends with
// each page of 4 KiB, 16 documents of 256 dimensions.
constexpr std::uint32_t kRowsAhead = 24;

inline float score_of(const VectorQuery& query, const std::int8_t* numbers, float scale) {
  const std::int16_t* const wanted = query.numbers.data();
  const std::size_t dimensions = query.numbers.size();
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < dimensions; ++i) {
    sum += static_cast<std::int32_t>(wanted[i]) * static_cast<std::int16_t>(numbers[i]);
  }
  return query.scale * (scale * static_cast<float>(sum));
}

/// The best of the documents that are offered.
class Best {
 public:
  explicit Best(std::size_t count) : count_(count) {}

  /// Whether a document of this score may be among the best.
  bool may_take(float score) const { return heap_.size() < count_ || score >= heap_.front().score; }

  void offer(const ScoredDocument& one) {
    if (heap_.size() == count_) {
      if (!is_before(one, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), is_before);
      heap_.back() = one;
    } else {
      heap_.push_back(one);
    }
    std::push_heap(heap_.begin(), heap_.end(), is_before);
  }

  std::vector<ScoredDocument> finish() {
    std::sort_heap(heap_.begin(), heap_.end(), is_before);
    return std::move(heap_);
  }

 private:
  const std::size_t count_;
  std::vector<ScoredDocument> heap_;  // its front is the worst: few documents are better than it
};

}  // namespace

struct CollectionVectors::State {
  FileBytes bytes;
  VectorFacts facts;
  std::string version;
  Index dimensions = 0;
  Array<std::uint32_t> ends;
  std::string_view letters;
  Array<std::int8_t> term_numbers;
  Array<float> term_scales;
  Array<std::uint32_t> docids;
  Array<std::int8_t> document_numbers;
  Array<float> document_scales;
  Array<std::int8_t> cell_numbers;
  Array<float> cell_scales;
  Array<std::uint32_t> cell_ends;
  Array<std::uint32_t> cell_rows;
  std::vector<std::uint32_t> places;  // where each document lies, by its number; empty: by its number
  Array<std::uint32_t> id_ends;
  std::string_view ids;

  State(FileBytes all, const std::string& origin) : bytes(std::move(all)) {
    const TensorViews views = view_tensors(bytes.view(), origin);
    const TensorReader file{views, origin};
    facts = facts_of(file);
    version = hex_digest(bytes.view());
    const TensorView& documents = file.tensor("documents.numbers");
    const TensorView& terms = file.tensor("terms.numbers");
    if (documents.shape.size() != 2 || terms.shape.size() != 2 || documents.shape[1] < 1 ||
        documents.shape[1] > kMostDimensions) {
      throw FormatError(origin + ": vectors must have from 1 to " + std::to_string(kMostDimensions) + " dimensions");
    }
    dimensions = documents.shape[1];
    document_numbers = file.array<std::int8_t>(documents.name, documents.shape);
    term_numbers = file.array<std::int8_t>(terms.name, {terms.shape[0], dimensions});
    docids = file.array<std::uint32_t>("documents.docids", {documents.shape[0]});
    document_scales = file.array<float>("documents.scales", {documents.shape[0]});
    ends = file.array<std::uint32_t>("terms.ends", {terms.shape[0]});
    term_scales = file.array<float>("terms.scales", {terms.shape[0]});
    letters = file.tensor("terms.letters").bytes;
    if (file.has("cells.numbers")) read_cells(file, documents.shape[0]);
    if (file.has("documents.id_ends")) {
      id_ends = file.array<std::uint32_t>("documents.id_ends", {documents.shape[0]});
      ids = file.tensor("documents.ids").bytes;
      check_ends(id_ends, ids.size(), origin + ": the ids do not fit");
    }
    check(origin);
  }

  void read_cells(const TensorReader& file, std::int64_t num_documents) {
    const TensorView& centres = file.tensor("cells.numbers");
    if (centres.shape.size() != 2) file.refuse("tensor 'cells.numbers' does not fit its neighbours");
    cell_numbers = file.array<std::int8_t>(centres.name, {centres.shape[0], dimensions});
    cell_scales = file.array<float>("cells.scales", {centres.shape[0]});
    cell_ends = file.array<std::uint32_t>("cells.ends", {centres.shape[0]});
    cell_rows = file.array<std::uint32_t>("cells.rows", {num_documents});
    check_scales(cell_scales, file.origin);
    const std::string misfit = file.origin + ": the cells do not fit the documents";
    std::uint32_t before = 0;
    for (std::size_t cell = 0; cell < cell_ends.size; ++cell) {
      if (cell_ends.first[cell] < before) throw FormatError(misfit);
      before = cell_ends.first[cell];
    }
    if (before != cell_rows.size) throw FormatError(misfit);
    std::vector<bool> is_in_cell(cell_rows.size, false);
    for (std::size_t i = 0; i < cell_rows.size; ++i) {
      const std::uint32_t row = cell_rows.first[i];
      if (row >= cell_rows.size || is_in_cell[row]) throw FormatError(misfit);
      is_in_cell[row] = true;
    }
    if (file.text("format_version") == kVectorFormatByDocid) return;
    places.resize(cell_rows.size);
    for (std::size_t place = 0; place < cell_rows.size; ++place)
      places[cell_rows.first[place]] = static_cast<std::uint32_t>(place);
  }

  void check(const std::string& origin) const {
    std::uint32_t before = 0;
    for (std::size_t i = 0; i < docids.size; ++i) {
      if (docids.first[i] <= before) throw FormatError(origin + ": the docids do not rise");
      before = docids.first[i];
    }
    check_ends(ends, letters.size(), origin + ": the terms do not fit");
    for (std::size_t i = 1; i < ends.size; ++i) {
      if (!(term(i - 1) < term(i))) throw FormatError(origin + ": the terms do not rise");
    }
    check_scales(document_scales, origin);
    check_scales(term_scales, origin);
  }

  std::string_view term(std::size_t i) const { return part(letters, ends, i); }

  // The number of terms if there is none.
  std::size_t find_term(std::string_view wanted) const {
    std::size_t low = 0;
    std::size_t high = ends.size;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (term(middle) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < ends.size && term(low) == wanted ? low : ends.size;
  }

  const std::int8_t* numbers_of_term(std::size_t i) const {
    return term_numbers.first + i * static_cast<std::size_t>(dimensions);
  }

  const std::int8_t* numbers_of_cell(std::size_t cell) const {
    return cell_numbers.first + cell * static_cast<std::size_t>(dimensions);
  }

  std::size_t place_of(std::size_t number) const { return places.empty() ? number : places[number]; }

  const std::int8_t* numbers_at(std::size_t place) const {
    return document_numbers.first + place * static_cast<std::size_t>(dimensions);
  }

  void offer(const VectorQuery& query, std::size_t number, std::size_t place, Best& best) const {
    const float score = score_of(query, numbers_at(place), document_scales.first[place]);
    if (best.may_take(score)) best.offer({docids.first[number], score});
  }

  // The best centre first.
  std::vector<std::uint32_t> cells_by_score(const VectorQuery& query) const {
    std::vector<float> scores(cell_scales.size);
    std::vector<std::uint32_t> cells(cell_scales.size);
    std::iota(cells.begin(), cells.end(), 0U);
    for (const std::uint32_t cell : cells)
      scores[cell] = score_of(query, numbers_of_cell(cell), cell_scales.first[cell]);
    std::stable_sort(cells.begin(), cells.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    return cells;
  }
};

CollectionVectors::CollectionVectors(std::unique_ptr<const State> state) : state_(std::move(state)) {}
CollectionVectors::~CollectionVectors() = default;

std::shared_ptr<const CollectionVectors> CollectionVectors::from_bytes(std::string_view bytes,
                                                                       const std::string& origin) {
  return std::shared_ptr<const CollectionVectors>(
      new CollectionVectors(std::make_unique<const State>(FileBytes::copy_of(bytes), origin)));
}

std::shared_ptr<const CollectionVectors> CollectionVectors::from_file(const std::string& path) {
  return std::shared_ptr<const CollectionVectors>(
      new CollectionVectors(std::make_unique<const State>(FileBytes::of_file(path), path)));
}

const VectorFacts& CollectionVectors::facts() const { return state_->facts; }
Index CollectionVectors::dimensions() const { return state_->dimensions; }
std::size_t CollectionVectors::num_documents() const { return state_->docids.size; }
std::size_t CollectionVectors::num_terms() const { return state_->ends.size; }
std::string_view CollectionVectors::term(std::size_t number) const { return state_->term(number); }
const std::string& CollectionVectors::version() const { return state_->version; }

std::pair<const std::int8_t*, float> CollectionVectors::term_row(std::size_t number) const {
  return {state_->numbers_of_term(number), state_->term_scales.first[number]};
}

std::size_t CollectionVectors::number_of_term(std::string_view name) const { return state_->find_term(name); }

Eigen::VectorXf CollectionVectors::query_vector(const std::vector<std::string>& words) const {
  Eigen::VectorXf sum = Eigen::VectorXf::Zero(state_->dimensions);
  for (const std::string& word : words) {
    const std::size_t term = state_->find_term(word);
    if (term == num_terms()) continue;
    const std::int8_t* const numbers = state_->numbers_of_term(term);
    for (Index i = 0; i < sum.size(); ++i) sum[i] += state_->term_scales.first[term] * static_cast<float>(numbers[i]);
  }
  const float length = sum.norm();
  if (length > 0.0F) sum /= length;
  return sum;
}

ByteRow CollectionVectors::row_of_terms(const Xapian::Database& db, Xapian::docid docid) const {
  std::map<std::size_t, Xapian::termcount>
      wdf_of_term;  // in the order of their names; of a word in several fields the sum
  for (const std::string& prefix : state_->facts.term_prefixes) {
    auto term = db.termlist_begin(docid);
    const auto end = db.termlist_end(docid);
    for (term.skip_to(prefix); term != end; ++term) {
      const std::string name = *term;
      if (name.compare(0, prefix.size(), prefix) != 0) break;
      const std::string_view bare = bare_term(name, prefix);
      const std::size_t found = bare.empty() ? num_terms() : state_->find_term(bare);
      if (found != num_terms()) wdf_of_term[found] += term.get_wdf();
    }
  }
  DocumentVector vector(state_->dimensions);
  for (const auto& [term, wdf] : wdf_of_term)
    vector.add(state_->numbers_of_term(term), state_->term_scales.first[term], wdf);
  return vector.row();
}

std::size_t CollectionVectors::number_of(Xapian::docid docid) const {
  const Array<std::uint32_t>& docids = state_->docids;
  if (docids.size == 0 || docid < docids.first[0]) return num_documents();
  // Docids rise, so that a document's number is at most this, and this in an index that has lost none before it.
  const std::size_t most = docid - docids.first[0];
  if (most < docids.size && docids.first[most] == docid) return most;
  const std::uint32_t* const end = docids.first + std::min(docids.size, most);
  const std::uint32_t* const found = std::lower_bound(docids.first, end, docid);
  return found != end && *found == docid ? static_cast<std::size_t>(found - docids.first) : num_documents();
}

std::pair<const std::int8_t*, float> CollectionVectors::row_of(Xapian::docid docid) const {
  const std::size_t number = number_of(docid);
  if (number == num_documents()) return {nullptr, 0.0F};
  return row(number);
}

std::pair<const std::int8_t*, float> CollectionVectors::row(std::size_t number) const {
  const std::size_t place = state_->place_of(number);
  return {state_->numbers_at(place), state_->document_scales.first[place]};
}

Xapian::docid CollectionVectors::docid(std::size_t number) const { return state_->docids.first[number]; }

bool CollectionVectors::has_ids() const { return state_->id_ends.size > 0; }

std::string_view CollectionVectors::id_term(Xapian::docid docid) const {
  const std::size_t number = has_ids() ? number_of(docid) : num_documents();
  return number == num_documents() ? std::string_view() : part(state_->ids, state_->id_ends, number);
}

float vector_score(const VectorQuery& query, const std::int8_t* numbers, float scale) {
  return score_of(query, numbers, scale);
}

std::size_t CollectionVectors::num_cells() const { return state_->cell_scales.size; }

std::pair<const std::int8_t*, float> CollectionVectors::cell_centre(std::size_t cell) const {
  return {state_->numbers_of_cell(cell), state_->cell_scales.first[cell]};
}

std::vector<ScoredDocument> CollectionVectors::best(const VectorQuery& query, std::size_t count) const {
  if (query.numbers.empty() || count == 0) return {};
  assert(query.numbers.size() == static_cast<std::size_t>(state_->dimensions));
  Best best(count);
  if (num_cells() == 0) {
    for (std::size_t number = 0; number < state_->docids.size; ++number) state_->offer(query, number, number, best);
    return best.finish();
  }
  const std::size_t enough = std::max(count, kCellsLookedAt * num_documents() / num_cells());
  std::size_t num_seen = 0;
  for (const std::uint32_t cell : state_->cells_by_score(query)) {
    if (num_seen >= enough) break;
    const std::uint32_t begin = cell > 0 ? state_->cell_ends.first[cell - 1] : 0;
    const std::uint32_t end = state_->cell_ends.first[cell];
    for (std::uint32_t i = begin; i < end; ++i) {
      const std::uint32_t number = state_->cell_rows.first[i];
      if (!state_->places.empty() && i + kRowsAhead < end) {
        prefetch(state_->numbers_at(i + kRowsAhead), query.numbers.size());
      }
      state_->offer(query, number, state_->places.empty() ? number : i, best);
    }
    num_seen += end - begin;
  }
  return best.finish();
}

Towers untrained_towers(const CollectionVectors& vectors) {
  return {FeatureMatrix::Identity(vectors.dimensions(), vectors.dimensions()), 10.0F, vectors.facts().basis};
}

}  // namespace irgan
