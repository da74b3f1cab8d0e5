#include "irgan/vector_source.h"

#include <utility>

#include "plugin/src/model/followed.h"

namespace irgan {
namespace {

constexpr FollowedNames kNames{"vectors", "", "", off_t{64} << 30, "64 GiB", false};

}  // namespace

std::shared_ptr<VectorSource> fixed_vectors(std::shared_ptr<const CollectionVectors> vectors) {
  return std::make_shared<FixedSource<VectorSource, CollectionVectors>>(std::move(vectors));
}

std::shared_ptr<VectorSource> vector_file(const std::string& path, ProblemListener on_problem) {
  return std::make_shared<FollowedFile<VectorSource, CollectionVectors>>(path, kNames, std::move(on_problem));
}

}  // namespace irgan
