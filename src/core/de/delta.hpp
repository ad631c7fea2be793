#ifndef SCVIGOR_CORE_DE_DELTA_HPP
#define SCVIGOR_CORE_DE_DELTA_HPP

#include <vector>

namespace scvigor::core {

// See scvigor/de.hpp.
double estimate_delta(const std::vector<double>& effect_means);

}  // namespace scvigor::core

#endif
