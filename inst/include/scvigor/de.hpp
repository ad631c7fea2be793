#ifndef SCVIGOR_DE_HPP
#define SCVIGOR_DE_HPP

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scvigor/counts.hpp"
#include "scvigor/hooks.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/model.hpp"

namespace scvigor {

// Differential expression between groups of cells: samples of px_scale from
// both groups are paired, and each gene's pairs are summarized (Lopez et al.,
// 2018; Boyeau et al., 2019).

// Effects of pairs: out = f(a, b, pseudocounts). All are n_pairs x n_genes,
// the pairs of a gene contiguous.
using EffectFunction = std::function<void(
    const double* a, const double* b, double pseudocounts, std::int64_t n_pairs,
    std::int64_t n_genes, double* out)>;
// 1 where an effect counts as higher (plus) and as lower (minus), else 0.
using RegionFunction =
    std::function<void(const double* effect, std::int64_t n_pairs,
                       std::int64_t n_genes, double* plus, double* minus)>;

// How pairs are compared.
struct DeTest {
  bool vanilla = false;                // P(a > b); else effects beyond delta
  std::optional<double> delta = 0.25;  // none: estimated from the effects
  std::optional<double> pseudocounts;  // none: from unexpressed genes
  double pseudocount_quantile = 0.9;   // of their largest samples
  bool two_sided_sum = false;          // test_mode "two"; else "three"
  std::vector<double> cred_interval_lvls;
  EffectFunction effect;  // none: log2 fold change
  RegionFunction region;  // none: beyond delta
};

// Parts are sets of cells, disjoint or overlapping; each side of a comparison
// is the union of some parts.
struct DeComparison {
  std::vector<std::int64_t> parts1;
  std::vector<std::int64_t> parts2;
};

struct DeOptions {
  std::vector<std::vector<std::int64_t>> parts;  // positions of cells
  std::vector<DeComparison> comparisons;
  // Total count of each gene in each part, parts x genes, from which the
  // unexpressed genes follow. Needed without `pseudocounts`.
  Matrix part_totals;
  DeTest test;
  // Batches that each side is decoded as; both empty: each cell's own.
  std::vector<std::int64_t> batchid1;
  std::vector<std::int64_t> batchid2;
  std::int64_t n_samples_overall = 5000;
  bool use_permutation = false;
  std::int64_t m_permutation = 10000;
  bool importance = false;
  std::int64_t max_cells = 1024;  // as in OverallOptions
  std::int64_t n_mc_samples = 500;
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};

// Columns of all genes, in scvi-tools' names and order.
struct DeTable {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;
  double pseudocounts = 0.0;
  double delta = 0.0;
};

// One table per comparison.
std::vector<DeTable> differential_expression(const Model& model,
                                             const Cells& cells,
                                             const DeOptions& options,
                                             const Hooks& hooks = {});

// The same from given samples: genes x samples, row-major; pairs are positions
// of samples.
struct DeSamples {
  Matrix scale1;
  Matrix scale2;
  std::vector<std::int64_t> pair_idx1;
  std::vector<std::int64_t> pair_idx2;
  std::vector<std::uint8_t> unexpressed1;  // per gene
  std::vector<std::uint8_t> unexpressed2;
};
DeTable compare_samples(const DeSamples& samples, const DeTest& test);

// Which samples are paired: positions in both sides. `batch1` and `batch2` hold
// the batch of each sample; `observed`: batches are ignored.
struct DePairs {
  std::vector<std::int64_t> first;
  std::vector<std::int64_t> second;
};
struct PairOptions {
  bool observed = false;
  bool use_permutation = false;
  std::int64_t m_permutation = 10000;
  std::uint64_t seed = 0;
};
DePairs pair_samples(const std::vector<std::int64_t>& batch1,
                     const std::vector<std::int64_t>& batch2,
                     const PairOptions& options);

// A threshold on log fold changes, from a mixture of three groups of genes:
// 0.6 times the mean size of the lowest and the highest of three normals fitted
// to the genes' mean effects, at least 0.1.
double estimate_delta(const std::vector<double>& effect_means);

// Counts of the parts, each n_parts x genes: sums of counts, cells with a
// count, sums of counts per 10,000.
struct PartCounts {
  Matrix total;
  Matrix non_zeros;
  Matrix normalized;
};
PartCounts part_counts(const CountSource& source,
                       const std::vector<std::vector<std::int64_t>>& parts);

}  // namespace scvigor

#endif
