/// Where a live search gets its model from, and how a new model replaces the old one.
#pragma once

#include <xapian.h>

#include <memory>
#include <string>

#include "irgan/errors.h"
#include "irgan/model.h"

namespace irgan {

/// Metadata keys under which a model lives in an index.
inline constexpr const char* kModelKey = "irgan.model";
inline constexpr const char* kPreviousModelKey = "irgan.model.previous";
/// Model::version() of the model under kModelKey, so that a search sees by a few bytes whether it is still the same.
/// Whoever writes one writes both; an index without a version is served too, at the cost of reading the whole model.
inline constexpr const char* kModelVersionKey = "irgan.model.version";

/// Hands out the current model.
///
/// Threads: safe to share.
class IRGAN_API ModelSource {
 public:
  virtual ~ModelSource() = default;

  /// Returns the model for a search of `db`, which replaces the one before only between two searches.
  ///
  /// Throws: FormatError or Error if there has never been a good model. Once there was one, a bad replacement is
  ///         refused, told to the problem listener, and the old model stays.
  virtual std::shared_ptr<const Model> get(const Xapian::Database& db) = 0;
};

/// A model that the caller already holds.
IRGAN_API std::shared_ptr<ModelSource> fixed_model(std::shared_ptr<const Model> model);

/// A model file, looked at again for changes at most once a second (one stat). A file that holds no good model, while
/// there has never been one, is looked at each time, and read again when it has changed or after a second.
///
/// get() throws Error, without reading, at what is no regular file and at more than 64 MiB.
IRGAN_API std::shared_ptr<ModelSource> model_file(const std::string& path, ProblemListener on_problem = {});

/// The model in the index's own metadata; it changes when the application reopens its Database.
///
/// One source is for one index. Threads that stand at two revisions of it each get the model of their own revision.
IRGAN_API std::shared_ptr<ModelSource> model_in_index(ProblemListener on_problem = {});

}  // namespace irgan
