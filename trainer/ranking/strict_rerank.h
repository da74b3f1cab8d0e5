/// How commands rerank: what a live search would serve all the same is an error to them.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <memory>
#include <string>

#include "irgan/reranker.h"

namespace irgan {

/// Throws: Error if the model does not fit the index, as index_fit() sees it; `name`: what messages call the model
void refuse_misfit(const Xapian::Database& db, const Model& model, const std::string& name);

/// Returns a Reranker that throws Error if the model does not fit the index, since figures made that way would say
/// nothing about the model, or if it cannot use the memory.
///
/// options: on_problem is set here; name: what messages call the model
/// Throws: Error if the model's features cannot be computed from an index, or it does not fit this one
std::unique_ptr<Reranker> strict_reranker(const Xapian::Database& db, std::shared_ptr<const Model> model,
                                          RerankOptions options, const std::string& name);
/// The same with no more than a depth.
std::unique_ptr<Reranker> strict_reranker(const Xapian::Database& db, std::shared_ptr<const Model> model,
                                          std::size_t depth, const std::string& name);

/// Returns what messages call the model of the file `path`; with an empty path, the one in the index.
std::string model_name(const std::string& path);

}  // namespace irgan
