#include "trainer/collection/vector_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace irgan {
namespace {

using Eigen::Index;

constexpr int kRounds = 8;
constexpr std::size_t kSampledOfCell = 64;  // documents that centres are learnt from, a cell
constexpr std::size_t kBlock = 1024;        // documents that a thread takes at once

/// Documents' rows and the centres of cells.
class Cells {
 public:
  Cells(VectorParts& parts, ThreadPool& threads) : parts_(parts), threads_(threads) {}

  // Centres begin as rows at equal distances.
  void make_centres() {
    const std::size_t num_documents = parts_.docids.size();
    const auto num_cells = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(num_documents))));
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
    std::vector<VectorQuery> centres;
    for (std::size_t cell = 0; cell < parts_.cell_scales.size(); ++cell) {
      const auto begin = parts_.cell_numbers.begin() + static_cast<std::ptrdiff_t>(cell) * dimensions();
      centres.push_back({std::vector<std::int16_t>(begin, begin + dimensions()), parts_.cell_scales[cell]});
    }
    std::vector<std::uint32_t> cell_of(rows.size());
    threads_.for_each((rows.size() + kBlock - 1) / kBlock, [&](std::size_t block, unsigned) {
      for (std::size_t i = block * kBlock; i < std::min(rows.size(), (block + 1) * kBlock); ++i) {
        float best = -std::numeric_limits<float>::infinity();
        for (std::size_t cell = 0; cell < centres.size(); ++cell) {
          const float score = vector_score(centres[cell], numbers(rows[i]), 1.0F);
          if (!(score > best)) continue;
          best = score;
          cell_of[i] = static_cast<std::uint32_t>(cell);
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
