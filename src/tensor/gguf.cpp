#include "tensor/gguf.h"

#include <algorithm>

#include "tensor/entries.h"
#include "tensor/ggml_types.h"
#include "tensor/utf8.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::uint64_t kMostItems = 100'000;
// GGUF's own limit.
constexpr std::uint64_t kLongestKey = 65535;
// GGUF says 64; programs built with another limit write longer ones.
constexpr std::uint64_t kLongestName = 1024;
constexpr std::uint32_t kMostAxes = 4;
constexpr int kDeepestArray = 8;
constexpr std::uint64_t kDefaultAlignment = 32;
// What an empty key with a value of one byte takes, and a nameless tensor without axes.
constexpr std::uint64_t kShortestKey = 13;
constexpr std::uint64_t kShortestTensor = 24;

// Bytes of a value by its type: 8 is a string, 9 an array.
constexpr std::uint8_t kValueBytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
constexpr std::uint32_t kUint32 = 4, kString = 8;
constexpr std::uint64_t kLengthBytes = 8, kArrayHeadBytes = 12;

// Reads the header from front to back. A function that answers false has found that more bytes are
// needed, or what is wrong; nothing is read after it.
class HeaderReader {
 public:
  HeaderReader(std::span<const std::uint8_t> head, std::uint64_t file_bytes)
      : head_(head), file_bytes_(file_bytes) {}

  Result<Directory> read();

 private:
  bool fail(std::string sentence) {
    error_ = std::move(sentence);
    return false;
  }
  bool fits(std::uint64_t bytes);
  bool given(std::uint64_t bytes);
  std::uint64_t take(int bytes);
  bool take_text(std::string_view what, std::uint64_t longest, std::string_view& text);
  bool read_counts();
  bool plausible(std::uint64_t count, std::uint64_t shortest, std::string_view what);
  bool skip_values(std::uint32_t type, std::uint64_t count, int depth);
  bool read_key();
  bool read_alignment(std::uint32_t type);
  bool read_metadata();
  bool read_tensor();
  bool set_type(TensorEntry& entry, std::uint32_t type);
  bool place_tensors();

  std::span<const std::uint8_t> head_;
  std::uint64_t file_bytes_;
  std::uint64_t position_ = 0;
  std::uint64_t tensors_ = 0, keys_ = 0;
  std::uint64_t alignment_ = kDefaultAlignment;
  std::vector<std::string_view> names_;
  std::string_view part_ = "its header";  // what is being read,
  std::string_view name_;                 // and of which name
  Directory directory_;
  std::string error_;
};

// Whether the next bytes lie inside the file and inside what the lab reads of it.
bool HeaderReader::fits(std::uint64_t bytes) {
  if (bytes > file_bytes_ - position_) {
    return fail("This .gguf file is cut short or damaged: it has " + spell_bytes(file_bytes_) +
                ", and " + std::string(part_) + (name_.empty() ? "" : " " + quoted(name_)) +
                " at byte " + std::to_string(position_) + " goes on beyond them.");
  }
  if (position_ + bytes > kLongestHeader)
    return fail("This .gguf file's header takes more than " + spell_bytes(kLongestHeader) +
                ", the most that the lab reads.");
  return true;
}

// Whether they are given. Asks for much more than is missing, so that few readings are enough.
bool HeaderReader::given(std::uint64_t bytes) {
  if (!fits(bytes)) return false;
  const std::uint64_t end = position_ + bytes;
  if (end <= head_.size()) return true;
  directory_.need = std::min(
      {file_bytes_, kLongestHeader, std::max(end, 4 * static_cast<std::uint64_t>(head_.size()))});
  return false;
}

// A little-endian number of bytes that are given.
std::uint64_t HeaderReader::take(int bytes) {
  std::uint64_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | head_[position_ + static_cast<unsigned>(i)];
  position_ += static_cast<unsigned>(bytes);
  return value;
}

bool HeaderReader::take_text(std::string_view what, std::uint64_t longest, std::string_view& text) {
  part_ = what;
  name_ = {};
  if (!given(kLengthBytes)) return false;
  const std::uint64_t length = take(kLengthBytes);
  if (length > longest) {
    return fail("This .gguf file is damaged: " + std::string(what) + " at byte " +
                std::to_string(position_) + " claims a name of " + spell_bytes(length) +
                ", and at most " + std::to_string(longest) + " are read.");
  }
  if (!given(length)) return false;
  text = {reinterpret_cast<const char*>(head_.data() + position_),
          static_cast<std::size_t>(length)};
  position_ += length;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t sequence = utf8_length(text, at);
    if (sequence == 0)
      return fail("This .gguf file has " + std::string(what) +
                  " whose name is not UTF-8: " + quoted(text) + ".");
    at += sequence;
  }
  name_ = text;
  return true;
}

bool HeaderReader::plausible(std::uint64_t count, std::uint64_t shortest, std::string_view what) {
  if (count <= kMostItems && count <= file_bytes_ / shortest) return true;
  return fail("This .gguf file of " + spell_bytes(file_bytes_) + " claims " +
              std::to_string(count) + " " + std::string(what) +
              (count > kMostItems ? "; the lab lists up to " + std::to_string(kMostItems) + "."
                                  : ", which it can't hold."));
}

bool HeaderReader::read_counts() {
  if (!given(kGgufMagic.size() + 4)) return false;
  position_ = kGgufMagic.size();
  const std::uint64_t version = take(4);
  if (version != 0 && version % 65536 == 0)
    return fail("This .gguf file is big-endian; the lab reads little-endian ones.");
  if (version < 2 || version > 3) {
    return fail("This .gguf file has format version " + std::to_string(version) +
                "; the lab reads 2 and 3.");
  }
  if (!given(2 * kLengthBytes)) return false;
  tensors_ = take(kLengthBytes);
  keys_ = take(kLengthBytes);
  return plausible(tensors_, kShortestTensor, "tensors") &&
         plausible(keys_, kShortestKey, "metadata keys");
}

// Steps over values; those of a fixed size need not be given.
bool HeaderReader::skip_values(std::uint32_t type, std::uint64_t count, int depth) {
  if (type >= std::size(kValueBytes)) {
    return fail("Metadata key " + quoted(name_) + " has a value of type " + std::to_string(type) +
                ", which GGUF does not have.");
  }
  if (depth > kDeepestArray) {
    return fail("Metadata key " + quoted(name_) + " has arrays nested deeper than " +
                std::to_string(kDeepestArray) + ".");
  }
  const std::uint64_t fixed = kValueBytes[type];
  const std::uint64_t each = fixed ? fixed : type == kString ? kLengthBytes : kArrayHeadBytes;
  // As many as no file holds fail as what is just too long.
  if (!fits(std::min(count, file_bytes_ / each + 1) * each)) return false;
  if (fixed) {
    position_ += count * fixed;
    return true;
  }
  for (; count > 0; --count) {
    if (!given(each)) return false;
    if (type == kString) {
      const std::uint64_t length = take(kLengthBytes);
      if (!fits(length)) return false;
      position_ += length;
    } else {
      const auto inner = static_cast<std::uint32_t>(take(4));
      if (!skip_values(inner, take(kLengthBytes), depth + 1)) return false;
    }
  }
  return true;
}

bool HeaderReader::read_alignment(std::uint32_t type) {
  if (type != kUint32)
    return fail("The metadata key general.alignment has a value of type " + std::to_string(type) +
                "; GGUF wants a 32-bit whole number, type 4.");
  if (!given(4)) return false;
  alignment_ = take(4);
  if (alignment_ < 8 || (alignment_ & (alignment_ - 1)) != 0) {
    return fail("The metadata key general.alignment is " + std::to_string(alignment_) +
                "; GGUF wants a power of two, 8 or more.");
  }
  return true;
}

bool HeaderReader::read_key() {
  std::string_view key;
  if (!take_text("a metadata key", kLongestKey, key)) return false;
  names_.push_back(key);
  if (!given(4)) return false;
  const auto type = static_cast<std::uint32_t>(take(4));
  return key == "general.alignment" ? read_alignment(type) : skip_values(type, 1, 0);
}

bool HeaderReader::read_metadata() {
  for (std::uint64_t i = 0; i < keys_; ++i) {
    if (!read_key()) return false;
  }
  const auto twin = first_repeated(std::move(names_));
  return !twin || fail("This .gguf file has the metadata key " + quoted(*twin) + " twice.");
}

bool HeaderReader::set_type(TensorEntry& entry, std::uint32_t type) {
  const std::string tensor = "Tensor " + quoted(entry.name);
  const GgmlType* row = find_ggml_type(type);
  if (!row) {
    entry.stored_dtype = "type " + std::to_string(type);
    entry.decodable = false;
    return true;
  }
  entry.stored_dtype = row->name;
  entry.decodable = row->decodable;
  entry.block_weights = row->weights;
  if (const auto plain = parse_dtype(entry.stored_dtype)) entry.dtype = plain.value();
  const std::uint64_t row_weights = entry.shape.empty() ? 1 : entry.shape.back();
  if (row_weights % row->weights != 0) {
    return fail(tensor + " has rows of " + std::to_string(row_weights) + " weights, but " +
                entry.stored_dtype + " stores them " + std::to_string(row->weights) +
                " at a time.");
  }
  // At most 2^53 weights of 8 bytes.
  entry.end += entry.count / row->weights * row->bytes;
  return true;
}

bool HeaderReader::read_tensor() {
  std::string_view name;
  if (!take_text("a tensor", kLongestName, name)) return false;
  const std::string tensor = "Tensor " + quoted(name);
  if (!given(4)) return false;
  const std::uint64_t axes = take(4);
  if (axes > kMostAxes)
    return fail(tensor + " has " + std::to_string(axes) + " axes; GGUF allows 4.");
  if (!given(axes * 8 + 4 + 8)) return false;
  TensorEntry& entry = directory_.entries.emplace_back();
  entry.name = name;
  entry.shape.resize(static_cast<std::size_t>(axes));
  for (std::size_t axis = entry.shape.size(); axis-- > 0;) entry.shape[axis] = take(8);
  const auto type = static_cast<std::uint32_t>(take(4));
  const std::uint64_t offset = take(8);
  const auto count = element_count(entry.shape);
  if (!count)
    return fail(tensor + " is impossible: its shape " + spell_shape(entry.shape) +
                " holds more than 2^53 weights.");
  entry.count = count.value();
  if (offset % alignment_ != 0) {
    return fail(tensor + " begins at byte " + std::to_string(offset) +
                " of the data, which is not a multiple of the alignment, " +
                std::to_string(alignment_) + ".");
  }
  if (offset > file_bytes_)
    return fail(tensor + " begins at byte " + std::to_string(offset) +
                " of the data, beyond the end of the file of " + spell_bytes(file_bytes_) + ".");
  entry.begin = entry.end = offset;
  return set_type(entry, type);
}

// Offsets are counted from the data's first byte until now.
bool HeaderReader::place_tensors() {
  std::vector<TensorEntry>& entries = directory_.entries;
  if (const auto twin = repeated_name(entries))
    return fail("This .gguf file has the tensor " + quoted(*twin) + " twice.");
  sort_by_place(entries);
  const std::uint64_t data_begin = (position_ + alignment_ - 1) / alignment_ * alignment_;
  const TensorEntry* before = nullptr;
  for (TensorEntry& entry : entries) {
    entry.begin += data_begin;
    entry.end += data_begin;
    if (entry.end > file_bytes_) {
      return fail("This .gguf file is cut short or damaged: tensor " + quoted(entry.name) +
                  " ends at byte " + std::to_string(entry.end) + " and the file has " +
                  std::to_string(file_bytes_) + ".");
    }
    if (before && entry.begin < before->end) {
      return fail("Tensors " + quoted(before->name) + " and " + quoted(entry.name) +
                  " overlap: the first ends at byte " + std::to_string(before->end) +
                  ", the second begins at " + std::to_string(entry.begin) + ".");
    }
    before = &entry;
  }
  return true;
}

Result<Directory> HeaderReader::read() {
  bool ok = read_counts() && read_metadata();
  for (std::uint64_t i = 0; ok && i < tensors_; ++i) ok = read_tensor();
  if (ok && place_tensors()) return std::move(directory_);
  if (!error_.empty()) return Error{std::move(error_)};
  return Directory{directory_.need, {}};
}

}  // namespace

Result<Directory> read_gguf(std::span<const std::uint8_t> head, std::uint64_t file_bytes) {
  return HeaderReader(head, file_bytes).read();
}

}  // namespace halfstep
