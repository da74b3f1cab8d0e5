/// Where mined negatives come from: orders in which the documents of a pool are taken, by score or by chance.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Rows of a pool, in the order in which a source gives them.
using RowOrder = std::vector<std::size_t>;

/// Returns the rows with a value, the highest first; equal ones by row. NaN is none.
IRGAN_API RowOrder by_value(const std::vector<double>& values);

/// Returns `rows` in a random order, all orders alike.
IRGAN_API RowOrder shuffled(RowOrder rows, std::mt19937_64& random);

/// Returns the rows drawn one after the other with probabilities proportional to exp(log_weight), without replacement.
/// NaN and minus infinity are never drawn.
///
/// Source: the Gumbel-max trick; Vieira, "Gumbel-max trick and weighted reservoir sampling", 2014
/// Cost:   O(n log n), one draw a row whatever its weight, so that a row's noise does not depend on other rows' weights
IRGAN_API RowOrder drawn_by_weight(const std::vector<double>& log_weights, std::mt19937_64& random);

/// Returns the rows that have a score, drawn again and again as the highest-scored of `num_draws` uniform draws (with
/// replacement) among those that are left.
///
/// Source: Zhang et al., "Optimizing Top-N Collaborative Filtering via Dynamic Negative Item Sampling", SIGIR 2013
IRGAN_API RowOrder drawn_by_best_of(const std::vector<double>& scores, int num_draws, std::mt19937_64& random);

/// Returns -sharpness (score - positive_score - offset)^2, the log weights of documents that are nearly as good as the
/// positive.
///
/// Source: Zhou et al., "SimANS: Simple Ambiguous Negatives Sampling for Dense Text Retrieval", EMNLP 2022, eq. 4
IRGAN_API std::vector<double> ambiguous_log_weights(const std::vector<double>& scores, double positive_score,
                                                    double sharpness, double offset);

/// Parts `total` by `shares`, whole numbers by the largest remainder, the first of equal ones first.
///
/// Requires: shares >= 0, one above 0
IRGAN_API std::vector<std::size_t> apportioned(std::size_t total, const std::vector<double>& shares);

/// One picked row, and the number of the source that gave it.
struct Pick {
  std::size_t row = 0;
  std::size_t source = 0;
};

/// Takes wanted[i] rows that `accepts` takes from the front of orders[i], each row once; what an order lacks the others
/// give, the first of them first.
///
/// Returns: the first source's rows, then the second's, ..., then what filled up
/// Cost:    `accepts` is asked once a row, and only until there are enough
IRGAN_API std::vector<Pick> mixed(const std::vector<RowOrder>& orders, const std::vector<std::size_t>& wanted,
                                  const std::function<bool(std::size_t row)>& accepts);

}  // namespace irgan
