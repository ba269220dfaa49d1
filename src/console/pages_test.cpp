#include "console/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::console {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Asset kAssets[] = {
    {"assets/app.1234.js", "text/javascript; charset=utf-8", "a1", "", "program", "", ""},
    {"index.html", "text/html; charset=utf-8", "a2", "", "document", "", ""},
    {"licenses.md", "text/markdown; charset=utf-8", "a3", "", "licences", "", ""},
};

std::string header(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or(""));
}

TEST(ConsolePages, EveryAddressIsTheDocumentAndFilesAreFiles) {
  struct Case {
    std::string_view path;
    int status;
    std::string_view etag;
  };
  for (const Case& row : {Case{"", 200, "\"a2\""}, Case{"login", 200, "\"a2\""},
                          Case{"a/demo/tasks/task_1", 200, "\"a2\""}, Case{"index.html", 200, "\"a2\""},
                          Case{"assets/app.1234.js", 200, "\"a1\""}, Case{"licenses.md", 200, "\"a3\""},
                          Case{"assets/app.0000.js", 404, ""}, Case{"../index.html", 200, "\"a2\""}}) {
    const http::Response response = serve_console(kAssets, row.path, {});
    EXPECT_EQ(response.status, row.status) << row.path;
    EXPECT_EQ(header(response, "etag"), row.etag) << row.path;
    EXPECT_EQ(header(response, "x-content-type-options"), "nosniff") << row.path;
  }
}

TEST(ConsolePages, TheDocumentIsAskedForAgainAndFilesAreKept) {
  EXPECT_EQ(header(serve_console(kAssets, "login", {}), "cache-control"), "public, no-cache");
  EXPECT_THAT(header(serve_console(kAssets, "assets/app.1234.js", {}), "cache-control"), HasSubstr("immutable"));
  http::Request again;
  again.headers.add("if-none-match", "\"a2\"");
  EXPECT_EQ(serve_console(kAssets, "login", again).status, 304);
}

TEST(ConsolePages, ScriptsComeFromHereOnly) {
  const std::string policy = header(serve_console(kAssets, "login", {}), "content-security-policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe-eval")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
}

TEST(ConsolePages, ABuildWithoutThemSaysSo) {
  const http::Response front = serve_console({}, "", {});
  EXPECT_EQ(front.status, 200);
  EXPECT_THAT(std::get<std::string>(front.body), HasSubstr("DARKROOM_CONSOLE=OFF"));
  EXPECT_EQ(serve_console({}, "login", {}).status, 404);
}

}  // namespace
}  // namespace darkroom::console
