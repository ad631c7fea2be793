#ifndef SCVIGOR_CORE_DE_GENE_STATISTICS_HPP
#define SCVIGOR_CORE_DE_GENE_STATISTICS_HPP

#include <vector>

#include "de/statistics.hpp"

namespace scvigor {

// Statistics of one gene: `row` has its px_scale in every sample. For float and
// double. Values are in the order of the columns of DeTable.

// mode = "vanilla": P(a > b) over the pairs.
template <class T>
std::vector<double> vanilla_statistics(const T* row,
                                       const ComparedRows& comparison);

// mode = "change": effects of the pairs beyond delta.
template <class T>
std::vector<double> change_statistics(const T* row,
                                      const ComparedRows& comparison,
                                      double pseudocounts, double delta,
                                      const DeTest& test);

template <class T>
double mean_effect(const T* row, const ComparedRows& comparison,
                   double pseudocounts, const DeTest& test);

// The largest of some samples.
template <class T>
double max_of(const T* row, const RowIndices& rows);

}  // namespace scvigor

#endif
