/// How commands rerank: what a live search would serve all the same is an error to them.
#pragma once

#include <cstddef>
#include <string>

#include "irgan/reranker.h"

namespace irgan {

/// Returns options with which a Reranker throws Error if the index lacks a prefix or a value slot that the model reads,
/// since figures made that way would say nothing about the model.
///
/// name: what messages call the model
RerankOptions strict_rerank_options(std::size_t depth, const std::string& name);

/// Returns what messages call the model of the file `path`; with an empty path, the one in the index.
std::string model_name(const std::string& path);

}  // namespace irgan
