/// The layouts of several databases that are searched as one.
#pragma once

#include <xapian.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "irgan/index_layout.h"

namespace irgan {

/// Opens one path.
using ShardOpener = std::function<Xapian::Database(const std::string& path)>;

/// Returns the layout that databases keep together: that of the first which keeps one, with what only others have.
/// Nothing if none keeps one.
///
/// remarks: gets what one of them lacks
/// Throws:  ConfigError or Error naming two databases and what stands otherwise in them: their ids, stemmers, prefixes
/// or
///          value slots. Of ids and stemmers what `said` says holds for all.
IRGAN_API std::optional<IndexLayout> joined_layout(const std::vector<std::string>& paths, const ShardOpener& open,
                                                   const LayoutOverrides& said, std::vector<LayoutRemark>& remarks);

}  // namespace irgan
