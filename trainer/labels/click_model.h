/// From clicks to p_true(d|q): what a click model makes of the labels of training data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "irgan/model.h"
#include "irgan/training_data.h"
#include "trainer/labels/dynamic_bayesian_model.h"

namespace irgan {

/// How clicks become labels. C is the number of clicks on a document at a rank of a page, e the examination by rank.
///
/// Sources:
/// - naive, decayed and offset: trainer/README.md
/// - ips: Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", WSDM 2017, eq. 4, with
///   the clipping of their section 5.3
/// - pbm: fit_position_based(); dbn: fit_dynamic_bayesian()
enum class ClickModel {
  automatic,  ///< offset for impressions, decayed for clicks alone
  naive,      ///< label = C, whatever the rank
  decayed,    ///< the same with C decayed by age, which is done where the log is read
  offset,     ///< label = C, and training learns softmax(s + b[rank]): e = exp(b)
  pbm,        ///< label of a document = the query's clicks, shared out by attraction, shown documents only
  dbn,  ///< the same with attraction by another model of users, who look from the top and stop when a click satisfies
  ips,  ///< label = C * min(1 / e[rank], clip)
};
IRGAN_API const char* to_string(ClickModel model);

struct ClickModelSettings {
  ClickModel model = ClickModel::automatic;
  std::vector<double> propensities;  ///< e by rank, for ips; empty: those of a first model
  double clip = 20.0;                ///< a click counts at most so many
  std::uint64_t seed = 1;            ///< of the first model
  unsigned num_threads = 0;          ///< that train it
};

/// What a click model learnt from the training part. Applied to both parts, so that nothing of validation is in it.
struct FittedClickModel {
  ClickModel model = ClickModel::automatic;
  double clip = 20.0;
  std::vector<double> examination;      ///< e by rank, by dbn its mean over pages; empty where the model needs none
  std::shared_ptr<const Model> ranker;  ///< whose scores are the prior of pbm and dbn
  double attraction_per_score = 0.0;    ///< mean attraction of a document with the best score of its pool
  UserHabits habits;                    ///< of dbn
};

/// A first ranker by softmax(s + b[rank]), and e = exp(b) that it learnt, 1 at the rank that is looked at most.
///
/// Where each query was shown in one order, the features alone tell a good document from a good rank: s takes what they
/// explain, and e what is left, as the regression of Wang et al., "Position Bias Estimation for Unbiased Learning to
/// Rank in Personal Search", WSDM 2018, section 4.2, does.
struct FirstModel {
  std::vector<double> examination;
  std::shared_ptr<const Model> ranker;
};

/// Whether fit_click_model() takes the examination, and for pbm and dbn the ranker, from a first model.
IRGAN_API bool needs_first_model(const ClickModelSettings& settings);

/// Checks that the data say what the model needs.
///
/// where:  what the data come from, for the message; empty: not said
/// Throws: ConfigError if the model needs something that the data do not say: impressions, times, how often each
///         document was shown, or which click of a view was its last
IRGAN_API void check_click_model(const ClickModelSettings& settings, const TrainingData& data,
                                 const std::string& where = "");

/// Learns from the training part what the model needs.
///
/// Requires: `first` has a ranker if needs_first_model(settings); learn_click_model() trains one
/// Throws:   as check_click_model()
IRGAN_API FittedClickModel fit_click_model(const ClickModelSettings& settings, const TrainingData& training,
                                           FirstModel first = {});

/// Makes labels of clicks, and writes the model into data.origin. Impressions become LabelKind::shown, by offset and
/// automatic they stay what they are.
///
/// Requires: data with the labels that the model was fitted to
/// Throws:   ConfigError if the model is pbm or dbn and the data do not say how often each document was shown, or for
/// dbn
///           which clicks were the last
IRGAN_API void apply_click_model(const FittedClickModel& fitted, TrainingData& data);

/// Returns the data with the labels of dbn, fitted to these data alone and to no ranker's scores, so that any ranker
/// may be judged by them; nothing if the data do not say what dbn needs.
IRGAN_API std::optional<TrainingData> labels_of_stopping_users(const TrainingData& data);

}  // namespace irgan
