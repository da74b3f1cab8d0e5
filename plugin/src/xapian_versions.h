/// What differs between Xapian 1.4 and 2.x, in one place.
#pragma once

#include <xapian.h>

#ifndef XAPIAN_AT_LEAST
#define XAPIAN_AT_LEAST(major, minor, revision)                             \
  (XAPIAN_MAJOR_VERSION > (major) ||                                        \
   (XAPIAN_MAJOR_VERSION == (major) && (XAPIAN_MINOR_VERSION > (minor) ||   \
                                        (XAPIAN_MINOR_VERSION == (minor) && XAPIAN_REVISION >= (revision)))))
#endif

/// A posting source is told its shard by 2.x only.
#if XAPIAN_AT_LEAST(1, 5, 0)
#define IRGAN_POSTING_SOURCE_TOLD_SHARD 1
#endif
