#include <algorithm>

#include "io/counts/count_file_content.hpp"
#include "io/counts/h5ad_table.hpp"
#include "io/hdf5/h5_text.hpp"

namespace scvigor {

namespace {

// Where the matrix "X" or "raw/X" and its genes are: AnnData before 0.7
// wrote raw.X and raw.var.
struct Place {
  std::string matrix;
  std::string genes;
};

Place place_of(const h5::Group& root, const std::string& assay) {
  if (assay != "raw/X") return {assay, "var"};
  if (root.has("raw.X")) return {"raw.X", "raw.var"};
  return {"raw/X", "raw/var"};
}

bool has_matrix(const h5::Group& root, const std::string& path) {
  const h5::NodeKind kind = root.kind(path);
  // AnnData writes an absent X as a dataset without dimensions.
  return kind == h5::NodeKind::kGroup ||
         (kind == h5::NodeKind::kDataset &&
          !h5::Dataset::open(root, path).dims().empty());
}

std::vector<std::string> find_assays(const h5::Group& root) {
  std::vector<std::string> assays;
  if (has_matrix(root, "X")) assays.emplace_back("X");
  if (root.kind("layers") == h5::NodeKind::kGroup)
    for (const std::string& layer : root.group("layers").children())
      if (has_matrix(root, "layers/" + layer))
        assays.push_back("layers/" + layer);
  if (has_matrix(root, "raw/X") || has_matrix(root, "raw.X"))
    assays.emplace_back("raw/X");
  return assays;
}

// What the user calls "raw", "X" or "spliced".
std::string resolve(const h5::Group& root, const std::string& wanted,
                    const std::vector<std::string>& assays) {
  for (const std::string& name : {wanted, "layers/" + wanted, wanted + "/X"})
    if (std::find(assays.begin(), assays.end(), name) != assays.end())
      return name;
  throw FileError("\"" + root.file().name + "\" has no `" + wanted +
                  "`. Set `assay` to one that it has: " + list_of(assays) +
                  ".");
}

std::unique_ptr<CountMatrix> open_matrix(const h5::Group& root,
                                         const std::string& path) {
  if (root.kind(path) == h5::NodeKind::kDataset)
    return open_dense(h5::Dataset::open(root, path));
  const h5::Group group = root.group(path);
  std::string encoding = h5::text_attribute_or_empty(group, "encoding-type");
  if (encoding.empty())
    encoding = h5::text_attribute_or_empty(group, "h5sparse_format");
  const bool by_cells = encoding.rfind("csr", 0) == 0;
  if (!by_cells && encoding.rfind("csc", 0) != 0)
    group.fail("is stored as \"" + encoding +
               "\"; counts are read from a csr_matrix, a csc_matrix or an "
               "array.");
  auto shape = h5::integer_attribute(group, "shape");
  if (!shape) shape = h5::integer_attribute(group, "h5sparse_shape");
  if (!shape || shape->size() != 2)
    group.fail("lacks its attribute `shape` (cells, genes).");
  return open_sparse(group, (*shape)[0], (*shape)[1], by_cells);
}

// The first place, in the order that people look, that holds counts.
std::string find_counts(const h5::Group& root,
                        const std::vector<std::string>& assays,
                        CountMatrix::Survey& survey) {
  for (const char* name : {"X", "layers/counts", "raw/X"}) {
    if (std::find(assays.begin(), assays.end(), name) == assays.end()) continue;
    survey = open_h5ad_matrix(root, name)->survey(true);
    if (survey.holds_counts) return name;
  }
  throw FileError("\"" + root.file().name +
                  "\" holds no counts: none of X, layers/counts "
                  "and raw/X has whole, non-negative numbers only. " +
                  (assays.empty()
                       ? "It has no matrix at all."
                       : "It has " + list_of(assays) +
                             ". To read one of these all the same, name it in "
                             "`assay`."));
}

}  // namespace

bool is_h5ad(const h5::Group& root) {
  return root.has("obs") && root.has("var");
}

std::unique_ptr<CountMatrix> open_h5ad_matrix(const h5::Group& root,
                                              const std::string& assay) {
  return open_matrix(root, place_of(root, assay).matrix);
}

CountFileContent describe_h5ad(const h5::Group& root,
                               const std::string& assay) {
  CountFileContent content;
  content.format = CountFileFormat::kH5ad;
  content.assays = find_assays(root);
  CountMatrix::Survey survey;
  content.assay = assay.empty() ? find_counts(root, content.assays, survey)
                                : resolve(root, assay, content.assays);
  const auto matrix = open_h5ad_matrix(root, content.assay);
  content.cells = read_table(root, "obs");
  content.genes = read_table(root, place_of(root, content.assay).genes);
  check_sizes(root, content, *matrix);
  if (!assay.empty()) survey = matrix->survey(false);
  content.indptr = std::move(survey.indptr);
  return content;
}

}  // namespace scvigor
