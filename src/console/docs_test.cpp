#include "console/docs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/describe.h"
#include "console/model_page.h"

namespace darkroom::console {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Asset kAssets[] = {
    {"404.html", "text/html; charset=utf-8", "a0", "", "gone", "", ""},
    {"assets/app.1234.js", "text/javascript; charset=utf-8", "a1", "", "long program", "gz", "b"},
    {"index.html", "text/html; charset=utf-8", "a2", " 'sha256-abc='", "front", "", ""},
    {"llms.txt", "text/plain; charset=utf-8", "a3", "", "# darkroom\n- [Quickstart](/docs/quickstart.md)\n", "", ""},
    {"model.html", "text/html; charset=utf-8", "a4", "", "frame", "", ""},
    {"quickstart.html", "text/html; charset=utf-8", "a5", "", "quick", "", ""},
    {"quickstart.md", "text/markdown; charset=utf-8", "a6", "", "# Quickstart", "", ""},
    {"reference.html", "text/html; charset=utf-8", "a7", "", "reference", "", ""},
};

constexpr std::string_view kModel = "gemini-2.5-flash-image-preview";

std::string body_of(http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* source = std::get_if<std::shared_ptr<ByteSource>>(&response.body)) {
    std::string text((*source)->size(), '\0');
    std::span<std::uint8_t> into(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
    for (std::size_t done = 0; done < text.size();) done += (*source)->read(into.subspan(done).first(1)).value();
    return text;
  }
  return "";
}

class DocsTest : public testing::Test {
 protected:
  http::Response get(std::string_view path, std::initializer_list<http::Headers::Field> headers = {}) {
    http::Request request;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return docs_.serve(path, request);
  }
  static std::string header(const http::Response& response, std::string_view name) {
    return std::string(http::find_header(response.headers, name).value_or(""));
  }

  catalog::Catalog catalog_ = catalog::load_catalog("").value();
  Docs docs_{{.catalog = catalog_,
              .typical_seconds = [](std::string_view) { return 7.26; },
              .public_url = "https://images.example.org",
              .assets = kAssets}};
};

TEST_F(DocsTest, FindsEachPageUnderItsAddress) {
  struct Case {
    std::string_view path;
    int status;
    std::string_view body;
  };
  for (const Case& row :
       {Case{"", 200, "front"}, Case{"quickstart", 200, "quick"}, Case{"quickstart.html", 200, "quick"},
        Case{"quickstart.md", 200, "# Quickstart"}, Case{"models/gemini-2.5-flash-image-preview", 200, "frame"},
        Case{"models/nobody-knows", 404, "gone"}, Case{"nothing", 404, "gone"}, Case{"quick", 404, "gone"},
        Case{"models/nobody-knows.md", 404, "gone"}, Case{"../index.html", 404, "gone"}}) {
    http::Response response = get(row.path);
    EXPECT_EQ(response.status, row.status) << row.path;
    EXPECT_EQ(body_of(response), row.body) << row.path;
  }
}

TEST_F(DocsTest, SendsTheFormThatTheClientTakes) {
  struct Case {
    std::string_view accepted;
    std::string_view coding;
    std::string_view body;
  };
  for (const Case& row :
       {Case{"", "", "long program"}, Case{"gzip, deflate", "gzip", "gz"}, Case{"gzip, br", "br", "b"},
        Case{"BR;q=0.2", "br", "b"}, Case{"br;q=0, gzip", "gzip", "gz"}, Case{"br; q=0.000", "", "long program"},
        Case{"*", "", "long program"}, Case{"brotli", "", "long program"}, Case{",,;,", "", "long program"}}) {
    http::Response response = get("assets/app.1234.js", {{"Accept-Encoding", row.accepted}});
    EXPECT_EQ(header(response, "Content-Encoding"), row.coding) << row.accepted;
    EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
    EXPECT_EQ(body_of(response), row.body) << row.accepted;
    const std::string etag = header(response, "ETag");
    http::Response again = get("assets/app.1234.js", {{"Accept-Encoding", row.accepted}, {"If-None-Match", etag}});
    EXPECT_EQ(again.status, 304) << row.accepted;
    EXPECT_EQ(body_of(again), "");
  }
}

TEST_F(DocsTest, KeepsWhatHasItsHashInItsNameForever) {
  EXPECT_THAT(header(get("assets/app.1234.js"), "Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(header(get("quickstart"), "Cache-Control"), "public, no-cache");
}

TEST_F(DocsTest, PagesRunTheirOwnScriptsOnly) {
  const std::string policy = header(get(""), "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'self'; script-src 'self' 'sha256-abc=';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  const std::string of_reference = header(get("reference"), "Content-Security-Policy");
  EXPECT_THAT(of_reference, HasSubstr("script-src 'self'; style-src 'self' 'unsafe-inline';"));
  for (const std::string_view path : {"", "assets/app.1234.js", "quickstart.md", "nothing", "models.md"}) {
    EXPECT_EQ(header(get(path), "X-Content-Type-Options"), "nosniff") << path;
    EXPECT_NE(header(get(path), "Content-Security-Policy"), "") << path;
  }
}

TEST_F(DocsTest, AProgramThatAsksForMarkdownGetsIt) {
  http::Response twin = get("quickstart", {{"Accept", "text/markdown"}});
  EXPECT_EQ(body_of(twin), "# Quickstart");
  EXPECT_EQ(header(twin, "Vary"), "Accept, Accept-Encoding");
  http::Response browser = get("quickstart", {{"Accept", "text/html, text/markdown"}});
  EXPECT_EQ(body_of(browser), "quick");
  http::Response model = get("models/gemini-2.5-flash-image-preview", {{"Accept", "text/markdown"}});
  EXPECT_EQ(model.content_type, "text/markdown; charset=utf-8");
}

TEST_F(DocsTest, TheIndexForProgramsListsTheLiveModels) {
  http::Response index = get("llms.txt");
  const std::string text = body_of(index);
  for (const catalog::ModelSpec& model : catalog_.models()) {
    EXPECT_THAT(text, HasSubstr("(/docs/models/" + model.id + ".md)"));
  }
  http::Response whole = get("llms-full.txt");
  const std::string everything = body_of(whole);
  EXPECT_TRUE(everything.starts_with("# Quickstart\n\n---\n\n# ")) << everything.substr(0, 40);
  EXPECT_THAT(everything, HasSubstr("\n---\n\n# " + std::string(kModel)));
}

TEST_F(DocsTest, APageHasThePriceThatCountsNow) {
  const catalog::PlacePrice price{0, MicroCredits::parse_credits("20.5").value()};
  catalog_.set_price(*catalog_.find(kModel), {&price, 1});
  http::Response page = get("models/" + std::string(kModel) + ".md");
  EXPECT_THAT(body_of(page), HasSubstr("20.5 credits for each image"));
}

TEST_F(DocsTest, ABuildWithoutTheSiteSaysSo) {
  const Docs bare{{.catalog = catalog_, .typical_seconds = {}, .public_url = "", .assets = {}}};
  http::Response front = bare.serve("", {});
  EXPECT_EQ(front.status, 200);
  EXPECT_THAT(body_of(front), HasSubstr("DARKROOM_CONSOLE=OFF"));
  EXPECT_EQ(bare.serve("quickstart", {}).status, 404);
  http::Response model = bare.serve("models/gpt-image-2.md", {});
  EXPECT_THAT(body_of(model), HasSubstr("# gpt-image-2"));
}

TEST_F(DocsTest, AModelsPageHasWhatAProgramNeeds) {
  http::Response response = get("models/gemini-2.5-flash-image-preview.md");
  const std::string text = body_of(response);
  for (const std::string_view part :
       {"# gemini-2.5-flash-image-preview\n", "curl https://images.example.org/api/v1/images/generations",
        "| `prompt` | string | yes |", "| `n` | integer | no | 1 | 1 to 4 |", "about 7.3 s",
        "14.375 credits for each image", "## Use cases", "## Related",
        R"(| 402 | 30001 | `{"error":{"code":30001,"message":"Insufficient credits","request_id":"req_…"}}` |)"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

// Every model: what a customer reads never names a route, and quotes in a prompt cannot leave the shell's string.
TEST(ModelPage, NamesNoUpstreamAndQuotesForTheShell) {
  const catalog::Catalog catalog = catalog::load_catalog("").value();
  for (const catalog::ModelSpec& model : catalog.models()) {
    const std::string page = print_model_page(catalog::describe(model), "http://x");
    for (const catalog::RouteSpec& route : model.routes) EXPECT_THAT(page, Not(HasSubstr(route.provider + "\"")));
    EXPECT_THAT(page, Not(HasSubstr("call_cost")));
  }
  json::object model = catalog::describe(catalog.models().front());
  model["example"] = json::object{{"prompt", "it's"}};
  EXPECT_THAT(print_model_page(model, "http://x"), HasSubstr(R"(-d '{"prompt":"it'\''s"}')"));
}

}  // namespace
}  // namespace darkroom::console
