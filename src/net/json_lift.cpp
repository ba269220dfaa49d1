#include "net/json_lift.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>

#include "net/base64_decoder.h"

namespace darkroom::net {
namespace {

constexpr std::string_view kMark = "$lifted";

std::unexpected<Error> bad(std::string_view why) {
  return fail(Code::bad_json, fmt::format("the answer is not usable JSON: {}", why));
}

// Removes the character that a cut at any byte may have split.
void trim_split_character(std::string& text) {
  std::size_t lead = text.size();
  while (lead > 0 && (static_cast<unsigned char>(text[lead - 1]) & 0xc0) == 0x80) --lead;
  if (lead == 0) return;
  const auto first = static_cast<unsigned char>(text[--lead]);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  if (lead + length > text.size()) text.resize(lead);
}

// What the SAX parser calls. Strings are collected here, not on the stack, so that they can be cut or decoded instead.
class Handler : public json::UnboundedHandler {
 public:
  using error_code = boost::json::error_code;
  using Text = boost::json::string_view;

  Handler(std::vector<std::string> members, const LiftLimits& limits, JsonLift::OpenSink open_sink)
      : members_(std::move(members)), limits_(limits), open_sink_(std::move(open_sink)) {}

  // Set when one of the callbacks has said no.
  const std::optional<Error>& error() const { return error_; }
  json::value release() { return stack_.release(); }

  bool on_document_begin(error_code&) {
    stack_.reset();
    return true;
  }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& ec) { return check(begin_value(), ec); }
  bool on_object_end(std::size_t members, error_code&) {
    stack_.push_object(members);
    return true;
  }
  bool on_array_begin(error_code& ec) { return check(begin_value(), ec); }
  bool on_array_end(std::size_t elements, error_code&) {
    stack_.push_array(elements);
    return true;
  }
  bool on_key_part(Text part, std::size_t, error_code& ec) { return check(add_to_key(part), ec); }
  bool on_key(Text part, std::size_t, error_code& ec) { return check(end_key(part), ec); }
  bool on_string_part(Text part, std::size_t, error_code& ec) { return check(add_to_string(part), ec); }
  bool on_string(Text part, std::size_t, error_code& ec) { return check(end_string(part), ec); }
  bool on_number_part(Text, error_code&) { return true; }
  bool on_int64(std::int64_t number, Text, error_code& ec) {
    stack_.push_int64(number);
    return check(begin_value(), ec);
  }
  bool on_uint64(std::uint64_t number, Text, error_code& ec) {
    stack_.push_uint64(number);
    return check(begin_value(), ec);
  }
  bool on_double(double number, Text, error_code& ec) {
    stack_.push_double(number);
    return check(std::isfinite(number) ? begin_value() : Status(bad("a number is out of range")), ec);
  }
  bool on_bool(bool flag, error_code& ec) {
    stack_.push_bool(flag);
    return check(begin_value(), ec);
  }
  bool on_null(error_code& ec) {
    stack_.push_null();
    return check(begin_value(), ec);
  }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

 private:
  bool check(const Status& status, error_code& ec) {
    if (status) return true;
    error_ = status.error();
    ec = boost::json::error::exception;
    return false;
  }
  Status charge(std::size_t bytes) {
    document_bytes_ += bytes;
    if (document_bytes_ > limits_.document_bytes) return bad("it is too large without its payloads");
    return {};
  }
  Status begin_value() {
    is_payload_next_ = false;
    return charge(sizeof(json::value));
  }

  Status add_to_key(Text part) {
    if (key_.size() + part.size() > limits_.string_bytes) return bad("a member name is too long");
    key_.append(part.data(), part.size());
    return {};
  }
  Status end_key(Text part) {
    DR_TRY(add_to_key(part));
    if (key_ == kMark) return bad("a member has a reserved name");
    stack_.push_key(key_);
    is_payload_next_ = std::find(members_.begin(), members_.end(), key_) != members_.end();
    const std::size_t bytes = key_.size();
    key_.clear();
    return charge(bytes);
  }

  Status begin_string() {
    is_in_string_ = true;
    const bool is_payload = is_payload_next_;
    DR_TRY(begin_value());
    if (!is_payload) return {};
    if (payloads_ == limits_.payloads) return bad("it has too many payloads");
    const auto sink = open_sink_(payloads_);
    if (!sink) return fail(sink.error());
    ++payloads_;
    decoder_.emplace(**sink, limits_.payload_bytes);
    return {};
  }
  Status add_to_string(Text part) {
    if (!is_in_string_) DR_TRY(begin_string());
    if (decoder_) return decoder_->write(std::string_view(part.data(), part.size()));
    const std::size_t room = limits_.string_bytes - text_.size();
    is_cut_ = is_cut_ || part.size() > room;
    text_.append(part.data(), std::min(room, part.size()));
    return {};
  }
  Status end_string(Text part) {
    DR_TRY(add_to_string(part));
    is_in_string_ = false;
    if (decoder_) {
      DR_TRY(decoder_->finish());
      decoder_.reset();
      stack_.push_key(kMark);
      stack_.push_uint64(payloads_ - 1);
      stack_.push_object(1);
      return {};
    }
    if (std::exchange(is_cut_, false)) trim_split_character(text_);
    stack_.push_string(text_);
    const std::size_t bytes = text_.size();
    text_.clear();
    return charge(bytes);
  }

  const std::vector<std::string> members_;
  const LiftLimits limits_;
  const JsonLift::OpenSink open_sink_;

  boost::json::value_stack stack_;
  std::string key_;
  std::string text_;
  std::optional<Base64Decoder> decoder_;  // while inside a payload
  bool is_payload_next_ = false;          // the member name just read asks for it
  bool is_in_string_ = false;
  bool is_cut_ = false;
  std::size_t payloads_ = 0;
  std::size_t document_bytes_ = 0;
  std::optional<Error> error_;
};

boost::json::parse_options options_for(const LiftLimits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  return options;
}

}  // namespace

struct JsonLift::State {
  State(std::vector<std::string> members, const LiftLimits& limits, OpenSink open_sink)
      : parser(options_for(limits), std::move(members), limits, std::move(open_sink)) {}

  Status feed(bool has_more, std::string_view bytes) {
    if (failure) return fail(*failure);
    boost::json::error_code ec;
    const std::size_t used = parser.write_some(has_more, bytes.data(), bytes.size(), ec);
    if (!ec && used < bytes.size()) ec = boost::json::error::extra_data;
    if (!ec) return {};
    failure = parser.handler().error() ? *parser.handler().error() : bad(ec.message()).error();
    return fail(*failure);
  }

  boost::json::basic_parser<Handler> parser;
  std::optional<Error> failure;
};

JsonLift::JsonLift(std::vector<std::string> payload_members, LiftLimits limits, OpenSink open_sink)
    : state_(std::make_unique<State>(std::move(payload_members), limits, std::move(open_sink))) {}
JsonLift::~JsonLift() = default;

Status JsonLift::write(std::string_view bytes) { return state_->feed(true, bytes); }

Result<json::value> JsonLift::finish() {
  DR_TRY(state_->feed(false, std::string_view("", 0)));
  return state_->parser.handler().release();
}

std::optional<std::size_t> lifted_index(const json::value& node) {
  const json::object* object = node.if_object();
  if (object == nullptr || object->size() != 1) return std::nullopt;
  const json::value* index = json::find(*object, kMark);
  if (index == nullptr || !index->is_uint64()) return std::nullopt;
  return static_cast<std::size_t>(index->get_uint64());
}

}  // namespace darkroom::net
