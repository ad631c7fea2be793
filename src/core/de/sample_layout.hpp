#ifndef SCVIGOR_CORE_DE_SAMPLE_LAYOUT_HPP
#define SCVIGOR_CORE_DE_SAMPLE_LAYOUT_HPP

#include <cstdint>
#include <vector>

#include "de/statistics.hpp"
#include "scvigor/de.hpp"
#include "util/rng.hpp"

namespace scvigor {

// Samples of one part of the cells in one batch.
struct SamplePool {
  std::int64_t part = 0;
  std::int64_t batch = -1;  // -1: each cell's own
  std::int64_t n = 0;       // samples
  std::int64_t first = 0;   // row of the first
};

// The matrix of samples: one row per sample, one pool after another.
struct SampleLayout {
  std::vector<SamplePool> pools;
  std::int64_t n_samples = 0;
  std::vector<ComparedRows> comparisons;
};

// Which samples each comparison needs. Parts are sampled once however many
// comparisons they are in: a side that is the union of parts takes samples of
// each in proportion to its cells, every sample at most once.
SampleLayout layout_samples(const DeOptions& options, Rng& rng);

}  // namespace scvigor

#endif
