#include "io/scvi_tools/reader.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "io/python/numpy_array.hpp"
#include "io/python/pickle_reader.hpp"
#include "io/python/pickle_view.hpp"
#include "io/python/torch_file.hpp"
#include "io/scvi_tools/history.hpp"
#include "io/scvi_tools/options.hpp"
#include "io/scvi_tools/registry.hpp"
#include "util/file_bytes.hpp"
#include "util/utf8.hpp"

namespace scvigor {

namespace {

using pickle::find;
using pickle::is_none;
using pickle::Value;

constexpr double kMaxCells = 2147483646;  // R counts them in 32 bits

bool file_exists(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0;
}

State read_weights(const Value* dict, TorchTensors& tensors) {
  if (!pickle::is_mapping(dict))
    pickle::unexpected(dict, "`model_state_dict`", "a dict of tensors");
  State state;
  for (std::size_t i = 0; i + 1 < dict->items.size(); i += 2)
    if (TorchTensors::is_tensor(dict->items[i + 1]))
      state.push_back(tensors.read(text(dict->items[i], "the name of a tensor"),
                                   dict->items[i + 1]));
  if (state.empty())
    throw FileError("is not a model that scvigor can read: it has no weights.");
  return state;
}

void check_genes(const std::vector<std::string>& genes) {
  const std::set<std::string> distinct(genes.begin(), genes.end());
  if (genes.empty() || distinct.size() != genes.size())
    throw FileError(
        "is not a model that scvigor can read: its genes " +
        std::string(genes.empty() ? "are missing." : "share a name."));
}

bool is_linear(const RegistryRecord& registry, const State& state) {
  const std::string& name = registry.model_name;
  if (!name.empty() && name != "SCVI" && name != "LinearSCVI")
    throw FileError("is a model of the class " + name +
                    "; scvigor reads SCVI and LinearSCVI.");
  return std::any_of(state.begin(), state.end(), [](const StateTensor& t) {
    return t.name.rfind("decoder.factor_regressor.", 0) == 0;
  });
}

std::vector<std::int64_t> read_cells(const Value* value, const char* what,
                                     std::int64_t n_cells) {
  std::vector<std::int64_t> cells;
  if (is_none(value)) return cells;
  for (const double cell : pickle::read_numbers(value, what)) {
    if (!(cell >= 0) || cell > kMaxCells ||
        (n_cells > 0 && cell >= static_cast<double>(n_cells)))
      throw FileError("is damaged: " + std::string(what) +
                      " name a cell that it does not have.");
    cells.push_back(static_cast<std::int64_t>(cell));
  }
  return cells;
}

Split read_split(const Value* attributes, std::int64_t n_cells) {
  Split split;
  split.train = read_cells(find(attributes, "train_indices_"),
                           "the training cells", n_cells);
  split.validation = read_cells(find(attributes, "validation_indices_"),
                                "the validation cells", n_cells);
  split.test =
      read_cells(find(attributes, "test_indices_"), "the test cells", n_cells);
  return split;
}

// `model` has its genes and weights.
void read_attributes(const Value* attributes, ScviToolsModel& model) {
  check_genes(model.genes);
  const RegistryRecord found = read_registry(attributes);
  model.version = found.version;
  model.minified = found.minified;
  model.n_cells = found.n_cells;
  model.registry = found.registry;
  model.options =
      read_options(attributes, model, is_linear(found, model.state));
  check_shapes(model.options, model.state);
  model.split = read_split(attributes, model.n_cells);
  model.history = read_scvi_history(find(attributes, "history_"));
  const Value* is_trained = find(attributes, "is_trained_");
  model.is_trained = is_none(is_trained) || truth(is_trained, "`is_trained_`");
}

ScviToolsModel read_model_file(const std::string& path) {
  TorchFile file(read_file(path));
  const Value* content = file.content();
  ScviToolsModel model;
  model.state = read_weights(get(content, "model_state_dict", "the file"),
                             file.tensors());
  model.genes = read_texts(get(content, "var_names", "the file"), "the genes");
  read_attributes(get(content, "attr_dict", "the file"), model);
  return model;
}

// One gene per line; numpy writes Windows' line ends on Windows.
std::vector<std::string> read_lines(const std::string& bytes) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    std::string line = bytes.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(to_utf8(line));
    begin = end + 1;
  }
  return lines;
}

// The three files of scvi-tools before 0.15.
ScviToolsModel read_old_files(const std::string& folder,
                              const std::string& prefix) {
  const std::string start = folder + "/" + prefix;
  ScviToolsModel model;
  about_file(start + "model_params.pt", [&] {
    TorchFile file(read_file(start + "model_params.pt"));
    model.state = read_weights(file.content(), file.tensors());
  });
  model.genes = read_lines(read_file(start + "var_names.csv"));
  const std::string attributes = read_file(start + "attr.pkl");
  about_file(start + "attr.pkl", [&] {
    pickle::Input input(attributes);
    pickle::Values values;
    read_attributes(pickle::read(input, values), model);
  });
  return model;
}

}  // namespace

namespace core {

ScviToolsModel read_scvi_tools(const std::string& folder,
                               const std::string& prefix) {
  const std::string path = folder + "/" + prefix + "model.pt";
  if (file_exists(path))
    return about_file(path, [&] { return read_model_file(path); });
  if (file_exists(folder + "/" + prefix + "model_params.pt"))
    return read_old_files(folder, prefix);
  throw FileError("There is no \"" + prefix + "model.pt\" in the folder \"" +
                  folder + "\".");
}

}  // namespace core
}  // namespace scvigor
