#include <algorithm>

#include "io/counts/assay_choice.hpp"
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

bool leads_to_matrix(const h5::Group& root, const std::string& path) {
  switch (root.kind(path)) {
    case h5::NodeKind::kAbsent:
    case h5::NodeKind::kOther:
      return false;
    case h5::NodeKind::kDataset:
      // AnnData writes an absent X as a dataset without dimensions.
      return h5::rank_of(root, path) > 0;
    case h5::NodeKind::kGroup:
    case h5::NodeKind::kExternalLink:
      return true;
  }
  return false;
}

// One that cannot be looked at counts as there, so that its error names it.
bool has_matrix(const h5::Group& root, const std::string& path) {
  try {
    return leads_to_matrix(root, path);
  } catch (const FileError&) {
    return true;
  }
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
  if (root.kind(path) == h5::NodeKind::kDataset) return open_dense(root, path);
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

// In the order in which people look for counts.
AssayChoice find_counts(const h5::Group& root,
                        const std::vector<std::string>& assays) {
  std::vector<std::string> candidates;
  for (const char* name : {"X", "layers/counts", "raw/X"})
    if (std::find(assays.begin(), assays.end(), name) != assays.end())
      candidates.emplace_back(name);
  if (candidates.empty()) fail_without_counts(root.file().name, assays);
  AssayChoice choice = choose_assay(candidates, [&](const std::string& name) {
    return open_matrix(root, place_of(root, name).matrix);
  });
  if (choice.assay.empty()) fail_without_counts(root.file().name, assays);
  return choice;
}

}  // namespace

void fail_without_counts(const std::string& file,
                         const std::vector<std::string>& assays) {
  throw FileError("\"" + file +
                  "\" holds no counts: none of X, layers/counts "
                  "and raw/X has whole, non-negative numbers only. " +
                  (assays.empty()
                       ? "It has no matrix at all."
                       : "It has " + list_of(assays) +
                             ". To read one of these all the same, name it in "
                             "`assay`."));
}

bool is_h5ad(const h5::Group& root) {
  return root.has("obs") && root.has("var");
}

OpenCountFile open_h5ad(const h5::Group& root, const std::string& assay) {
  OpenCountFile file;
  CountFileContent& content = file.content;
  content.format = CountFileFormat::kH5ad;
  content.assays = find_assays(root);
  if (assay.empty()) {
    const AssayChoice choice = find_counts(root, content.assays);
    content.assay = choice.assay;
    content.note = choice.note;
    file.must_hold_counts = !choice.is_checked;
  } else {
    content.assay = resolve(root, assay, content.assays);
  }
  const Place place = place_of(root, content.assay);
  content.place = place.matrix;
  content.cells = read_table(root, "obs");
  content.genes = read_table(root, place.genes);
  file.matrix = open_matrix(root, place.matrix);
  check_sizes(root, file);
  return file;
}

}  // namespace scvigor
