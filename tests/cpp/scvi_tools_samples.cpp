#include "scvi_tools_samples.hpp"

#include <cstring>

#include "count_file_writer.hpp"
#include "io/python/pickle_writer.hpp"

using namespace scvigor;
using pickle::Writer;

namespace support {

namespace {

std::string raw(const void* bytes, std::size_t n) {
  return std::string(static_cast<const char*>(bytes), n);
}

void write_old_tensor(Writer& out, const StateTensor& tensor,
                      const std::string& key) {
  out.call("torch._utils", "_rebuild_tensor_v2", [&] {
    out.persistent([&] {
      out.text("storage");
      out.global("torch", "FloatStorage");
      out.text(key);
      out.text("cpu");
      out.integer(static_cast<std::int64_t>(tensor.values.size()));
      out.none();  // no view
    });
    out.integer(0);
    const auto extents = [&](const std::vector<std::int64_t>& values) {
      out.tuple([&] {
        for (const auto value : values) out.integer(value);
      });
    };
    extents(tensor.shape);
    std::vector<std::int64_t> strides(tensor.shape.size(), 1);
    for (std::size_t k = strides.size(); k-- > 1;)
      strides[k - 1] = strides[k] * tensor.shape[k];
    extents(strides);
    out.truth(false);
    out.ordered_dict([] {});
  });
}

void write_texts_array(Writer& out, const std::vector<std::string>& texts) {
  out.call("numpy", "array", [&] {
    out.texts(texts);
    out.text("O");
  });
}

void write_place(Writer& out, const std::string& name, const std::string& key) {
  out.entry(name, [&] {
    out.dict([&] {
      out.text_entry("attr_name", "obs");
      out.text_entry("attr_key", key);
    });
  });
}

void write_mapping(Writer& out, const std::string& key,
                   const std::string& column,
                   const std::vector<std::string>& levels) {
  out.entry(key, [&] {
    out.dict([&] {
      out.text_entry("original_key", column);
      out.entry("mapping", [&] { write_texts_array(out, levels); });
    });
  });
}

void write_old_setup(Writer& out) {
  out.dict([&] {
    out.text_entry("scvi_version", "0.8.1");
    out.entry("data_registry", [&] {
      out.dict([&] {
        write_place(out, "batch_indices", "_scvi_batch");
        write_place(out, "labels", "_scvi_labels");
      });
    });
    out.entry("categorical_mappings", [&] {
      out.dict([&] {
        write_mapping(out, "_scvi_batch", "donor", {"a", "b"});
        write_mapping(out, "_scvi_labels", "_scvi_labels", {"0"});
      });
    });
    out.entry("extra_categoricals", [&] {
      out.dict([&] {
        out.entry("keys", [&] { out.texts({"plate"}); });
        out.entry("mappings", [&] {
          out.dict([&] {
            out.entry("plate", [&] { write_texts_array(out, {"p1", "p2"}); });
          });
        });
      });
    });
    out.none_entry("extra_continuous_keys");
    out.entry("summary_stats",
              [&] { out.dict([&] { out.integer_entry("n_cells", 7); }); });
  });
}

}  // namespace

StateTensor counting_tensor(const std::string& name,
                            const std::vector<std::int64_t>& shape,
                            double first) {
  std::int64_t n = 1;
  for (const auto extent : shape) n *= extent;
  StateTensor tensor{name, shape, {}};
  for (std::int64_t k = 0; k < n; ++k)
    tensor.values.push_back(first + static_cast<double>(k));
  return tensor;
}

ScviToolsModel small_scvi_tools_model() {
  ScviToolsModel model;
  model.options.n_genes = 3;
  model.options.n_batch = 2;
  model.options.n_cats_per_cov = {2};
  model.options.n_hidden = 2;
  model.options.n_latent = 2;
  model.options.dispersion = Dispersion::kGeneBatch;
  model.options.encode_covariates = true;
  model.genes = {"g1", "g2", "g3"};
  model.registry.batch = {"donor", LevelType::kText, {"b", "a"}};
  model.registry.categorical = {{"plate", LevelType::kInteger, {"10", "9"}}};
  model.n_cells = 5;
  model.split.train = {4, 2, 0};
  model.split.validation = {1, 3};
  model.history.columns = {{"train_loss", {3.5, 2.5}}, {"elbo_train", {4, 3}}};
  model.state = {
      counting_tensor("px_r", {3, 2}),
      counting_tensor("z_encoder.encoder.fc_layers.Layer 0.0.weight", {2, 7}),
      counting_tensor("z_encoder.encoder.fc_layers.Layer 0.1."
                      "num_batches_tracked",
                      {}, 12),
      counting_tensor("z_encoder.mean_encoder.weight", {2, 2}),
      counting_tensor("decoder.px_decoder.fc_layers.Layer 0.0.weight", {2, 6}),
  };
  return model;
}

// Several pickles (a magic number, a version, the system, the content, the
// keys of the storages), then each storage behind its length.
std::string old_torch_file(const State& state) {
  const char magic[] =
      "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  std::string file = raw(magic, sizeof magic - 1);
  Writer version, system, content, keys;
  version.integer(1001);
  system.dict(
      [&] { system.entry("little_endian", [&] { system.truth(true); }); });
  std::vector<std::string> names;
  content.ordered_dict([&] {
    for (const auto& tensor : state) {
      names.push_back(std::to_string(1000 + names.size()));
      content.entry(tensor.name,
                    [&] { write_old_tensor(content, tensor, names.back()); });
    }
  });
  keys.texts(names);
  file += version.finish() + system.finish() + content.finish() + keys.finish();
  for (const auto& tensor : state) {
    const std::uint64_t n = tensor.values.size();
    file += raw(&n, sizeof n);
    for (const double value : tensor.values) {
      const auto narrow = static_cast<float>(value);
      file += raw(&narrow, sizeof narrow);
    }
  }
  return file;
}

OldScviToolsFiles old_scvi_tools_files() {
  OldScviToolsFiles files;
  ScviToolsModel model = small_scvi_tools_model();
  files.weights = old_torch_file(model.state);
  files.genes = "g1\ng2\r\ng3\n";
  Writer out;
  out.dict([&] {
    out.entry("scvi_setup_dict_", [&] { write_old_setup(out); });
    // Before 0.9: all parameters in one, keyword arguments nested.
    out.entry("init_params_", [&] {
      out.dict([&] {
        out.integer_entry("n_hidden", 2);
        out.integer_entry("n_latent", 2);
        out.text_entry("dispersion", "gene-batch");
        out.entry("use_cuda", [&] { out.truth(true); });
        out.entry("model_kwargs", [&] {
          out.dict([&] {
            out.entry("encode_covariates", [&] { out.truth(true); });
          });
        });
      });
    });
    out.entry("is_trained_", [&] { out.truth(true); });
  });
  files.attributes = out.finish();
  return files;
}

void write_minified_h5ad(const std::string& path) {
  H5Writer file(path);
  write_frame(file, "obs", {"c1", "c2", "c3", "c4"},
              {"donor", "plate", "observed_lib_size"});
  file.text("obs/donor", {"a", "b", "a", "b"});
  file.numbers("obs/plate", {9, 9, 10, 10}, {}, {H5T_STD_I64LE, {}});
  file.numbers("obs/observed_lib_size", {10, 20, 30, 40});
  write_frame(file, "var", {"g1", "g2", "g3"});
  file.group("obsm");
  file.numbers("obsm/scvi_latent_qzm", {1, 2, 3, 4, 5, 6, 7, 8}, {4, 2});
  file.numbers("obsm/scvi_latent_qzv", {.1, .2, .3, .4, .5, .6, .7, .8},
               {4, 2});
}

}  // namespace support
