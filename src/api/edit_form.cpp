#include "api/edit_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "net/http_syntax.h"

namespace darkroom::api {
namespace {

constexpr std::string_view kImage = "image";
constexpr std::string_view kImages = "image[]";
constexpr std::string_view kMask = "mask";

bool is_picture_field(std::string_view name) { return name == kImage || name == kImages || name == kMask; }

std::unexpected<Error> refuse(std::string_view field, std::string_view rule) {
  return fail(Code::invalid_parameter, fmt::format("{} {}", field, rule), std::string(field));
}

// The signatures of PNG, JPEG and WebP. What follows them is examined later, and elsewhere.
bool is_known_picture(std::string_view start) {
  return start.starts_with("\x89PNG\r\n\x1a\n") || start.starts_with("\xff\xd8\xff") ||
         (start.starts_with("RIFF") && start.substr(std::min<std::size_t>(8, start.size())).starts_with("WEBP"));
}

}  // namespace

Status EditForm::begin_part(net::PartHead head) {
  writer_ = nullptr;
  if (!head.is_file) return begin_text(std::move(head.name));
  if (!is_picture_field(head.name)) {
    return fail(Code::invalid_parameter, "files are taken as image, image[] and mask only", std::move(head.name));
  }
  return begin_picture(head.name);
}

Status EditForm::begin_text(std::string name) {
  if (is_picture_field(name)) return refuse(name == kMask ? kMask : kImage, "must be a file");
  text_bytes_ += name.size();
  texts_.push_back({std::move(name), {}});
  return {};
}

Status EditForm::begin_picture(std::string_view name) {
  field_ = name == kMask ? kMask : kImage;
  magic_.clear();
  if (field_ == kMask && mask_) return refuse(kMask, "must be sent once");
  if (field_ == kImage && pictures_.size() == limits_.pictures) {
    return refuse(kImage, fmt::format("must be at most {} pictures", limits_.pictures));
  }
  Result<std::unique_ptr<blob::Writer>> writer = blobs_.create();
  if (!writer) return fail(std::move(writer.error()));
  writer_ = writer->get();
  if (field_ == kMask) {
    mask_ = std::move(*writer);
  } else {
    pictures_.push_back(std::move(*writer));
  }
  return {};
}

Status EditForm::write_part(std::string_view bytes) {
  if (writer_ == nullptr) {
    text_bytes_ += bytes.size();
    if (text_bytes_ > limits_.text_bytes) {
      return fail(Code::body_too_large, fmt::format("The texts of a form may have {} bytes", limits_.text_bytes));
    }
    texts_.back().value += bytes;
    return {};
  }
  const bool was_unknown = magic_.size() < kMagicBytes;
  magic_ += bytes.substr(0, kMagicBytes - magic_.size());
  if (was_unknown && magic_.size() == kMagicBytes) DR_TRY(check_magic());
  if (writer_->size_bytes() + bytes.size() > limits_.picture_bytes) {
    return fail(Code::body_too_large, fmt::format("{} may have {} bytes", field_, limits_.picture_bytes),
                std::string(field_));
  }
  return writer_->write(as_bytes(bytes));
}

Status EditForm::end_part() {
  if (writer_ != nullptr) return magic_.size() < kMagicBytes ? check_magic() : Status();
  const Text& text = texts_.back();
  return net::is_utf8(text.value) ? Status() : refuse(text.name, "must be UTF-8");
}

Status EditForm::check_magic() const {
  return is_known_picture(magic_) ? Status() : refuse(field_, "must be a PNG, JPEG or WebP file");
}

}  // namespace darkroom::api
