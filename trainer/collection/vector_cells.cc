#include "trainer/collection/vector_cells.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace irgan {
namespace {

using Eigen::Index;

constexpr double kCellsOfRoot = 2.0;  // cells, times the root of the number of documents
constexpr int kRounds = 8;
constexpr std::size_t kSampledOfCell = 64;  // documents that centres are learnt from, a cell
constexpr std::size_t kBlock = 1024;        // documents that a thread takes at once
constexpr std::size_t kTogether = 4;        // centres that a row is multiplied by at once

// Of `row` and as many centres, `size` numbers each, one behind the other.
std::array<std::int32_t, kTogether> products(const std::int16_t* row, const std::int16_t* centres, std::size_t size) {
  const std::int16_t* const second = centres + size;
  const std::int16_t* const third = second + size;
  const std::int16_t* const fourth = third + size;
  std::int32_t a = 0;
  std::int32_t b = 0;
  std::int32_t c = 0;
  std::int32_t d = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::int32_t number = row[i];
    a += number * centres[i];
    b += number * second[i];
    c += number * third[i];
    d += number * fourth[i];
  }
  return {a, b, c, d};
}

/// Documents' rows and the centres of cells.
class Cells {
 public:
  Cells(VectorParts& parts, ThreadPool& threads) : parts_(parts), threads_(threads) {}

  // Centres begin as rows at equal distances.
  void make_centres() {
    const std::size_t num_documents = parts_.docids.size();
    const auto num_cells =
        static_cast<std::size_t>(std::lround(kCellsOfRoot * std::sqrt(static_cast<double>(num_documents))));
    for (std::size_t cell = 0; cell < num_cells; ++cell) {
      const std::size_t row = cell * num_documents / num_cells;
      parts_.cell_numbers.insert(parts_.cell_numbers.end(), numbers(row), numbers(row) + dimensions());
      parts_.cell_scales.push_back(parts_.document_scales[row]);
    }
    std::vector<std::uint32_t> sample(std::min(num_documents, kSampledOfCell * num_cells));
    for (std::size_t i = 0; i < sample.size(); ++i) {
      sample[i] = static_cast<std::uint32_t>(i * num_documents / sample.size());
    }
    for (int round = 0; round < kRounds; ++round) move_centres(sample, nearest(sample));
  }

  void keep_centres(const CollectionVectors& from) {
    for (std::size_t cell = 0; cell < from.num_cells(); ++cell) {
      const auto [numbers, scale] = from.cell_centre(cell);
      parts_.cell_numbers.insert(parts_.cell_numbers.end(), numbers, numbers + dimensions());
      parts_.cell_scales.push_back(scale);
    }
  }

  void fill() {
    std::vector<std::uint32_t> rows(parts_.docids.size());
    std::iota(rows.begin(), rows.end(), 0U);
    const std::vector<std::uint32_t> cell_of = nearest(rows);
    std::stable_sort(rows.begin(), rows.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return cell_of[a] < cell_of[b]; });
    parts_.cell_ends.assign(parts_.cell_scales.size(), 0);
    for (const std::uint32_t cell : cell_of) ++parts_.cell_ends[cell];
    std::partial_sum(parts_.cell_ends.begin(), parts_.cell_ends.end(), parts_.cell_ends.begin());
    parts_.cell_rows = std::move(rows);
  }

 private:
  std::ptrdiff_t dimensions() const { return parts_.dimensions; }
  const std::int8_t* numbers(std::size_t row) const {
    return parts_.document_numbers.data() + row * static_cast<std::size_t>(parts_.dimensions);
  }

  // The cell of each row, of equals the first.
  std::vector<std::uint32_t> nearest(const std::vector<std::uint32_t>& rows) const {
    const auto size = static_cast<std::size_t>(dimensions());
    const std::size_t num_cells = parts_.cell_scales.size();
    std::vector<std::int16_t> centres(parts_.cell_numbers.begin(), parts_.cell_numbers.end());
    centres.resize((num_cells + kTogether - 1) / kTogether * kTogether * size);
    std::vector<std::uint32_t> cell_of(rows.size());
    threads_.for_each((rows.size() + kBlock - 1) / kBlock, [&](std::size_t block, unsigned) {
      std::vector<std::int16_t> row(size);
      for (std::size_t i = block * kBlock; i < std::min(rows.size(), (block + 1) * kBlock); ++i) {
        std::copy_n(numbers(rows[i]), size, row.begin());
        float best = -std::numeric_limits<float>::infinity();
        for (std::size_t first = 0; first < num_cells; first += kTogether) {
          const auto sums = products(row.data(), centres.data() + first * size, size);
          for (std::size_t cell = first; cell < std::min(num_cells, first + kTogether); ++cell) {
            const float score = parts_.cell_scales[cell] * static_cast<float>(sums[cell - first]);
            if (!(score > best)) continue;
            best = score;
            cell_of[i] = static_cast<std::uint32_t>(cell);
          }
        }
      }
    });
    return cell_of;
  }

  // To the mean of their rows; a centre without rows stays.
  void move_centres(const std::vector<std::uint32_t>& rows, const std::vector<std::uint32_t>& cell_of) {
    FeatureMatrix sums = FeatureMatrix::Zero(static_cast<Index>(parts_.cell_scales.size()), parts_.dimensions);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Eigen::Map<const Eigen::Matrix<std::int8_t, 1, Eigen::Dynamic>> row(numbers(rows[i]), parts_.dimensions);
      sums.row(cell_of[i]) += parts_.document_scales[rows[i]] * row.cast<float>();
    }
    for (Index cell = 0; cell < sums.rows(); ++cell) {
      const ByteRow centre = byte_row(sums.row(cell).transpose());
      if (!(centre.scale > 0.0F)) continue;
      std::copy(centre.numbers.begin(), centre.numbers.end(), parts_.cell_numbers.begin() + cell * dimensions());
      parts_.cell_scales[static_cast<std::size_t>(cell)] = centre.scale;
    }
  }

  VectorParts& parts_;
  ThreadPool& threads_;
};

}  // namespace

void make_cells(const CollectionVectors* from, ThreadPool& threads, VectorParts& parts) {
  if (parts.docids.size() < kFewestForCells) return;
  Cells cells(parts, threads);
  if (from != nullptr && from->num_cells() > 0 && from->dimensions() == parts.dimensions) {
    cells.keep_centres(*from);
  } else {
    cells.make_centres();
  }
  cells.fill();
}

}  // namespace irgan
