#include <algorithm>

#include "io/counts/count_file_content.hpp"

namespace scvigor {

namespace {

std::vector<std::string> find_modalities(const h5::Group& root) {
  std::vector<std::string> found;
  for (const std::string& name : root.group("mod").children())
    if (root.kind("mod/" + name) == h5::NodeKind::kGroup &&
        is_h5ad(root.group("mod/" + name)))
      found.push_back(name);
  return found;
}

// The modality that `assay` begins with. "rna/X" is X of "rna".
std::string choose(const h5::Group& root, const std::string& assay,
                   const std::vector<std::string>& modalities) {
  if (assay.empty() && modalities.size() == 1) return modalities[0];
  for (const std::string& name : modalities)
    if (assay == name || assay.rfind(name + "/", 0) == 0) return name;
  throw FileError("\"" + root.file().name + "\" is MuData's .h5mu" +
                  (assay.empty() ? ", with several modalities"
                                 : ", and has no modality `" + assay + "`") +
                  ". Set `assay` to one of them: " + list_of(modalities) + ".");
}

}  // namespace

bool is_mudata(const h5::Group& root) {
  return root.kind("mod") == h5::NodeKind::kGroup && !root.has("X");
}

OpenCountFile open_mudata(const h5::Group& root, const std::string& assay) {
  const std::string modality = choose(root, assay, find_modalities(root));
  const std::string rest =
      assay.size() > modality.size() ? assay.substr(modality.size() + 1) : "";
  OpenCountFile file = open_h5ad(root.group("mod/" + modality), rest);
  file.content.format = CountFileFormat::kH5mu;
  file.content.place = "mod/" + modality + "/" + file.content.place;
  file.content.assay = modality + "/" + file.content.assay;
  for (std::string& name : file.content.assays) name = modality + "/" + name;
  return file;
}

}  // namespace scvigor
