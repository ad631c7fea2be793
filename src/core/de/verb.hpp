#ifndef SCVIGOR_CORE_DE_VERB_HPP
#define SCVIGOR_CORE_DE_VERB_HPP

#include <vector>

#include "inference/verbs.hpp"
#include "scvigor/de.hpp"

namespace scvigor::core {

// As in scvigor/de.hpp; the arguments have been checked.
std::vector<DeTable> differential_expression(Vae& vae, const Cells& cells,
                                             const DeOptions& options,
                                             const Hooks& hooks);
DeTable compare_samples(const DeSamples& samples, const DeTest& test);

}  // namespace scvigor::core

#endif
