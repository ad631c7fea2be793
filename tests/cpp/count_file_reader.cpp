#include "count_file_reader.hpp"

#include "catch.hpp"

namespace support {

ReadEntries read_entries(const scvigor::CountFile& file) {
  const auto n = static_cast<std::size_t>(file.n_entries());
  ReadEntries out{
      std::vector<std::int32_t>(static_cast<std::size_t>(file.n_cells()) + 1),
      std::vector<std::int32_t>(n), std::vector<double>(n)};
  const auto result =
      file.read(out.indptr.data(), out.genes.data(), out.values.data());
  REQUIRE(out.indptr.back() == result.n_entries);
  for (std::size_t cell = 0; cell + 1 < out.indptr.size(); ++cell)
    for (int k = out.indptr[cell]; k < out.indptr[cell + 1]; ++k) {
      const auto j = static_cast<std::size_t>(k);
      REQUIRE(out.genes[j] >= 0);
      REQUIRE(out.genes[j] < file.n_genes());
      if (k > out.indptr[cell]) REQUIRE(out.genes[j - 1] < out.genes[j]);
    }
  return out;
}

std::vector<double> read_dense(const scvigor::CountFile& file) {
  const auto n_cells = static_cast<std::size_t>(file.n_cells());
  const auto n_genes = static_cast<std::size_t>(file.n_genes());
  const ReadEntries entries = read_entries(file);
  std::vector<double> dense(n_cells * n_genes);
  for (std::size_t cell = 0; cell < n_cells; ++cell)
    for (int k = entries.indptr[cell]; k < entries.indptr[cell + 1]; ++k) {
      const auto j = static_cast<std::size_t>(k);
      dense[cell * n_genes + static_cast<std::size_t>(entries.genes[j])] =
          entries.values[j];
    }
  return dense;
}

}  // namespace support
