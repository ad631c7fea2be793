// Models of scvi-tools: written and read, old forms, wrong content.

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "count_file_writer.hpp"
#include "error_from.hpp"
#include "io/python/pickle_reader.hpp"
#include "io/python/pickle_writer.hpp"
#include "io/scvi_tools/level_order.hpp"
#include "io/scvi_tools/options.hpp"
#include "io/scvi_tools/writer.hpp"
#include "scvi_tools_samples.hpp"
#include "scvigor/scvi_tools.hpp"
#include "util/file_bytes.hpp"

using namespace scvigor;
using support::small_scvi_tools_model;

namespace {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("scvigor_model_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path path_;
};

ScviToolsModel round_trip(const ScviToolsModel& model) {
  const Folder folder;
  core::write_scvi_tools(model, folder.path("model.pt"));
  return read_scvi_tools(folder.path(), "");
}

const std::vector<double>& values_of(const State& state,
                                     const std::string& name) {
  for (const auto& tensor : state)
    if (tensor.name == name) return tensor.values;
  throw std::runtime_error("no tensor " + name);
}

std::string error_of(const ScviToolsModel& model) {
  return support::error_from([&] { round_trip(model); });
}

using Values = std::vector<double>;
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("scvi-tools: a written model is read", "[scvi_tools]") {
  const ScviToolsModel model = small_scvi_tools_model();
  const ScviToolsModel read = round_trip(model);
  CHECK(read.genes == model.genes);
  CHECK(read.n_cells == 5);
  CHECK(read.split.train == model.split.train);
  CHECK(read.split.validation == model.split.validation);
  CHECK(read.history.columns == model.history.columns);
  CHECK(read.options.n_hidden == 2);
  CHECK(read.options.dispersion == Dispersion::kGeneBatch);
  CHECK(read.options.encode_covariates);
  CHECK(read.registry.categorical[0].column == "plate");
  CHECK(read.registry.categorical[0].type == LevelType::kInteger);
  CHECK(values_of(read.state,
                  "z_encoder.encoder.fc_layers.Layer 0.1."
                  "num_batches_tracked") == Values{12});
}

TEST_CASE("scvi-tools: levels are sorted, and their weights with them",
          "[scvi_tools]") {
  const ScviToolsModel read = round_trip(small_scvi_tools_model());
  CHECK(read.registry.batch->levels == Texts{"a", "b"});
  CHECK(read.registry.categorical[0].levels == Texts{"9", "10"});
  CHECK(values_of(read.state, "px_r") == Values{1, 0, 3, 2, 5, 4});
  // 3 genes, then a column for each batch, then for each plate
  CHECK(values_of(read.state, "z_encoder.encoder.fc_layers.Layer 0.0.weight") ==
        Values{0, 1, 2, 4, 3, 6, 5, 7, 8, 9, 11, 10, 13, 12});
  CHECK(
      values_of(read.state, "decoder.px_decoder.fc_layers.Layer 0.0.weight") ==
      Values{0, 1, 3, 2, 5, 4, 6, 7, 9, 8, 11, 10});
  // A second time changes nothing.
  ScviToolsModel again = read;
  sort_levels(again);
  CHECK(values_of(again.state, "px_r") == values_of(read.state, "px_r"));

  ScviToolsModel embedded = small_scvi_tools_model();
  embedded.options.batch_representation = BatchRepresentation::kEmbedding;
  embedded.state = {
      support::counting_tensor("_embeddings_dict.batch.weight", {2, 2}),
      support::counting_tensor("library_log_means", {1, 2})};
  sort_levels(embedded);
  CHECK(embedded.state[0].values == Values{2, 3, 0, 1});
  CHECK(embedded.state[1].values == Values{1, 0});
}

TEST_CASE("scvi-tools: the three files before 0.15", "[scvi_tools]") {
  const auto files = support::old_scvi_tools_files();
  const Folder folder;
  folder.write("old_model_params.pt", files.weights);
  folder.write("old_var_names.csv", files.genes);
  folder.write("old_attr.pkl", files.attributes);
  const ScviToolsModel read = read_scvi_tools(folder.path(), "old_");
  CHECK(read.version == "0.8.1");
  CHECK(read.genes == Texts{"g1", "g2", "g3"});
  CHECK(read.registry.batch->column == "donor");
  CHECK_FALSE(read.registry.labels);
  CHECK(read.registry.categorical[0].levels == Texts{"p1", "p2"});
  CHECK(read.n_cells == 7);
  CHECK(read.options.n_hidden == 2);
  CHECK(read.options.encode_covariates);
  CHECK_THROWS_WITH(read_scvi_tools(folder.path(), ""), contains("model.pt"));
  folder.write("old_attr.pkl", "cos\nsystem\n(S'touch x'\ntR.");
  CHECK_THROWS_WITH(read_scvi_tools(folder.path(), "old_"),
                    contains("attr.pkl") && contains("os.system"));
}

TEST_CASE("scvi-tools: arguments lie in groups, however nested",
          "[scvi_tools]") {
  const auto options_of = [](const std::string& pickled) {
    pickle::Values values;
    pickle::Input input(pickled);
    ScviToolsModel model = small_scvi_tools_model();
    return read_options(pickle::read(input, values), model, false);
  };
  // pickle.dumps({"init_params_": {
  //   "non_kwargs": {"n_hidden": 7, "kwargs": {"n_layers": 2}},
  //   "kwargs": {"kwargs": {"model_kwargs": {"encode_covariates": True,
  //     "batch_embedding_kwargs": {"embedding_dim": 3}}}}}}, 0)
  const ModelOptions nested = options_of(
      "(dp0\nVinit_params_\np1\n(dp2\nVnon_kwargs\np3\n(dp4\nVn_hidden\np5\n"
      "I7\nsVkwargs\np6\n(dp7\nVn_layers\np8\nI2\nsssg6\n(dp9\ng6\n(dp10\n"
      "Vmodel_kwargs\np11\n(dp12\nVencode_covariates\np13\nI01\ns"
      "Vbatch_embedding_kwargs\np14\n(dp15\nVembedding_dim\np16\nI3\nssssss.");
  CHECK(nested.n_hidden == 7);
  CHECK(nested.n_layers == 2);
  CHECK(nested.encode_covariates);
  CHECK(nested.batch_embedding_dim == 3);
  // a group that contains itself
  CHECK(options_of("(dp0\nVinit_params_\np1\n(dp2\nVn_latent\np3\nI4\n"
                   "sVkwargs\np4\ng2\nss.")
            .n_latent == 4);
}

TEST_CASE("scvi-tools: weights must fit the options", "[scvi_tools]") {
  ScviToolsModel model = small_scvi_tools_model();
  model.options.n_layers = 1000000000;
  CHECK_THAT(error_of(model),
             contains("lacks the weights") && contains("Layer 1.0.weight"));
  model = small_scvi_tools_model();
  model.options.n_latent = 1000000;
  CHECK_THAT(error_of(model), contains("mean_encoder"));
  model = small_scvi_tools_model();
  model.genes.push_back("g4");
  CHECK_THAT(error_of(model), contains("px_r"));
  model = small_scvi_tools_model();
  model.genes[1] = "g1";
  CHECK_THAT(error_of(model), contains("share a name"));
  model = small_scvi_tools_model();
  model.registry.categorical[0].levels[1] = "10";
  CHECK_THAT(error_of(model), contains("plate") && contains("not distinct"));
  model = small_scvi_tools_model();
  model.split.train[0] = 5;
  CHECK_THAT(error_of(model), contains("the training cells"));
  model = small_scvi_tools_model();
  model.options.dropout_rate = 2.0;
  CHECK_THAT(error_of(model), contains("dropout_rate"));
}

TEST_CASE("scvi-tools: what LinearSCVI lacks is not exported", "[scvi_tools]") {
  const Folder folder;
  ScviToolsModel model = small_scvi_tools_model();
  model.options.decoder = DecoderKind::kLinear;
  const auto refused = [&] {
    try {
      write_scvi_tools(model, folder.path("model.pt"));
    } catch (const ArgumentError& error) {
      return error.argument();
    }
    return std::string("nothing");
  };
  CHECK(refused() == "categorical_covariates");
  model.registry.categorical.clear();
  CHECK(refused() == "encode_covariates");
  model.options.encode_covariates = false;
  model.options.dispersion = Dispersion::kGeneCell;
  CHECK(refused() == "dispersion");
  model.options.dispersion = Dispersion::kGene;
  model.options.use_batch_norm = NormPlacement::kNone;
  CHECK(refused() == "use_batch_norm");
}

TEST_CASE("Minified cells", "[scvi_tools]") {
  const support::TemporaryFile path(".h5ad");
  support::write_minified_h5ad(path.path());
  const auto found = read_minified(path.path());
  REQUIRE(found);
  CHECK(found->cells.names == Texts{"c1", "c2", "c3", "c4"});
  CHECK(found->n_latent == 2);
  CHECK(found->latent_mean == Values{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(found->library == Values{10, 20, 30, 40});
  support::write_h5ad(path.path());
  CHECK_FALSE(read_minified(path.path()));
}
