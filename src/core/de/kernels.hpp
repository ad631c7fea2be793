#ifndef SCVIGOR_CORE_DE_KERNELS_HPP
#define SCVIGOR_CORE_DE_KERNELS_HPP

#include <cstdint>

namespace scvigor {

// The arithmetic on n pairs of one gene, for float and double.

// out = log2((a + c) / (b + c))
void log2_ratio(const float* a, const float* b, float c, float* out,
                std::int64_t n);
void log2_ratio(const double* a, const double* b, double c, double* out,
                std::int64_t n);

// Numbers of values >= delta and < -delta.
struct TailCounts {
  std::int64_t above = 0;
  std::int64_t below = 0;
};
TailCounts count_outside(const float* x, float delta, std::int64_t n);
TailCounts count_outside(const double* x, double delta, std::int64_t n);

// Of the effects of all pairs.
struct EffectSummary {
  double mean = 0.0;
  double sd = 0.0;  // of the population
  double min = 0.0;
  double max = 0.0;
};
EffectSummary summarize_effects(const float* x, std::int64_t n);
EffectSummary summarize_effects(const double* x, std::int64_t n);

}  // namespace scvigor

#endif
