#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <cstdint>
#include <memory_resource>
#include <utility>
#include <vector>

#include "base/json_exact.h"
#include "base/json_pen.h"

namespace darkroom::json {
namespace {

// Builds a tree and refuses what Boost.JSON would let pass: duplicate members and numbers beyond a double.
class StrictHandler : public UnboundedHandler {
 public:
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  explicit StrictHandler(bool keeps_numbers) : keeps_numbers_(keeps_numbers) {}

  const std::string& problem() const { return problem_; }
  value release() { return stack_.release(); }

  bool on_document_begin(error_code&) {
    stack_.reset();
    return true;
  }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_object_begin(error_code&) {
    frames_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(std::size_t n, error_code& ec) {
    if (has_duplicate(frames_.back())) {
      ec = boost::json::error::exception;
      return false;
    }
    keys_.resize(frames_.back());
    frames_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    partial_key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    partial_key_.append(part.data(), part.size());
    keys_.push_back(std::move(partial_key_));
    partial_key_.clear();
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(string_view part, error_code&) {
    if (keeps_numbers_) partial_number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t number, string_view part, error_code&) {
    if (keeps_numbers_) return keep_number(part);
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, string_view part, error_code&) {
    if (keeps_numbers_) return keep_number(part);
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, string_view part, error_code& ec) {
    if (keeps_numbers_) return keep_number(part);
    if (!std::isfinite(number)) {
      problem_ = "a number is out of range";
      ec = boost::json::error::exception;
      return false;
    }
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool flag, error_code&) {
    stack_.push_bool(flag);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  bool keep_number(string_view part) {
    partial_number_.append(part.data(), part.size());
    stack_.push_string(partial_number_);
    partial_number_.clear();
    return true;
  }
  bool has_duplicate(std::size_t first) {
    std::sort(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end());
    for (std::size_t i = first + 1; i < keys_.size(); ++i) {
      if (keys_[i] != keys_[i - 1]) continue;
      problem_ = fmt::format("the member \"{}\" appears twice", keys_[i].substr(0, 64));
      return true;
    }
    return false;
  }

  const bool keeps_numbers_;  // as strings of their own text
  // What a usual request needs while it is read lies in the handler itself.
  std::array<unsigned char, 512> values_;
  boost::json::value_stack stack_{{}, values_.data(), values_.size()};
  std::array<unsigned char, 512> names_;
  std::pmr::monotonic_buffer_resource memory_{names_.data(), names_.size()};
  std::pmr::vector<std::string> keys_{&memory_};    // of all open objects, innermost last
  std::pmr::vector<std::size_t> frames_{&memory_};  // where each open object's keys start
  std::string partial_key_;
  std::string partial_number_;
  std::string problem_;
};

boost::json::parse_options strict_options(const Limits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  return options;
}

Result<value> parse_with(bool keeps_numbers, std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return fail(Code::bad_json, fmt::format("JSON is larger than {} bytes", limits.bytes));
  }
  boost::json::basic_parser<StrictHandler> parser(strict_options(limits), keeps_numbers);
  boost::json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = boost::json::error::extra_data;
  if (ec) {
    const std::string& problem = parser.handler().problem();
    return fail(Code::bad_json,
                fmt::format("Body is not valid JSON: {} near byte {}", problem.empty() ? ec.message() : problem, used));
  }
  return parser.handler().release();
}

}  // namespace

Result<value> parse(std::string_view text, const Limits& limits) { return parse_with(false, text, limits); }

Result<value> parse_exact(std::string_view text, const Limits& limits) { return parse_with(true, text, limits); }

Result<object> parse_object(std::string_view text, const Limits& limits) {
  Result<value> tree = parse(text, limits);
  if (!tree) return fail(std::move(tree.error()));
  if (!tree->is_object()) return fail(Code::bad_json, "Body must be a JSON object");
  return std::move(tree->get_object());
}

std::string print(const value& tree) { return boost::json::serialize(tree); }

namespace {

bool needs_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || c == '"' || c == '\\' || byte == 0x7f;
}

constexpr std::size_t kBlock = 16;

// A loop without a way out, which compilers turn into a few vector instructions.
bool block_needs_escape(const char* block) {
  unsigned char found = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto c = static_cast<unsigned char>(block[i]);
    found |= static_cast<unsigned char>((c < 0x20) | (c == '"') | (c == '\\') | (c == 0x7f));
  }
  return found != 0;
}

// The same for a text shorter than a block.
bool short_text_needs_escape(std::string_view text) {
  std::array<char, kBlock> block;
  block.fill(' ');
  text.copy(block.data(), text.size());
  return block_needs_escape(block.data());
}

void put_escaped(Pen& pen, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (!needs_escape(c)) return pen.put(c);
  if (c == '"' || c == '\\') {
    pen.put('\\');
    pen.put(c);
  } else if (c == '\n') {
    pen.put("\\n");
  } else {
    const auto byte = static_cast<unsigned char>(c);
    pen.put("\\u00");
    pen.put(kDigits[byte >> 4]);
    pen.put(kDigits[byte & 0x0f]);
  }
}

}  // namespace

bool needs_no_escape(std::string_view text) {
  if (text.size() < kBlock) return !short_text_needs_escape(text);
  const char* const last = text.data() + text.size() - kBlock;  // may overlap the block before it
  for (const char* at = text.data(); at < last; at += kBlock) {
    if (block_needs_escape(at)) return false;
  }
  return !block_needs_escape(last);
}

void put_string(Pen& pen, std::string_view text) {
  pen.put('"');
  if (needs_no_escape(text)) {
    pen.put(text);
  } else {
    for (const char c : text) put_escaped(pen, c);
  }
  pen.put('"');
}

void put_value(Pen& pen, const value& tree) {
  switch (tree.kind()) {
    case boost::json::kind::string: return put_string(pen, tree.get_string());
    case boost::json::kind::int64: return pen.put_number(tree.get_int64());
    case boost::json::kind::uint64: return pen.put_number(tree.get_uint64());
    case boost::json::kind::bool_: return pen.put(tree.get_bool() ? "true" : "false");
    case boost::json::kind::null: return pen.put("null");
    case boost::json::kind::object: return put_object(pen, tree.get_object());
    case boost::json::kind::array:
    case boost::json::kind::double_: return pen.put(boost::json::serialize(tree));
  }
}

void put_object(Pen& pen, const object& tree) {
  char before = '{';
  for (const auto& [name, member] : tree) {
    pen.put(std::exchange(before, ','));
    put_string(pen, name);
    pen.put(':');
    put_value(pen, member);
  }
  pen.put(before == '{' ? "{}" : "}");
}

void append_string(std::string& out, std::string_view text) {
  Pen pen(text.size() + 2, std::move(out));
  put_string(pen, text);
  out = pen.take();
}

const value* find(const object& tree, std::string_view name) {
  const auto it = tree.find(name);
  return it == tree.end() ? nullptr : &it->value();
}

std::string get_string(const object& tree, std::string_view name, std::string_view otherwise) {
  const value* member = find(tree, name);
  if (member == nullptr || !member->is_string()) return std::string(otherwise);
  return std::string(member->get_string());
}

std::int64_t get_int(const object& tree, std::string_view name, std::int64_t otherwise) {
  const value* member = find(tree, name);
  if (member == nullptr) return otherwise;
  if (member->is_int64()) return member->get_int64();
  if (member->is_uint64() && member->get_uint64() <= INT64_MAX) return static_cast<std::int64_t>(member->get_uint64());
  return otherwise;
}

bool get_bool(const object& tree, std::string_view name, bool otherwise) {
  const value* member = find(tree, name);
  return member != nullptr && member->is_bool() ? member->get_bool() : otherwise;
}

}  // namespace darkroom::json
