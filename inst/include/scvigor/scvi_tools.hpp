#ifndef SCVIGOR_SCVI_TOOLS_HPP
#define SCVIGOR_SCVI_TOOLS_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scvigor/count_file.hpp"
#include "scvigor/model.hpp"
#include "scvigor/options.hpp"
#include "scvigor/train.hpp"

// Models of scvi-tools, read and written without Python.

namespace scvigor {

// The type of the levels of a category before they became text.
enum class LevelType { kText, kInteger, kReal, kLogical };

// A categorical covariate: its column of the cell table and its levels, in the
// order of their codes.
struct CategoryEntry {
  std::string column;
  LevelType type = LevelType::kText;
  std::vector<std::string> levels;
};

// The columns of the cell table that a model uses; scvi-tools has the same
// concept under this name.
struct Registry {
  std::optional<CategoryEntry> batch;
  std::optional<CategoryEntry> labels;
  std::vector<CategoryEntry> categorical;
  std::vector<std::string> continuous;
  std::optional<std::string> size_factor;
  std::optional<std::string> layer;  // empty: the counts are in X
};

// The content of a model file.
struct ScviToolsModel {
  ModelOptions options;
  State state;
  std::vector<std::string> genes;
  Registry registry;
  std::int64_t n_cells = 0;  // 0: unknown
  bool is_trained = true;
  Split split;
  History history;
  std::string version;   // of scvi-tools; empty: unknown
  std::string minified;  // kind of minified data; empty: not minified
};

// Reads `prefix`model.pt in a folder, or the three files of scvi-tools before
// 0.15 (model_params.pt, attr.pkl, var_names.csv). Nothing in the files is
// executed. Throws a FileError that says what is wrong.
ScviToolsModel read_scvi_tools(const std::string& folder,
                               const std::string& prefix);

// Writes a model.pt that scvi-tools 1.4 loads. Levels are sorted, and their
// rows and columns of the weights with them. Throws an ArgumentError for what
// scvi-tools cannot represent.
void write_scvi_tools(const ScviToolsModel& model, const std::string& path);

// The cells of a minified .h5ad file; `latent_*` have one row per cell.
struct MinifiedCells {
  Annotation cells;
  std::int64_t n_latent = 0;
  std::vector<double> latent_mean;
  std::vector<double> latent_var;
  std::vector<double> library;  // total counts
};

// Empty if the file is not minified.
std::optional<MinifiedCells> read_minified(const std::string& path);

}  // namespace scvigor

#endif
