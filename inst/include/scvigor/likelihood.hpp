#ifndef SCVIGOR_LIKELIHOOD_HPP
#define SCVIGOR_LIKELIHOOD_HPP

#include "scvigor/choices.hpp"

namespace scvigor {

// What a likelihood of the counts has.
struct LikelihoodTraits {
  bool has_theta;    // a dispersion; the normal's is a standard deviation
  bool has_dropout;  // additional zeros
  bool is_count;     // draws are whole numbers
};
LikelihoodTraits likelihood_traits(GeneLikelihood choice);

}  // namespace scvigor

#endif
