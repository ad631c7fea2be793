// scvigor_fuzz [N] [FILE...]: reads N (1000) mutations each of a .h5ad, a
// minified .h5ad, a 10x .h5, a matrix.mtx and a model file that it makes
// itself, .h5ad files in three layouts also as streams, of every FILE, of a
// model.pt, of its pickle in a sound archive and of an old model's attr.pkl and
// model_params.pt; then hostile pickles. Deterministic. See tally.hpp for what
// may become of them.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "count_file_writer.hpp"
#include "hostile_pickles.hpp"
#include "io/python/zip_reader.hpp"
#include "io/python/zip_writer.hpp"
#include "mutate.hpp"
#include "samples.hpp"
#include "scvi_tools_samples.hpp"
#include "scvigor/count_file.hpp"
#include "scvigor/count_stream.hpp"
#include "scvigor/model_file.hpp"
#include "scvigor/scvi_tools.hpp"
#include "tally.hpp"
#include "util/file_bytes.hpp"

using namespace scvigor;

namespace {

void read_counts(const std::string& path) {
  const CountFile file(path);
  std::vector<std::int32_t> indptr(static_cast<std::size_t>(file.n_cells()) +
                                   1);
  const auto n = static_cast<std::size_t>(file.n_entries());
  std::vector<std::int32_t> genes(n);
  std::vector<double> values(n);
  file.read(indptr.data(), genes.data(), values.data());
}

void read_stream(const std::string& path) {
  CountStream stream({path}, std::filesystem::temp_directory_path().string());
  CsrBlock block;
  std::int64_t n_cells = 0;
  while (stream.next(block)) {
    n_cells += block.n_cells();
    for (std::int64_t i = 0; i < block.n_cells(); ++i)
      for (auto k = block.indptr[i]; k < block.indptr[i + 1]; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const std::int32_t before =
            k > block.indptr[i] ? block.genes[at - 1] : -1;
        if (block.genes[at] <= before || block.genes[at] >= stream.n_genes())
          std::abort();
      }
  }
  if (n_cells != stream.n_cells()) std::abort();
}

class Fuzzer {
 public:
  explicit Fuzzer(int n)
      : n_(n),
        folder_((std::filesystem::temp_directory_path() /
                 ("scvigor_fuzz_" + std::to_string(getpid())))
                    .string()),
        reports_(folder_ + "/reports") {}
  ~Fuzzer() { std::filesystem::remove_all(folder_); }
  Fuzzer(const Fuzzer&) = delete;
  Fuzzer& operator=(const Fuzzer&) = delete;

  // Mutations of `bytes`, each written by `write` and read by `read`.
  void run(const std::string& what, const std::string& bytes,
           const std::function<void(const std::string&)>& write,
           const std::function<void()>& read) const {
    fuzz::Tally tally = new_tally();
    for (int k = 0; k < n_; ++k) {
      fuzz::Random random(static_cast<unsigned>(k));
      write(fuzz::mutate(bytes, random));
      tally.attempt(read);
    }
    tally.print(what);
  }

  std::string path(const std::string& name) const {
    return folder_ + "/" + name;
  }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  void read_model() const { read_scvi_tools(folder_, ""); }
  fuzz::Tally new_tally() const { return fuzz::Tally(reports_); }

 private:
  int n_;
  std::string folder_;
  fuzz::SanitizerReports reports_;
};

// The archive with another pickle, its checksums right.
std::string with_pickle(const std::string& archive, const std::string& pickle) {
  ZipReader zip(archive);
  ZipWriter out;
  for (const auto& name : zip.names()) {
    const bool is_pickle = name.find("/data.pkl") != std::string::npos;
    out.add(name, is_pickle ? std::string_view(pickle) : zip.read(name));
  }
  return out.finish();
}

void fuzz_model(const Fuzzer& fuzzer, const std::string& archive) {
  fuzzer.run(
      "model.pt", archive,
      [&](const std::string& bytes) { fuzzer.write("model.pt", bytes); },
      [&] { fuzzer.read_model(); });
  ZipReader zip(archive);
  std::string pickle;
  for (const auto& name : zip.names())
    if (name.find("/data.pkl") != std::string::npos) pickle = zip.read(name);
  fuzzer.run(
      "model.pt, its pickle", pickle,
      [&](const std::string& bytes) {
        fuzzer.write("model.pt", with_pickle(archive, bytes));
      },
      [&] { fuzzer.read_model(); });
  fuzz::Tally tally = fuzzer.new_tally();
  for (const auto& hostile : fuzz::hostile_pickles()) {
    fuzzer.write("model.pt", with_pickle(archive, hostile));
    tally.attempt([&] { fuzzer.read_model(); });
    fuzzer.write("model.pt", hostile);
    tally.attempt([&] { fuzzer.read_model(); });
  }
  tally.print("hostile pickles");
  if (tally.read() > 0) std::exit(1);
  std::filesystem::remove(fuzzer.path("model.pt"));
}

void fuzz_h5(const Fuzzer& fuzzer, const std::string& what,
             const std::string& bytes,
             const std::function<void(const std::string&)>& read) {
  const std::string name = "damaged.h5";
  fuzzer.write(name, bytes);
  read(fuzzer.path(name));  // or the mutations would prove nothing
  fuzzer.run(
      what, bytes,
      [&](const std::string& mutated) { fuzzer.write(name, mutated); },
      [&] { read(fuzzer.path(name)); });
}

void read_without_counts(const std::string& path) { read_minified(path); }

void read_saved(const std::string& path) { read_model_file(path); }

bool is_saved(const std::string& path) {
  try {
    read_saved(path);
    return true;
  } catch (const FileError&) {
    return false;
  }
}

// The three files of scvi-tools before 0.15, of which one is damaged.
void fuzz_old_model(const Fuzzer& fuzzer) {
  const auto old = support::old_scvi_tools_files();
  fuzzer.write("model_params.pt", old.weights);
  fuzzer.write("var_names.csv", old.genes);
  const auto damage = [&](const std::string& name, const std::string& bytes) {
    fuzzer.run(
        name, bytes,
        [&](const std::string& mutated) { fuzzer.write(name, mutated); },
        [&] { fuzzer.read_model(); });
    fuzzer.write(name, bytes);
  };
  damage("attr.pkl", old.attributes);
  damage("model_params.pt", old.weights);
}

void fuzz_given(const Fuzzer& fuzzer, const std::string& path) {
  const std::string bytes = read_file(path);
  if (ZipReader::recognizes(bytes))
    fuzz_model(fuzzer, bytes);
  else
    fuzz_h5(fuzzer, path, bytes, is_saved(path) ? read_saved : read_counts);
}

void fuzz_streams(const Fuzzer& fuzzer) {
  const std::string good = fuzzer.path("good.h5");
  const char* const names[] = {"stream, by cells", "stream, by genes",
                               "stream, dense"};
  for (int form = 0; form < 3; ++form) {
    std::filesystem::remove(good);
    // compressed, in several chunks
    support::write_small_counts(good, form, {H5T_IEEE_F32LE, {2}, 4, true});
    fuzz_h5(fuzzer, names[form], read_file(good), read_stream);
  }
  fuzz_h5(fuzzer, "stream, matrix.mtx",
          "%%MatrixMarket matrix coordinate integer general\n%\n3 4 5\n"
          "1 1 1\n3 1 2\n2 3 3\n3 3 300\n1 4 4\n",
          read_stream);
}

// First: these are read in children of this process, which grows later.
void fuzz_made_h5(const Fuzzer& fuzzer) {
  const std::string good = fuzzer.path("good.h5");
  support::write_h5ad(good);
  fuzz_h5(fuzzer, "h5ad", read_file(good), read_counts);
  support::write_minified_h5ad(good);
  fuzz_h5(fuzzer, "minified h5ad", read_file(good), read_without_counts);
  fuzz::write_tenx(good);
  fuzz_h5(fuzzer, "10x h5", read_file(good), read_counts);
  fuzz::write_model(good);
  fuzz_h5(fuzzer, "saveSCVI()", read_file(good), read_saved);
}

}  // namespace

int main(int argc, char** argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 1000;
  const Fuzzer fuzzer(n);
  const auto start = std::chrono::steady_clock::now();
  fuzz_made_h5(fuzzer);
  fuzz_streams(fuzzer);
  for (int i = 2; i < argc; ++i) fuzz_given(fuzzer, argv[i]);
  write_scvi_tools(support::small_scvi_tools_model(), fuzzer.path("sample.pt"));
  fuzz_model(fuzzer, read_file(fuzzer.path("sample.pt")));
  fuzz_old_model(fuzzer);
  const std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  std::printf("%.0f seconds\n", seconds.count());
  return 0;
}
