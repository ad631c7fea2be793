#include "io/model_file/value_file.hpp"

namespace scvigor {

void put_value(WireWriter& writer, const FileValue& value) {
  writer.put(value.kind);
  writer.put(value.names);
  writer.put(value.whole);
  writer.put(value.numbers);
  writer.put(value.text);
  writer.put(std::vector<char>(value.missing.begin(), value.missing.end()));
  writer.put(value.shape);
  writer.put(value.members.size());
  for (const FileValue& member : value.members) put_value(writer, member);
}

FileValue get_value(WireReader& reader) {
  FileValue value;
  reader.get(value.kind);
  reader.get(value.names);
  reader.get(value.whole);
  reader.get(value.numbers);
  reader.get(value.text);
  std::vector<char> missing;
  reader.get(missing);
  value.missing.assign(missing.begin(), missing.end());
  reader.get(value.shape);
  std::size_t n = 0;
  for (reader.get(n); value.members.size() < n;)
    value.members.push_back(get_value(reader));
  return value;
}

}  // namespace scvigor
