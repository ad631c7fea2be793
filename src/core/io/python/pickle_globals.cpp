#include "io/python/pickle_globals.hpp"

#include <set>

#include "scvigor/error.hpp"
#include "util/utf8.hpp"

namespace scvigor {
namespace pickle {

namespace {

// What models of scvi-tools 0.6 to 1.5 hold, with the numpy, pandas and torch
// of their time. Being listed only means that a file may mention it.
const std::set<std::string>& known() {
  static const std::set<std::string> names{
      "_codecs.encode",
      "collections.OrderedDict",
      "collections.defaultdict",
      "copyreg._reconstructor",
      // builtins
      "builtins.bool",
      "builtins.bytearray",
      "builtins.bytes",
      "builtins.complex",
      "builtins.dict",
      "builtins.float",
      "builtins.frozenset",
      "builtins.getattr",
      "builtins.int",
      "builtins.list",
      "builtins.object",
      "builtins.range",
      "builtins.set",
      "builtins.slice",
      "builtins.str",
      "builtins.tuple",
      // numpy
      "numpy.array",
      "numpy.core.multiarray._reconstruct",
      "numpy.core.multiarray.scalar",
      "numpy.core.numeric._frombuffer",
      "numpy.dtype",
      "numpy.ndarray",
      // pandas
      "pandas.DataFrame",
      "pandas.Index",
      "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked",
      "pandas._libs.internals._unpickle_block",
      "pandas.core.arrays.categorical.Categorical",
      "pandas.core.arrays.numpy_.NumpyExtensionArray",
      "pandas.core.arrays.numpy_.PandasArray",
      "pandas.core.arrays.string_.StringArray",
      "pandas.core.arrays.string_.StringDtype",
      "pandas.core.dtypes.dtypes.CategoricalDtype",
      "pandas.core.frame.DataFrame",
      "pandas.core.indexes.base.Index",
      "pandas.core.indexes.base._new_Index",
      "pandas.core.indexes.category.CategoricalIndex",
      "pandas.core.indexes.numeric.Float64Index",
      "pandas.core.indexes.numeric.Int64Index",
      "pandas.core.indexes.numeric.UInt64Index",
      "pandas.core.indexes.range.RangeIndex",
      "pandas.core.internals.blocks.new_block",
      "pandas.core.internals.managers.BlockManager",
      "pandas.core.internals.managers.SingleBlockManager",
      "pandas.core.series.Series",
      // torch
      "torch.BFloat16Storage",
      "torch.BoolStorage",
      "torch.ByteStorage",
      "torch.CharStorage",
      "torch.DoubleStorage",
      "torch.FloatStorage",
      "torch.HalfStorage",
      "torch.IntStorage",
      "torch.LongStorage",
      "torch.ShortStorage",
      "torch.Size",
      "torch.bfloat16",
      "torch.bool",
      "torch.device",
      "torch.exp",
      "torch.float16",
      "torch.float32",
      "torch.float64",
      "torch.int64",
      "torch._C._VariableFunctionsClass",
      "torch._C._nn.softplus",
      "torch.nn.functional.softplus",
      "torch._utils._rebuild_parameter",
      "torch._utils._rebuild_tensor",
      "torch._utils._rebuild_tensor_v2",
      // Pyro's parameter store, which every model of a session carries along
      "torch.distributions.constraints._GreaterThan",
      "torch.distributions.constraints._Real",
      // scvi-tools' own dictionaries
      "ml_collections.config_dict.config_dict.FrozenConfigDict",
      "scvi._utils.attrdict",
      "scvi.utils._attrdict.attrdict",
      "scvi.utils.attrdict",
  };
  return names;
}

bool replace_start(std::string& text, const std::string& from,
                   const std::string& to) {
  if (text.compare(0, from.size(), from) != 0) return false;
  text.replace(0, from.size(), to);
  return true;
}

}  // namespace

std::string known_global(const std::string& module, const std::string& name) {
  std::string full = module + "." + name;
  replace_start(full, "__builtin__.", "builtins.");
  replace_start(full, "copy_reg.", "copyreg.");
  replace_start(full, "numpy._core.", "numpy.core.");
  if (known().count(full) == 0)
    throw FileError("holds " + to_utf8(full.substr(0, 200)) +
                    ", which is not part of a saved model. Nothing of the "
                    "file was run.");
  return full;
}

}  // namespace pickle
}  // namespace scvigor
