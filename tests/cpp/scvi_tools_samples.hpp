#ifndef SCVIGOR_TESTS_SCVI_TOOLS_SAMPLES_HPP
#define SCVIGOR_TESTS_SCVI_TOOLS_SAMPLES_HPP

#include <string>
#include <vector>

#include "scvigor/scvi_tools.hpp"

namespace support {

// A tensor of consecutive numbers.
scvigor::StateTensor counting_tensor(const std::string& name,
                                     const std::vector<std::int64_t>& shape,
                                     double first = 0.0);

// 3 genes, 2 hidden units, 2 latent dimensions; batches "b" and "a" and a
// covariate with the levels 10 and 9, not sorted; only the weights that
// reading checks.
scvigor::ScviToolsModel small_scvi_tools_model();

// The content of the three files of scvi-tools before 0.15.
struct OldScviToolsFiles {
  std::string weights;     // model_params.pt, as torch saved before 1.6
  std::string genes;       // var_names.csv
  std::string attributes;  // attr.pkl
};
OldScviToolsFiles old_scvi_tools_files();

// A file of torch.save() before torch 1.6 with one float32 tensor a name.
std::string old_torch_file(const scvigor::State& state);

// Writes a minified .h5ad of 4 cells with 2 latent dimensions.
void write_minified_h5ad(const std::string& path);

}  // namespace support

#endif
