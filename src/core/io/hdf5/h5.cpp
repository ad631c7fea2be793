#include "io/hdf5/h5.hpp"

#include <algorithm>
#include <new>

namespace scvigor::h5 {

namespace {

struct Failure {
  std::string text;  // of the first cause
  bool lacks_memory = false;
};

herr_t collect_failure(unsigned, const H5E_error2_t* error, void* data) {
  auto& failure = *static_cast<Failure*>(data);
  if (failure.text.empty() && error->desc) failure.text = error->desc;
  if (error->maj_num == H5E_RESOURCE &&
      (error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC))
    failure.lacks_memory = true;
  return 0;
}

// When it was made, 0 where the file does not say, and its name.
using Link = std::pair<std::int64_t, std::string>;

herr_t keep_link(hid_t, const char* name, const H5L_info_t* info, void* data) {
  // No exception may pass through HDF5's C frames.
  try {
    static_cast<std::vector<Link>*>(data)->emplace_back(
        info->corder_valid ? info->corder : 0, name);
    return 0;
  } catch (...) {
    return -1;
  }
}

}  // namespace

Handle::Handle(const Handle& other) : id_(other.id_) {
  if (id_ >= 0) H5Iinc_ref(id_);
}

Handle::~Handle() {
  if (id_ < 0) return;
  const Silence silence;
  H5Idec_ref(id_);
}

Silence::Silence() {
  if (H5Eget_auto2(H5E_DEFAULT, &print_, &data_) < 0) print_ = nullptr;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Silence::~Silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

std::string error_text() {
  Failure failure;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect_failure, &failure);
  if (failure.lacks_memory) throw std::bad_alloc();
  return failure.text.empty() ? "HDF5 gives no reason" : failure.text;
}

std::string explain_absence(NodeKind found, const std::string& wanted) {
  if (found == NodeKind::kAbsent) return ".";
  if (found == NodeKind::kExternalLink)
    return ": it is a link into another file, which is not followed.";
  return ": what has that name is not " + wanted + ".";
}

std::string Node::label() const {
  return "`" + path_ + "` of \"" + file_->name + "\"";
}

void Node::fail(const std::string& message) const {
  throw FileError(label() + " " + message);
}

std::string Group::child_path(const std::string& name) const {
  return path_ == "/" ? name : path_ + "/" + name;
}

NodeKind Group::kind(const std::string& name) const {
  if (name.empty() || name.find('\0') != std::string::npos)
    return NodeKind::kAbsent;
  // HDF5 wants every step of a path to exist before it is asked for more.
  for (std::size_t end = 0; end != std::string::npos;) {
    end = name.find('/', end + 1);
    const std::string step = name.substr(0, end);
    if (step == "/") continue;
    if (call("look into",
             [&] { return H5Lexists(id(), step.c_str(), H5P_DEFAULT); }) == 0)
      return NodeKind::kAbsent;
    H5L_info_t link;
    call("look into",
         [&] { return H5Lget_info(id(), step.c_str(), &link, H5P_DEFAULT); });
    if (link.type == H5L_TYPE_EXTERNAL) return NodeKind::kExternalLink;
    if (link.type != H5L_TYPE_HARD && link.type != H5L_TYPE_SOFT)
      return NodeKind::kOther;
  }
  if (call("look into", [&] {
        return H5Oexists_by_name(id(), name.c_str(), H5P_DEFAULT);
      }) == 0)
    return NodeKind::kAbsent;
  const Handle object(call(
      "look into", [&] { return H5Oopen(id(), name.c_str(), H5P_DEFAULT); }));
  switch (H5Iget_type(object.get())) {
    case H5I_GROUP:
      return NodeKind::kGroup;
    case H5I_DATASET:
      return NodeKind::kDataset;
    default:
      return NodeKind::kOther;
  }
}

Group Group::group(const std::string& name) const {
  const std::string path = child_path(name);
  const NodeKind found = kind(name);
  if (found != NodeKind::kGroup)
    throw FileError("\"" + file_->name + "\" has no group `" + path + "`" +
                    explain_absence(found, "a group"));
  Handle handle(call(
      "look into", [&] { return H5Gopen2(id(), name.c_str(), H5P_DEFAULT); }));
  return Group(file_, path, std::move(handle));
}

std::vector<std::string> Group::children() const { return list(false); }

std::vector<std::string> Group::members_in_order() const { return list(true); }

// In HDF5's own order, and sorted here: for another order it makes a table,
// which it gives free before it is filled where a large group is damaged.
std::vector<std::string> Group::list(bool in_order) const {
  std::vector<Link> links;
  call("list", [&] {
    return H5Literate(id(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, keep_link,
                      &links);
  });
  std::sort(links.begin(), links.end(), [&](const Link& a, const Link& b) {
    return in_order ? a < b : a.second < b.second;
  });
  std::vector<std::string> names;
  for (auto& link : links) names.push_back(std::move(link.second));
  return names;
}

}  // namespace scvigor::h5
