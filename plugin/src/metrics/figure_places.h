/// Where each figure stands among the shared counters. Whoever changes anything here gives the layout another version.
#pragma once

#include <array>
#include <cstddef>

#include "plugin/src/metrics/search_figures.h"

namespace irgan {

constexpr char kLayout = '2';

/// Upper bounds of the histogram of what reranking adds to a search, in seconds; what is above has a place of its own.
constexpr std::array<double, 12> kBuckets = {.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .5, 1.0};

constexpr std::size_t kLastWritten = 0;  // seconds since 1970
constexpr std::size_t kModel = 1;        // the first 16 digits of the version of the model that answered last
constexpr std::size_t kOutcomes = 2;
constexpr std::size_t kExplored = kOutcomes + kNumOutcomes;
constexpr std::size_t kStepTimes = kExplored + 1;  // nanoseconds
constexpr std::size_t kStepCounts = kStepTimes + kNumSteps;
constexpr std::size_t kBucketCounts = kStepCounts + kNumSteps;  // each bucket alone
constexpr std::size_t kAddedTime = kBucketCounts + kBuckets.size() + 1;
constexpr std::size_t kDocuments = kAddedTime + 1;
constexpr std::size_t kIncomplete = kDocuments + 1;
constexpr std::size_t kValues = kIncomplete + 1;
constexpr std::size_t kMissing = kValues + 1;
constexpr std::size_t kLogged = kMissing + 1;
constexpr std::size_t kNotLogged = kLogged + 1;
constexpr std::size_t kShadowed = kNotLogged + 1;
constexpr std::size_t kShadowFailed = kShadowed + 1;
constexpr std::size_t kShadowOtherFirst = kShadowFailed + 1;
constexpr std::size_t kFeatureTimes = kShadowOtherFirst + 1;  // nanoseconds
constexpr std::size_t kFeatureCounts = kFeatureTimes + kNumFeatureKinds;
constexpr std::size_t kContexts = kFeatureCounts + kNumFeatureKinds;
constexpr std::size_t kNumPlaces = kContexts + kNumContextStates;

}  // namespace irgan
