#ifndef SCVIGOR_CORE_IO_SCVI_TOOLS_REGISTRY_HPP
#define SCVIGOR_CORE_IO_SCVI_TOOLS_REGISTRY_HPP

#include <cstdint>
#include <string>

#include "io/python/pickle_value.hpp"
#include "scvigor/scvi_tools.hpp"

namespace scvigor {

// What scvi-tools' registry says about the data of a model.
struct RegistryRecord {
  std::string version;
  std::string model_name;  // empty before 0.15
  std::int64_t n_cells = 0;
  std::string minified;
  Registry registry;
};

// From a model's attributes: `registry_` since 0.15, `scvi_setup_dict_`
// before.
RegistryRecord read_registry(const pickle::Value* attributes);

}  // namespace scvigor

#endif
