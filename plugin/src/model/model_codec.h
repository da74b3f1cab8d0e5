/// A model as bytes.
#pragma once

#include <string>
#include <string_view>

#include "plugin/src/model/model_parts.h"

namespace irgan {

/// The model's file form: safetensors with `{generator,discriminator}.{network}.{layer}.{weight,bias}` in PyTorch's
/// orientation (outputs x inputs), `encoding.*`, and the rest in the metadata.
std::string encode_model(const ModelParts& parts);

/// Throws: FormatError beginning with `origin`.
ModelParts decode_model(std::string_view bytes, const std::string& origin);

}  // namespace irgan
