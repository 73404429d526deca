#include "tensor/safetensors.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tensor/entries.h"
#include "tensor/json.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

constexpr std::size_t kMostAxes = 64;
constexpr std::uint64_t kLengthBytes = 8;

// The types the lab decodes are in tensor.h; these it only lists.
struct Listed {
  std::string_view name;
  std::uint64_t bits;
};
constexpr Listed kListed[] = {
    {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6},     {"F6_E3M2", 6},     {"F8_E4M3", 8},
    {"F8_E5M2", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"U16", 16},
    {"U32", 32},    {"I64", 64},    {"U64", 64},        {"C64", 64}};

Error json_error(const JsonReader& json, const std::string& where) {
  return {"The safetensors header is malformed at byte " + std::to_string(json.position()) + where +
          ": " + json.failure() + "."};
}

std::string spell_range(std::uint64_t begin, std::uint64_t end) {
  return "[" + std::to_string(begin) + ", " + std::to_string(end) + "]";
}

// Offsets stay as the header has them, from the data's first byte, until the whole directory is
// checked.
class HeaderReader {
 public:
  HeaderReader(std::string_view header, std::uint64_t data_bytes)
      : json_(header), data_bytes_(data_bytes) {}

  Status read(std::vector<TensorEntry>& entries);

 private:
  Status read_metadata();
  Status read_tensor(TensorEntry& entry);
  Status read_offsets(TensorEntry& entry, std::uint64_t& numbers);
  Status set_type(TensorEntry& entry) const;

  JsonReader json_;
  std::uint64_t data_bytes_;
};

Status repeated(std::optional<std::string_view> twin, std::string_view what) {
  if (!twin) return {};
  return Error{"The safetensors header has " + std::string(what) + " " + quoted(*twin) + " twice."};
}

Status HeaderReader::read_metadata() {
  const std::string where = " in __metadata__, which maps strings to strings";
  std::vector<std::string> keys;
  std::string key, value;
  json_.enter_object();
  while (json_.next_member(key)) {
    if (!json_.read_string(value)) break;
    keys.push_back(key);
  }
  if (!json_.ok()) return json_error(json_, where);
  return repeated(first_repeated({keys.begin(), keys.end()}), "the __metadata__ key");
}

Status HeaderReader::read_offsets(TensorEntry& entry, std::uint64_t& numbers) {
  std::uint64_t* const ends[] = {&entry.begin, &entry.end};
  json_.enter_array();
  while (json_.next_element()) {
    if (numbers == 2)
      return Error{"Tensor " + quoted(entry.name) + " has more than two data_offsets."};
    if (!json_.read_whole(*ends[numbers])) break;
    ++numbers;
  }
  return {};
}

Status HeaderReader::set_type(TensorEntry& entry) const {
  const std::string tensor = "Tensor " + quoted(entry.name);
  const auto count = element_count(entry.shape);
  if (!count)
    return Error{tensor + " is impossible: its shape " + spell_shape(entry.shape) +
                 " holds more than 2^53 elements."};
  entry.count = count.value();

  std::uint64_t bits = 0;
  if (const auto dtype = parse_dtype(entry.stored_dtype)) {
    entry.dtype = dtype.value();
    bits = 8 * dtype_bytes(entry.dtype);
  } else {
    entry.decodable = false;
    for (const Listed& row : kListed) {
      if (row.name == entry.stored_dtype) bits = row.bits;
    }
    if (bits == 0)
      return Error{tensor + " has the dtype " + quoted(entry.stored_dtype) +
                   ", which safetensors does not know."};
  }
  if (entry.begin > entry.end || entry.end > data_bytes_) {
    return Error{tensor + " has data_offsets " + spell_range(entry.begin, entry.end) +
                 (entry.begin > entry.end
                      ? ", which end before they begin."
                      : ", but the file has " + spell_bytes(data_bytes_) + " of data.")};
  }
  // 2^53 elements of 64 bits fit 64 bits of bit count.
  const std::uint64_t total_bits = entry.count * bits;
  if (total_bits % 8 != 0 || total_bits / 8 != entry.end - entry.begin) {
    return Error{
        tensor + " of shape " + spell_shape(entry.shape) + " and dtype " + entry.stored_dtype +
        " takes " +
        (total_bits % 8 ? std::to_string(total_bits) + " bits" : spell_bytes(total_bits / 8)) +
        ", but its data_offsets " + spell_range(entry.begin, entry.end) + " hold " +
        spell_bytes(entry.end - entry.begin) + "."};
  }
  return {};
}

Status HeaderReader::read_tensor(TensorEntry& entry) {
  constexpr std::string_view kKeys[] = {"dtype", "shape", "data_offsets"};
  const std::string tensor = "Tensor " + quoted(entry.name);
  bool seen[3] = {};
  std::uint64_t offsets = 0;
  std::string key;
  json_.enter_object();
  while (json_.next_member(key)) {
    const auto which = static_cast<std::size_t>(std::find(kKeys, kKeys + 3, key) - kKeys);
    if (which == 3) {
      json_.skip_value();
      continue;
    }
    if (seen[which]) return Error{tensor + " has the key " + quoted(key) + " twice."};
    seen[which] = true;
    if (which == 0) {
      json_.read_string(entry.stored_dtype);
    } else if (which == 1) {
      json_.enter_array();
      while (json_.next_element()) {
        if (entry.shape.size() == kMostAxes)
          return Error{tensor + " has more than " + std::to_string(kMostAxes) + " axes."};
        entry.shape.push_back(0);
        json_.read_whole(entry.shape.back());
      }
    } else if (const Status read = read_offsets(entry, offsets); !read) {
      return read;
    }
  }
  if (!json_.ok()) return json_error(json_, ", in tensor " + quoted(entry.name));
  for (std::size_t which = 0; which < 3; ++which) {
    if (!seen[which]) return Error{tensor + " lacks the key " + quoted(kKeys[which]) + "."};
  }
  if (offsets != 2)
    return Error{tensor + " has " + std::to_string(offsets) + " data_offsets instead of two."};
  return set_type(entry);
}

Status HeaderReader::read(std::vector<TensorEntry>& entries) {
  bool metadata = false;
  std::string key;
  json_.enter_object();
  while (json_.next_member(key)) {
    if (key == "__metadata__") {
      if (std::exchange(metadata, true))
        return Error{"The safetensors header has __metadata__ twice."};
      if (const Status read = read_metadata(); !read) return read;
      continue;
    }
    TensorEntry& entry = entries.emplace_back();
    entry.name = key;
    if (const Status read = read_tensor(entry); !read) return read;
  }
  if (!json_.finish()) return json_error(json_, "");
  return repeated(repeated_name(entries), "the tensor");
}

// The sorted entries follow one another from the data's first byte to its last.
Status check_cover(const std::vector<TensorEntry>& entries, std::uint64_t data_bytes) {
  std::uint64_t covered = 0;
  const TensorEntry* before = nullptr;
  for (const TensorEntry& entry : entries) {
    if (entry.begin < covered) {
      return Error{"Tensors " + quoted(before->name) + " and " + quoted(entry.name) +
                   " overlap: the first ends at byte " + std::to_string(covered) +
                   " of the data, the second begins at " + std::to_string(entry.begin) + "."};
    }
    if (entry.begin > covered) {
      return Error{"Bytes " + std::to_string(covered) + " to " + std::to_string(entry.begin - 1) +
                   " of the data, before tensor " + quoted(entry.name) + ", belong to no tensor."};
    }
    covered = entry.end;
    before = &entry;
  }
  if (covered == data_bytes) return {};
  return Error{"The tensors take " + spell_bytes(covered) + " and the file has " +
               spell_bytes(data_bytes) + " of data: the rest belongs to no tensor."};
}

}  // namespace

Result<Directory> read_safetensors(std::span<const std::uint8_t> head, std::uint64_t file_bytes) {
  if (head.size() < kLengthBytes + 1) {
    return Error{"This .safetensors file is cut short: it has " + spell_bytes(file_bytes) + "."};
  }
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | head[i];
  if (length > kLongestSafetensorsHeader) {
    return Error{"This .safetensors file claims a header of " + spell_bytes(length) +
                 "; the format allows " + std::to_string(kLongestSafetensorsHeader) + "."};
  }
  if (length > file_bytes - kLengthBytes) {
    return Error{"This .safetensors file is cut short: its header takes " + spell_bytes(length) +
                 " and the file has " + std::to_string(file_bytes - kLengthBytes) +
                 " after the first 8."};
  }
  if (length == 0 || head[kLengthBytes] != '{') {
    return Error{"This .safetensors file's header, " + spell_bytes(length) +
                 " long, does not begin with “{”."};
  }
  const std::uint64_t data_begin = kLengthBytes + length;
  if (head.size() < data_begin) return Directory{data_begin, {}};

  const auto header = head.subspan(kLengthBytes, static_cast<std::size_t>(length));
  const std::uint64_t data_bytes = file_bytes - data_begin;
  Directory directory;
  HeaderReader reader({reinterpret_cast<const char*>(header.data()), header.size()}, data_bytes);
  if (const Status read = reader.read(directory.entries); !read) return Error{read.error()};

  sort_by_place(directory.entries);
  if (const Status cover = check_cover(directory.entries, data_bytes); !cover)
    return Error{cover.error()};
  for (TensorEntry& entry : directory.entries) {
    entry.begin += data_begin;
    entry.end += data_begin;
  }
  return directory;
}

}  // namespace halfstep
