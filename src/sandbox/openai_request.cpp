#include "sandbox/openai_request.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <map>

#include "base/json.h"
#include "net/multipart.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {
namespace {

using Names = std::initializer_list<std::string_view>;
using Checked = std::expected<void, OpenaiProblem>;

constexpr std::size_t kMostPromptBytes = 32'000;
constexpr std::size_t kMostPictures = 16;
constexpr std::size_t kMostPictureBytes = 50'000'000;
constexpr std::size_t kMostMaskBytes = 4'000'000;
bool contains(Names words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

bool is_vendor_field(std::string_view name) {
  return contains({"model", "prompt", "n", "size", "quality", "background", "user", "output_format", "moderation",
                   "output_compression"},
                  name);
}
bool is_compatible_field(std::string_view name) {
  return contains({"negative_prompt", "seed", "response_format", "step"}, name);
}

struct File {
  std::string name;
  std::string mime;
  std::string bytes;
};

// A request's fields as texts, whichever way they came, and its files.
struct Fields {
  std::map<std::string, std::string, std::less<>> texts;
  std::vector<File> files;
};

std::unexpected<OpenaiProblem> wrong(std::string_view param, std::string message,
                                     std::string_view code = "invalid_value") {
  return std::unexpected(OpenaiProblem{std::move(message), std::string(code), std::string(param)});
}

class FormReader final : public net::PartSink {
 public:
  explicit FormReader(Fields& fields) : fields_(fields) {}

  Status begin_part(net::PartHead head) override {
    head_ = std::move(head);
    bytes_.clear();
    return {};
  }
  Status write_part(std::string_view bytes) override {
    bytes_ += bytes;
    return {};
  }
  Status end_part() override {
    if (head_.is_file) {
      fields_.files.push_back({head_.name, head_.content_type, std::move(bytes_)});
    } else {
      fields_.texts[head_.name] = std::move(bytes_);
    }
    return {};
  }

 private:
  Fields& fields_;
  net::PartHead head_;
  std::string bytes_;
};

std::expected<Fields, OpenaiProblem> read_form(const http::Request& request) {
  Fields fields;
  const auto boundary = net::parse_form_boundary(request.header("Content-Type").value_or(""));
  if (!boundary) return wrong("", "The body must be multipart/form-data.", "invalid_request");
  FormReader reader(fields);
  net::MultipartParser parser(*boundary, {}, reader);
  const bool whole = parser.feed(request.body).has_value() && parser.finish().has_value();
  if (!whole) return wrong("", "The form could not be read.", "invalid_request");
  return fields;
}

std::expected<Fields, OpenaiProblem> read_json(const http::Request& request) {
  const auto tree = json::parse_object(request.body, {.depth = 8, .bytes = kMaxBodyBytes});
  if (!tree) return wrong("", "We could not parse the JSON body of your request.", "invalid_request");
  Fields fields;
  for (const auto& [name, value] : *tree) {
    if (!value.is_primitive()) return wrong(name, "Invalid type.", "invalid_type");
    const bool is_number = value.is_int64();
    if (std::string_view(name) == "n" && !is_number) return wrong("n", "n must be an integer.", "invalid_type");
    fields.texts[std::string(name)] =
        value.is_string() ? std::string(std::string_view(value.get_string())) : json::print(value);
  }
  return fields;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::optional<PixelSize> parse_size(std::string_view text) {
  const std::size_t cross = text.find('x');
  if (cross == std::string_view::npos) return std::nullopt;
  const auto width = parse_whole(text.substr(0, cross));
  const auto height = parse_whole(text.substr(cross + 1));
  if (!width || !height || *width < 1 || *height < 1 || *width > 8192 || *height > 8192) return std::nullopt;
  return PixelSize{static_cast<std::uint32_t>(*width), static_cast<std::uint32_t>(*height)};
}

// gpt-image-2 takes any size within these bounds; the models before it take three.
bool takes_size(std::string_view model, std::string_view text, PixelSize size) {
  if (!model.starts_with("gpt-image-2")) return contains({"1024x1024", "1536x1024", "1024x1536"}, text);
  const auto [shorter, longer] = std::minmax(size.width_pixels, size.height_pixels);
  const std::uint64_t pixels = std::uint64_t{size.width_pixels} * size.height_pixels;
  return size.width_pixels % 16 == 0 && size.height_pixels % 16 == 0 && longer <= 3840 && longer <= 3 * shorter &&
         pixels >= 655'360 && pixels <= 8'294'400;
}

// Without a size, that of the three which is nearest to the first picture.
PixelSize follow_picture(const std::vector<std::string>& pictures) {
  const auto shape = pictures.empty() ? std::nullopt : find_picture_size(as_bytes(pictures.front()));
  if (!shape) return {1024, 1024};
  const double ratio = static_cast<double>(shape->width_pixels) / shape->height_pixels;
  if (ratio > 1.2) return {1536, 1024};
  return ratio < 1 / 1.2 ? PixelSize{1024, 1536} : PixelSize{1024, 1024};
}

// Colour type 4 or 6 of the header (PNG, section 11.2.1).
bool is_png_with_alpha(std::string_view bytes) {
  return bytes.size() > 25 && bytes.starts_with("\x89PNG") && (bytes[25] == 4 || bytes[25] == 6);
}

Checked read_files(const std::vector<File>& files, OpenaiRequest& request) {
  const File* mask = nullptr;
  for (const File& file : files) {
    if (file.name == "mask") {
      mask = &file;
      continue;
    }
    if (file.name != "image" && file.name != "image[]") {
      return wrong(file.name, "Unknown parameter: '" + file.name + "'.", "unknown_parameter");
    }
    const bool is_picture = contains({"image/png", "image/jpeg", "image/webp"}, file.mime) &&
                            find_picture_size(as_bytes(file.bytes)).has_value();
    if (!is_picture || file.bytes.size() > kMostPictureBytes) {
      return wrong("image", "Invalid image file or mode for image.", "invalid_image_file");
    }
    request.pictures.push_back(file.bytes);
  }
  if (request.pictures.empty() || request.pictures.size() > kMostPictures) {
    return wrong("image", "One to 16 images are required.", "missing_required_parameter");
  }
  if (mask == nullptr) return {};
  const bool fits = mask->bytes.size() <= kMostMaskBytes && is_png_with_alpha(mask->bytes) &&
                    find_picture_size(as_bytes(mask->bytes)) == find_picture_size(as_bytes(request.pictures.front()));
  if (!fits)
    return wrong("mask", "The mask must be a PNG with an alpha channel and the size of the image.", "invalid_mask");
  return {};
}

Checked read_word(const Fields& fields, std::string_view name, Names known, std::string& into) {
  const auto found = fields.texts.find(name);
  if (found == fields.texts.end()) return {};
  if (!contains(known, found->second)) return wrong(name, "Invalid value: '" + found->second + "'.");
  into = found->second;
  return {};
}

Checked read_size(const Fields& fields, OpenaiServer server, OpenaiRequest& request) {
  const auto found = fields.texts.find("size");
  if (found == fields.texts.end() || found->second == "auto") {
    request.size = follow_picture(request.pictures);
    return {};
  }
  const auto size = parse_size(found->second);
  if (!size || (server == OpenaiServer::vendor && !takes_size(request.model, found->second, *size))) {
    return wrong("size", "Invalid value: '" + found->second + "'.");
  }
  request.size = *size;
  return {};
}

Checked read_words(const Fields& fields, OpenaiRequest& request) {
  std::string moderation;
  if (auto read = read_word(fields, "quality", {"low", "medium", "high", "auto"}, request.quality); !read) return read;
  if (auto read = read_word(fields, "background", {"transparent", "opaque", "auto"}, request.background); !read) {
    return read;
  }
  if (auto read = read_word(fields, "output_format", {"png", "jpeg", "webp"}, request.output_format); !read)
    return read;
  if (auto read = read_word(fields, "moderation", {"auto", "low"}, moderation); !read) return read;
  if (request.background == "transparent" && request.output_format == "jpeg") {
    return wrong("background", "Transparent background is not supported for JPEG output.");
  }
  const auto compression = fields.texts.find("output_compression");
  if (compression == fields.texts.end()) return {};
  const auto percent = parse_whole(compression->second);
  if (!percent || *percent < 0 || *percent > 100 || (request.output_format == "png" && *percent != 100)) {
    return wrong("output_compression", "Compression from 0 to 100, of JPEG and WebP only.");
  }
  return {};
}

Checked read_fields(const Fields& fields, OpenaiServer server, OpenaiRequest& request) {
  for (const auto& [name, text] : fields.texts) {
    const bool known = is_vendor_field(name) || (server == OpenaiServer::compatible && is_compatible_field(name));
    if (!known) return wrong(name, "Unknown parameter: '" + name + "'.", "unknown_parameter");
  }
  const auto text_of = [&](std::string_view name) {
    const auto found = fields.texts.find(name);
    return found == fields.texts.end() ? std::string() : found->second;
  };
  request.model = text_of("model");
  request.prompt = text_of("prompt");
  if (request.prompt.empty())
    return wrong("prompt", "Missing required parameter: 'prompt'.", "missing_required_parameter");
  if (request.prompt.size() > kMostPromptBytes)
    return wrong("prompt", "The prompt is too long.", "string_above_max_length");
  if (fields.texts.contains("n")) {
    const auto n = parse_whole(text_of("n"));
    if (!n || *n < 1 || *n > 10) return wrong("n", "n is an integer from 1 to 10.");
    request.n = *n;
  }
  if (auto read = read_words(fields, request); !read) return read;
  return read_size(fields, server, request);
}

}  // namespace

std::expected<OpenaiRequest, OpenaiProblem> read_openai_request(const http::Request& request, OpenaiServer server) {
  const bool is_edit = request.path == "/images/edits";
  const auto fields = is_edit ? read_form(request) : read_json(request);
  if (!fields) return std::unexpected(fields.error());
  OpenaiRequest read;
  if (is_edit) {
    if (auto files = read_files(fields->files, read); !files) return std::unexpected(files.error());
  }
  if (auto known = read_fields(*fields, server, read); !known) return std::unexpected(known.error());
  return read;
}

}  // namespace darkroom::sandbox
