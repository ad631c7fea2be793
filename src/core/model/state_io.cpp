#include "model/state_io.hpp"

#include <ATen/ops/tensor.h>

#include <map>

#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto n : shape)
    text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text.empty() ? "a scalar" : text;
}

void load_entry(const StateEntry& entry,
                const std::map<std::string, const StateTensor*>& saved) {
  const auto found = saved.find(entry.name);
  if (found == saved.end())
    throw ArgumentError("state",
                        "The saved weights lack \"" + entry.name + "\".");
  const StateTensor& from = *found->second;
  std::int64_t numel = 1;
  for (const auto n : entry.shape) numel *= n;
  if (from.shape != entry.shape ||
      static_cast<std::int64_t>(from.values.size()) != numel)
    throw ArgumentError("state", "The saved weights \"" + entry.name +
                                     "\" are " + shape_text(from.shape) +
                                     ", but the model needs " +
                                     shape_text(entry.shape) + ".");
  entry.write(at::tensor(from.values, at::kDouble).reshape(entry.shape));
}

}  // namespace

State read_state(const StateList& list) {
  State out;
  for (const auto& entry : list.entries())
    out.push_back({entry.name, entry.shape, to_doubles(entry.read())});
  return out;
}

void write_state(const StateList& list, const State& state) {
  std::map<std::string, const StateTensor*> saved;
  for (const auto& tensor : state) saved[tensor.name] = &tensor;
  for (const auto& entry : list.entries()) load_entry(entry, saved);
}

}  // namespace scvigor
