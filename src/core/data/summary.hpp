#ifndef SCVIGOR_CORE_DATA_SUMMARY_HPP
#define SCVIGOR_CORE_DATA_SUMMARY_HPP

#include "scvigor/counts.hpp"

namespace scvigor::core {

// One pass over all counts; see scvigor/counts.hpp.
CountSummary summarize_counts(const CountSource& source);

}  // namespace scvigor::core

#endif
