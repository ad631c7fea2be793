#ifndef SCVIGOR_CORE_IO_COUNTS_ASSAY_CHOICE_HPP
#define SCVIGOR_CORE_IO_COUNTS_ASSAY_CHOICE_HPP

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/counts/count_matrix.hpp"

namespace scvigor {

// Which of the matrices of an .h5ad file are its counts.
struct AssayChoice {
  std::string assay;        // empty: none of them
  std::string note;         // for the user, where the choice is not plain
  bool is_checked = false;  // its values are known to be counts
};

// Takes the first of the candidates that holds counts. Where several do, one
// with nothing but 0, or nothing but 0 and 1, gives way to another, and `X` to
// `layers/counts` when these differ. A candidate that cannot be opened is
// passed over; when no other holds counts, its error is thrown.
AssayChoice choose_assay(
    const std::vector<std::string>& candidates,
    const std::function<std::unique_ptr<CountMatrix>(const std::string&)>&
        open);

}  // namespace scvigor

#endif
