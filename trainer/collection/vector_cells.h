/// Cells of documents whose vectors are near each other, so that a search need not look at all of them.
#pragma once

#include "irgan/collection_vectors.h"
#include "plugin/src/vectors/vector_parts.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

/// Puts each document of `parts` into the cell whose centre is nearest to it. Fewer than kFewestForCells documents get
/// no cells: they are looked at one by one.
///
/// from:    whose centres are kept, where it has any and the same dimensions; null: centres are made, about twice
///          the root of the number of documents
/// Source:  spherical k-means (Dhillon and Modha, "Concept Decompositions for Large Sparse Text Data Using Clustering",
///          Machine Learning 42, 2001) as the coarse quantiser of an inverted file (Jégou, Douze and Schmid, "Product
///          Quantization for Nearest Neighbor Search", TPAMI 2011), without the product quantisation
/// Cost:    documents * cells * dimensions multiplications of bytes, and as many again to make centres
/// Threads: shared out; the result does not depend on their number
IRGAN_API void make_cells(const CollectionVectors* from, ThreadPool& threads, VectorParts& parts);

}  // namespace irgan
