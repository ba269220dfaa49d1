#include "console/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "base/text.h"

namespace darkroom::console {
namespace {

// Files under assets/ have the hash of their content in their name.
constexpr std::string_view kHashed = "assets/";
constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kAskFirst = "public, no-cache";

class ConstantBytes final : public ByteSource {
 public:
  explicit ConstantBytes(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const std::string_view piece = bytes_.substr(at_, into.size());
    std::memcpy(into.data(), piece.data(), piece.size());
    at_ += piece.size();
    return piece.size();
  }
  Status rewind() override {
    at_ = 0;
    return {};
  }

 private:
  std::string_view bytes_;  // for the life of the program
  std::size_t at_ = 0;
};

// "q=0", "q=0.0" and the like: the one weight that refuses.
bool is_refused(std::string_view parameters) {
  const std::size_t weight = parameters.find("q=");
  return weight != std::string_view::npos &&
         trim(parameters.substr(weight + 2)).find_first_not_of("0.") == std::string_view::npos;
}

// RFC 9110 12.5.3, as far as two codings need it; "*" is not taken for either.
bool accepts(const http::Request& request, std::string_view coding) {
  std::string_view left = request.header("accept-encoding").value_or("");
  while (!left.empty()) {
    const std::string_view entry = left.substr(0, left.find(','));
    left.remove_prefix(std::min(entry.size() + 1, left.size()));
    const std::size_t semicolon = std::min(entry.find(';'), entry.size());
    if (!http::equals_ignoring_case(trim(entry.substr(0, semicolon)), coding)) continue;
    return !is_refused(entry.substr(semicolon));
  }
  return false;
}

bool is_page(const Asset& asset) { return asset.path.ends_with(".html"); }

std::string print_policy(const Asset& asset, Policy policy) {
  return fmt::format(
      "default-src 'self'; script-src 'self'{}; style-src 'self'{}; img-src 'self' data: blob:; object-src 'none'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      asset.script_hashes, policy == Policy::kOwnStyles ? " 'unsafe-inline'" : "");
}

}  // namespace

const Asset* find_asset(std::span<const Asset> assets, std::string_view path) {
  const auto found = std::ranges::lower_bound(assets, path, {}, &Asset::path);
  return found != assets.end() && found->path == path ? &*found : nullptr;
}

void set_safety(http::Response& response) {
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
}

http::Response text_response(std::string text, std::string_view type) {
  http::Response response;
  response.content_type = type;
  response.set("Cache-Control", "no-cache");
  set_safety(response);
  response.body = std::move(text);
  return response;
}

http::Response redirect(std::string_view target) {
  http::Response response;
  response.status = 301;
  response.content_type = {};
  response.set("Location", target);
  return response;
}

http::Response asset_response(const Asset& asset, const http::Request& request, Policy policy) {
  std::string_view bytes = asset.plain;
  std::string_view coding;
  if (!asset.brotli.empty() && accepts(request, "br")) {
    bytes = asset.brotli;
    coding = "br";
  } else if (!asset.gzip.empty() && accepts(request, "gzip")) {
    bytes = asset.gzip;
    coding = "gzip";
  }
  http::Response response;
  response.content_type = asset.type;
  const std::string etag = fmt::format("\"{}{}{}\"", asset.tag, coding.empty() ? "" : "-", coding);
  response.set("ETag", etag);
  response.set("Cache-Control", asset.path.starts_with(kHashed) ? kForever : kAskFirst);
  // A page and its twin in Markdown have one address.
  const bool has_twin = is_page(asset) || asset.path.ends_with(".md");
  response.set("Vary", has_twin ? "Accept, Accept-Encoding" : "Accept-Encoding");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy",
               is_page(asset) ? print_policy(asset, policy) : "default-src 'none'; frame-ancestors 'none'");
  if (is_page(asset)) response.set("Referrer-Policy", "same-origin");
  const auto known = request.header("if-none-match");
  if (known && (*known == "*" || known->find(etag) != std::string_view::npos)) {
    response.status = 304;
    response.content_type = {};
    return response;
  }
  if (!coding.empty()) response.set("Content-Encoding", coding);
  response.body = std::static_pointer_cast<ByteSource>(std::make_shared<ConstantBytes>(bytes));
  return response;
}

}  // namespace darkroom::console
