#include "io/scvi_tools/attributes.hpp"

#include <cmath>

namespace scvigor {

namespace {

using pickle::Writer;

// Members of the options by their name, those that `wanted` holds for.
class OptionWriter {
 public:
  OptionWriter(Writer& out, const std::vector<std::string>& wanted)
      : out_(out), wanted_(wanted) {}

  template <class T>
  void operator()(const std::string& name, const T& value) {
    for (const auto& known : wanted_)
      if (known == name) out_.entry(name, [&] { write(value); });
  }

 private:
  void write(std::int64_t value) { out_.integer(value); }
  void write(double value) { out_.real(value); }
  void write(bool value) { out_.truth(value); }
  void write(const std::vector<std::int64_t>&) { out_.none(); }
  template <class Choice>
  void write(Choice value) {
    out_.text(to_string(value));
  }

  Writer& out_;
  const std::vector<std::string>& wanted_;
};

void write_options(Writer& out, const ModelOptions& options,
                   const std::vector<std::string>& names) {
  visit_options(options, OptionWriter(out, names));
}

// What SCVI passes on to its module, and LinearSCVI to its.
void write_module_options(Writer& out, const ModelOptions& o) {
  if (o.decoder == DecoderKind::kLinear) {
    write_options(out, o, {"log_variational"});
    out.entry("use_batch_norm",
              [&] { out.truth(o.use_batch_norm == NormPlacement::kBoth); });
    out.entry("bias", [&] { out.truth(o.linear_decoder_bias); });
    return;
  }
  write_options(
      out, o,
      {"encode_covariates", "deeply_inject_covariates", "use_batch_norm",
       "use_layer_norm", "log_variational", "batch_representation"});
  if (o.batch_representation == BatchRepresentation::kEmbedding)
    out.entry("batch_embedding_kwargs", [&] {
      out.dict(
          [&] { out.integer_entry("embedding_dim", o.batch_embedding_dim); });
    });
  if (o.var_activation == VarActivation::kSoftplus)
    out.entry("var_activation",
              [&] { out.global("torch.nn.functional", "softplus"); });
}

// pandas.DataFrame({name: values}, index of epochs named "epoch")
void write_curve(Writer& out, const std::string& name,
                 const std::vector<double>& values) {
  const auto for_known = [&](auto visit) {
    for (std::size_t epoch = 0; epoch < values.size(); ++epoch)
      if (!std::isnan(values[epoch])) visit(epoch);
  };
  out.call("pandas", "DataFrame", [&] {
    out.dict([&] {
      out.entry(name, [&] {
        out.list([&] { for_known([&](auto k) { out.real(values[k]); }); });
      });
    });
    out.call("pandas", "Index", [&] {
      out.list([&] {
        for_known([&](auto k) { out.integer(static_cast<std::int64_t>(k)); });
      });
      out.none();  // type
      out.truth(false);
      out.text("epoch");
    });
  });
}

void write_history(Writer& out, const History& history) {
  out.dict([&] {
    for (const auto& column : history.columns) {
      if (column.first == "epoch") continue;
      const std::string theirs =
          column.first == "train_loss" ? "train_loss_epoch" : column.first;
      out.entry(theirs, [&] { write_curve(out, theirs, column.second); });
    }
  });
}

}  // namespace

void write_init_params(Writer& out, const ModelOptions& options) {
  const bool is_linear = options.decoder == DecoderKind::kLinear;
  out.dict([&] {
    out.entry("kwargs", [&] {
      out.dict([&] {
        out.entry(is_linear ? "model_kwargs" : "kwargs", [&] {
          out.dict([&] { write_module_options(out, options); });
        });
      });
    });
    out.entry("non_kwargs", [&] {
      out.dict([&] {
        write_options(out, options,
                      {"n_hidden", "n_latent", "n_layers", "dropout_rate",
                       "dispersion", "gene_likelihood", "use_observed_lib_size",
                       "latent_distribution"});
      });
    });
  });
}

void write_attributes(Writer& out, const ScviToolsModel& model) {
  out.dict([&] {
    out.text_entry("get_normalized_function_name_",
                   "get_normalized_expression");
    out.entry("history_", [&] { write_history(out, model.history); });
    out.entry("init_params_", [&] { write_init_params(out, model.options); });
    out.entry("is_trained_", [&] { out.truth(model.is_trained); });
    out.entry("registry_", [&] { write_registry(out, model); });
    const auto cells = [&](const char* name, const auto& positions) {
      if (!positions.empty())
        out.entry(name, [&] { write_integer_array(out, positions); });
    };
    cells("train_indices_", model.split.train);
    cells("validation_indices_", model.split.validation);
    cells("test_indices_", model.split.test);
  });
}

}  // namespace scvigor
