/// The nDCG@10 of a model's order on held-out evidence, query by query.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <map>
#include <string>

#include "irgan/model.h"
#include "irgan/training_data.h"

namespace irgan {

/// Returns the nDCG@10 of one informative example by the scores of its whole pool, larger being better; labels are
/// judged as query_ndcg() says.
double example_ndcg(const Example& example, LabelKind kind, const Eigen::VectorXd& offsets,
                    const Eigen::VectorXd& scores_of_pool);

/// The gains of all documents from which a query's ideal order is made, by query id.
using IdealGains = std::map<std::string, Eigen::VectorXd>;

/// Returns the gains of each query's documents in either of two data sets of the same evidence, whose pools may differ:
/// what one model has among its candidates, the other one lacks. Nothing for result pages, which are judged by what was
/// shown, for queries with several examples, and for documents without ids.
IdealGains ideal_gains_of(const TrainingData& a, const TrainingData& b);

/// Returns the mean over each query's informative examples of the nDCG@10 of an order, by query id.
///
/// Impressions are judged over the documents shown, a click counting one over the examination of its rank,
/// exp(offsets[0] - offsets[rank - 1]), at most 20.
///
/// scores:  of the rows of a pool, larger is better
/// ideals:  of queries whose ideal order is not made of their own rows
/// Shapes:  offsets: ranks seen in training; empty without impressions
std::map<std::string, double> query_ndcg(const TrainingData& data, const Eigen::VectorXd& offsets,
                                         const std::function<Eigen::VectorXd(const Pool&)>& scores,
                                         const IdealGains& ideals = {});

/// The same of what `model` serves.
std::map<std::string, double> query_ndcg(const TrainingData& data, const Eigen::VectorXd& offsets, const Model& model,
                                         const IdealGains& ideals = {});

}  // namespace irgan
