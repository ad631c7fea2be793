#include "io/scvi_tools/writer.hpp"

#include <cstring>

#include "io/python/pickle_writer.hpp"
#include "io/python/zip_writer.hpp"
#include "io/scvi_tools/attributes.hpp"
#include "io/scvi_tools/level_order.hpp"
#include "util/atomic_file.hpp"

namespace scvigor {

namespace {

using pickle::Writer;

// scvi-tools' LinearSCVI has fewer options than the linear decoder here.
void check_linear(const ScviToolsModel& model) {
  const ModelOptions& o = model.options;
  const auto refuse = [](bool refused, const std::string& argument,
                         const std::string& what) {
    if (refused)
      throw ArgumentError(argument, "scvi-tools' LinearSCVI has no " + what +
                                        ", so this model cannot be exported.");
  };
  refuse(!model.registry.categorical.empty(), "categorical_covariates",
         "categorical covariates");
  refuse(!model.registry.continuous.empty(), "continuous_covariates",
         "continuous covariates");
  refuse(o.encode_covariates && o.n_batch > 1, "encode_covariates",
         "batches in its encoder");
  refuse(o.batch_representation == BatchRepresentation::kEmbedding,
         "batch_representation", "batch embeddings");
  refuse(o.dispersion == Dispersion::kGeneLabel ||
             o.dispersion == Dispersion::kGeneCell,
         "dispersion", "dispersion \"" + to_string(o.dispersion) + "\"");
  refuse(o.use_layer_norm != NormPlacement::kNone, "use_layer_norm",
         "layer normalization");
  refuse(o.use_batch_norm != NormPlacement::kBoth &&
             o.use_batch_norm != NormPlacement::kEncoder,
         "use_batch_norm", "encoder without batch normalization");
  refuse(o.var_activation != VarActivation::kExp, "var_activation",
         "choice of `var_activation`");
}

bool is_counter(const std::string& name) {
  const std::string ending = "num_batches_tracked";
  return name.size() >= ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

template <class T>
std::string bytes_of(const std::vector<double>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof value);
  }
  return bytes;
}

// The storages of all tensors, and the pickle that refers to them.
class TensorWriter {
 public:
  TensorWriter(Writer& out, ZipWriter& zip, bool is_double)
      : out_(out), zip_(zip), is_double_(is_double) {}

  void write(const StateTensor& tensor) {
    const bool is_long = is_counter(tensor.name);
    const std::string key = std::to_string(n_++);
    zip_.add("model/data/" + key,
             is_long      ? bytes_of<std::int64_t>(tensor.values)
             : is_double_ ? bytes_of<double>(tensor.values)
                          : bytes_of<float>(tensor.values));
    out_.call("torch._utils", "_rebuild_tensor_v2", [&] {
      out_.persistent([&] {
        out_.text("storage");
        out_.global("torch", is_long      ? "LongStorage"
                             : is_double_ ? "DoubleStorage"
                                          : "FloatStorage");
        out_.text(key);
        out_.text("cpu");
        out_.integer(static_cast<std::int64_t>(tensor.values.size()));
      });
      out_.integer(0);
      write_extents(tensor.shape);
      write_extents(strides_of(tensor.shape));
      out_.truth(false);         // requires_grad
      out_.ordered_dict([] {});  // hooks
    });
  }

 private:
  static std::vector<std::int64_t> strides_of(
      const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;)
      strides[axis - 1] = strides[axis] * shape[axis];
    return strides;
  }

  void write_extents(const std::vector<std::int64_t>& extents) {
    out_.tuple([&] {
      for (const auto extent : extents) out_.integer(extent);
    });
  }

  Writer& out_;
  ZipWriter& zip_;
  bool is_double_;
  int n_ = 0;
};

}  // namespace

namespace core {

void write_scvi_tools(const ScviToolsModel& given, const std::string& path) {
  ScviToolsModel model = given;
  if (model.options.decoder == DecoderKind::kLinear) check_linear(model);
  if (model.version.empty()) model.version = "1.4.2";  // whose form this is
  sort_levels(model);
  ZipWriter zip;
  Writer out;
  TensorWriter tensors(out, zip,
                       model.options.precision == Precision::kFloat64);
  out.dict([&] {
    out.entry("model_state_dict", [&] {
      out.ordered_dict([&] {
        for (const auto& tensor : model.state)
          out.entry(tensor.name, [&] { tensors.write(tensor); });
      });
    });
    out.entry("var_names", [&] { write_text_array(out, model.genes); });
    out.entry("attr_dict", [&] { write_attributes(out, model); });
  });
  zip.add("model/data.pkl", out.finish());
  zip.add("model/byteorder", "little");
  zip.add("model/version", "3\n");
  write_file_atomically(path, true, zip.finish());
}

}  // namespace core
}  // namespace scvigor
