// scvigor_fuzz [N] [FILE...]: reads N (1000) mutations each of a model.pt, of
// its pickle in a sound archive, of an old model's attr.pkl, of a .h5ad and a
// minified .h5ad file that it makes itself, and of every FILE; then hostile
// pickles. Each must be read or refused with a FileError: anything else ends
// the program. Deterministic.

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "count_file_writer.hpp"
#include "hostile_pickles.hpp"
#include "io/file_bytes.hpp"
#include "io/zip_reader.hpp"
#include "io/zip_writer.hpp"
#include "mutate.hpp"
#include "scvi_tools_samples.hpp"
#include "scvigor/count_file.hpp"
#include "scvigor/scvi_tools.hpp"

using namespace scvigor;

namespace {

struct Tally {
  int read = 0;
  int refused = 0;
};

// Any exception but a FileError is a failure of the reader.
void attempt(Tally& tally, const std::function<void()>& read) {
  try {
    read();
    ++tally.read;
  } catch (const FileError& error) {
    ++tally.refused;
    if (std::string(error.what()).size() < 10) {
      std::fprintf(stderr, "An error that says nothing.\n");
      std::exit(1);
    }
  }
}

void read_counts(const std::string& path) {
  const CountFile file(path);
  std::vector<std::int32_t> indptr(
      static_cast<std::size_t>(file.n_cells()) + 1);
  const auto n = static_cast<std::size_t>(file.n_entries());
  std::vector<std::int32_t> genes(n);
  std::vector<double> values(n);
  file.read(indptr.data(), genes.data(), values.data());
}

long peak_mib() {
  rusage self{}, children{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &children);
  return std::max(self.ru_maxrss, children.ru_maxrss) / 1024;
}

void report(const char* what, const Tally& tally) {
  std::printf("%-28s %5d read, %5d refused, peak %ld MiB\n", what, tally.read,
              tally.refused, peak_mib());
  std::fflush(stdout);
}

class Fuzzer {
 public:
  explicit Fuzzer(int n)
      : n_(n),
        folder_((std::filesystem::temp_directory_path() /
                 ("scvigor_fuzz_" + std::to_string(getpid())))
                    .string()) {
    std::filesystem::create_directories(folder_);
  }
  ~Fuzzer() { std::filesystem::remove_all(folder_); }

  // Mutations of `bytes`, each written by `write` and read by `read`.
  void run(const char* what, const std::string& bytes,
           const std::function<void(const std::string&)>& write,
           const std::function<void()>& read) const {
    Tally tally;
    for (int k = 0; k < n_; ++k) {
      fuzz::Random random(static_cast<unsigned>(k));
      write(fuzz::mutate(bytes, random));
      attempt(tally, read);
    }
    report(what, tally);
  }

  std::string path(const std::string& name) const {
    return folder_ + "/" + name;
  }
  void write(const std::string& name, const std::string& bytes) const {
    replace_file(path(name), bytes);
  }
  void read_model() const { read_scvi_tools(folder_, ""); }

 private:
  int n_;
  std::string folder_;
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
  fuzzer.run("model.pt", archive,
             [&](const std::string& bytes) { fuzzer.write("model.pt", bytes); },
             [&] { fuzzer.read_model(); });
  ZipReader zip(archive);
  std::string pickle;
  for (const auto& name : zip.names())
    if (name.find("/data.pkl") != std::string::npos) pickle = zip.read(name);
  fuzzer.run("model.pt, its pickle", pickle,
             [&](const std::string& bytes) {
               fuzzer.write("model.pt", with_pickle(archive, bytes));
             },
             [&] { fuzzer.read_model(); });
  Tally tally;
  for (const auto& hostile : fuzz::hostile_pickles()) {
    fuzzer.write("model.pt", with_pickle(archive, hostile));
    attempt(tally, [&] { fuzzer.read_model(); });
    fuzzer.write("model.pt", hostile);
    attempt(tally, [&] { fuzzer.read_model(); });
  }
  report("hostile pickles", tally);
  if (tally.read > 0) std::exit(1);
  std::filesystem::remove(fuzzer.path("model.pt"));
}

void fuzz_h5(const Fuzzer& fuzzer, const char* what, const std::string& bytes) {
  const std::string path = fuzzer.path("cells.h5ad");
  fuzzer.run(what, bytes,
             [&](const std::string& mutated) {
               fuzzer.write("cells.h5ad", mutated);
             },
             [&] {
               read_minified(path);
               read_counts(path);
             });
}

// The three files of scvi-tools before 0.15, of which one is damaged.
void fuzz_old_model(const Fuzzer& fuzzer) {
  const auto old = support::old_scvi_tools_files();
  fuzzer.write("model_params.pt", old.weights);
  fuzzer.write("var_names.csv", old.genes);
  const auto damage = [&](const std::string& name, const std::string& bytes) {
    fuzzer.run(name.c_str(), bytes,
               [&](const std::string& mutated) { fuzzer.write(name, mutated); },
               [&] { fuzzer.read_model(); });
    fuzzer.write(name, bytes);
  };
  damage("attr.pkl", old.attributes);
  damage("model_params.pt", old.weights);
}

// 4 cells, 3 genes, as CellRanger 3 has it.
void write_tenx(const std::string& path) {
  const support::SmallCounts small;
  support::H5Writer file(path);
  file.group("matrix");
  file.text("matrix/barcodes", {"AA-1", "AC-1", "AG-1", "AT-1"}, 18);
  file.numbers("matrix/data", small.data);
  file.numbers("matrix/indices", small.indices);
  file.numbers("matrix/indptr", small.indptr);
  file.numbers("matrix/shape", {3, 4});
  file.group("matrix/features");
  file.text("matrix/features/id", {"E1", "E2", "E3"}, 4);
  file.text("matrix/features/name", {"G1", "G2", "G3"}, 4);
}

void fuzz_given(const Fuzzer& fuzzer, const std::string& path) {
  const std::string bytes = read_file(path);
  if (ZipReader::recognises(bytes))
    fuzz_model(fuzzer, bytes);
  else
    fuzz_h5(fuzzer, path.c_str(), bytes);
}

// First: these are read in copies of this process, which grows later.
void fuzz_counts(const Fuzzer& fuzzer) {
  support::write_h5ad(fuzzer.path("good.h5ad"));
  fuzz_h5(fuzzer, "h5ad", read_file(fuzzer.path("good.h5ad")));
  support::write_minified_h5ad(fuzzer.path("good.h5ad"));
  fuzz_h5(fuzzer, "minified h5ad", read_file(fuzzer.path("good.h5ad")));
  write_tenx(fuzzer.path("good.h5"));
  fuzz_h5(fuzzer, "10x h5", read_file(fuzzer.path("good.h5")));
}

}  // namespace

int main(int argc, char** argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 1000;
  const Fuzzer fuzzer(n);
  const auto start = std::chrono::steady_clock::now();
  fuzz_counts(fuzzer);
  for (int i = 2; i < argc; ++i) fuzz_given(fuzzer, argv[i]);
  write_scvi_tools(support::small_scvi_tools_model(),
                   fuzzer.path("sample.pt"));
  fuzz_model(fuzzer, read_file(fuzzer.path("sample.pt")));
  fuzz_old_model(fuzzer);
  const std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  std::printf("%.0f seconds\n", seconds.count());
  return 0;
}
