#include "net/http_parser.h"

#include <gtest/gtest.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/http_parser_property.h"
#include "tests/support/repository.h"

namespace darkroom::net {
namespace {

using State = HttpParser::State;

HttpParser parse(std::string_view bytes) {
  HttpParser parser({});
  parser.feed(bytes);
  return parser;
}

std::string get_with(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string post_with(const std::string& fields) { return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string chunked(const std::string& body) { return post_with("Transfer-Encoding: chunked\r\n") + body; }

struct Refusal {
  std::string bytes;
  int status;
};

std::vector<Refusal> request_line_refusals() {
  const std::string rest = "\r\nHost: a\r\n\r\n";
  return {
      {"GET /" + rest, 400},            // HTTP/0.9
      {"GET  / HTTP/1.1" + rest, 400},  // two blanks
      {"GET / HTTP/1.1 " + rest, 400},  // a blank behind
      {" GET / HTTP/1.1" + rest, 400},
      {"GET\t/ HTTP/1.1" + rest, 400},
      {"G\x01T / HTTP/1.1" + rest, 400},
      {"GET / http/1.1" + rest, 400},
      {"GET / HTTP/11" + rest, 400},
      {"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},  // bare CR
      {"GET / HTTP/1.1\nHost: a\r\n\r\n", 400},      // bare LF
      {"\r\n\r\nGET / HTTP/1.1" + rest, 400},        // one empty line is forgiven, two are not
      {"GET / HTTP/1.2" + rest, 505},
      {"GET / HTTP/2.0" + rest, 505},
      {"GET / HTTP/9.9" + rest, 505},
      {"get / HTTP/1.1" + rest, 501},
      {"BREW / HTTP/1.1" + rest, 501},
      {"CONNECT a:443 HTTP/1.1" + rest, 501},
      {"TRACE / HTTP/1.1" + rest, 501},
      {"GET a HTTP/1.1" + rest, 400},
      {"GET a:80 HTTP/1.1" + rest, 400},  // authority-form
      {"GET * HTTP/1.1" + rest, 400},
      {"OPTIONS *?a HTTP/1.1" + rest, 400},
      {"GET /#f HTTP/1.1" + rest, 400},
      {"GET /\x7f HTTP/1.1" + rest, 400},
      {"GET /\xc3\xa9 HTTP/1.1" + rest, 400},
      {"GET /% HTTP/1.1" + rest, 400},
      {"GET /%4 HTTP/1.1" + rest, 400},
      {"GET /%zz HTTP/1.1" + rest, 400},
      {"GET /%00 HTTP/1.1" + rest, 400},
      {"GET /%ff HTTP/1.1" + rest, 400},        // not UTF-8
      {"GET /%c0%af HTTP/1.1" + rest, 400},     // an overlong slash
      {"GET /%ed%a0%80 HTTP/1.1" + rest, 400},  // a surrogate
      {"GET http://b/ HTTP/1.1" + rest, 400},   // another host than Host
      {"GET http://u@a/ HTTP/1.1" + rest, 400},
      {"GET http:///p HTTP/1.1" + rest, 400},
      {"GET ftp://a/ HTTP/1.1" + rest, 400},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1" + rest, 414},
      {"GET /" + std::string(8192, 'a') + " HTTP/1.1" + rest, 414},
      {"GET /" + std::string(40000, 'a'), 414},  // without waiting for its end
  };
}

std::vector<Refusal> field_refusals() {
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "A: 1\r\n";
  return {
      {"GET / HTTP/1.1\r\n\r\n", 400},  // no Host
      {get_with("Host: a\r\n"), 400},   // two
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {get_with("X : 1\r\n"), 400},
      {get_with("X\t: 1\r\n"), 400},
      {get_with(" X: 1\r\n"), 400},
      {get_with("X: 1\r\n 2\r\n"), 400},  // obs-fold
      {get_with("X: 1\r\n\t2\r\n"), 400},
      {get_with(": 1\r\n"), 400},
      {get_with("X\r\n"), 400},
      {get_with("X(y): 1\r\n"), 400},
      {get_with("X\xc3: 1\r\n"), 400},
      {get_with(std::string("X: a\0b\r\n", 8)), 400},
      {get_with("X: a\x01\r\n"), 400},
      {get_with("X: a\x7f\r\n"), 400},
      {get_with("X: a\rb\r\n"), 400},
      {get_with("X: a\n"), 400},
      {get_with("X: a\r\r\n"), 400},
      {get_with("X: " + std::string(64 << 10, 'a') + "\r\n"), 431},
      {get_with("X: " + std::string(64 << 10, 'a')), 431},  // without waiting for its end
      {get_with(many), 431},
      {get_with("Expect: y 100-continue\r\n"), 417},
      {get_with("Expect: 100-continue\r\nExpect: 100-continue\r\n"), 417},
      {get_with("Expect: 200-ok\r\n"), 417},
      {get_with("Content-Encoding: gzip\r\nContent-Length: 1\r\n"), 415},
  };
}

std::vector<Refusal> length_refusals() {
  std::vector<Refusal> rows = {
      {post_with("Content-Length: 1048577\r\n"), 413},
      {post_with("Content-Length: 10000000000\r\n"), 413},
      {post_with("Content-Length: 9223372036854775808\r\n"), 413},   // 2^63
      {post_with("Content-Length: 18446744073709551616\r\n"), 400},  // 2^64
      {post_with("Transfer-Encoding: gzip\r\n"), 501},
      {post_with("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {post_with("Transfer-Encoding: xchunked\r\n"), 501},
      {post_with("Transfer-Encoding: identity\r\n"), 501},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
  };
  for (const char* bad : {"", "+5", "-5", "5,5", "5, 6", "0x5", "05", "5 5", "5;", "five", "1e1", "5.0"}) {
    rows.push_back({post_with("Content-Length: " + std::string(bad) + "\r\n"), 400});
  }
  rows.push_back({post_with("Content-Length: 5\r\nContent-Length: 5\r\n"), 400});
  rows.push_back({post_with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400});
  for (const char* bad : {"", "chunked, chunked", "chunked, identity", "chunked,", ",chunked", "chunked\x0b",
                          "\"chunked\"", "chun ked"}) {
    rows.push_back({post_with("Transfer-Encoding: " + std::string(bad) + "\r\n"), 400});
  }
  rows.push_back({post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400});
  // Both at once, in each order and case, also with a coding that we do not know.
  for (const char* coding :
       {"Transfer-Encoding: chunked\r\n", "transfer-encoding: CHUNKED\r\n", "TRANSFER-ENCODING: gzip\r\n"}) {
    rows.push_back({post_with("Content-Length: 4\r\n" + std::string(coding)), 400});
    rows.push_back({post_with(std::string(coding) + "CONTENT-LENGTH: 4\r\n"), 400});
  }
  return rows;
}

std::vector<Refusal> chunk_refusals() {
  std::vector<Refusal> rows;
  for (const char* bad : {"", "+5", "-5", "0x5", " 5", "5 ", "g", "5 ;a", "00000000000000005", "5\n", "5\r", ";a"}) {
    rows.push_back({chunked(std::string(bad) + "\r\nhello\r\n0\r\n\r\n"), 400});
  }
  rows.push_back({chunked("5\nhello\r\n0\r\n\r\n"), 400});
  rows.push_back({chunked("5\r\nhello0\r\n\r\n"), 400});  // no line end behind the data
  rows.push_back({chunked("5\r\nhello\n0\r\n\r\n"), 400});
  rows.push_back({chunked("5\r\nhello!\r\n0\r\n\r\n"), 400});
  rows.push_back({chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400});
  rows.push_back({chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), 400});
  rows.push_back({chunked("5;" + std::string(1 << 20, 'a')), 400});
  rows.push_back({chunked("FFFFFFFFFFFFFFFF\r\n"), 413});
  rows.push_back({chunked("100001\r\n"), 413});
  std::string extensions;
  for (int i = 0; i < 1000; ++i) extensions += "1;" + std::string(200, 'a') + "\r\nx\r\n";
  rows.push_back({chunked(extensions), 431});
  for (const char* bad : {"Content-Length: 5", "Transfer-Encoding: chunked", "HOST: b", "Connection: close", "X : 1",
                          " X: 1", "X", "X: \x01"}) {
    rows.push_back({chunked("0\r\n" + std::string(bad) + "\r\n\r\n"), 400});
  }
  rows.push_back({chunked("0\r\nX: " + std::string(40'000, 'a')), 431});
  return rows;
}

TEST(HttpParser, RefusesWhatIsMalformedAndTakesNothingAfterIt) {
  for (const auto& rows : {request_line_refusals(), field_refusals(), length_refusals(), chunk_refusals()}) {
    for (const Refusal& row : rows) {
      HttpParser parser({});
      const std::size_t taken = parser.feed(row.bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
      EXPECT_EQ(parser.state(), State::failed) << row.bytes.substr(0, 200);
      EXPECT_EQ(parser.failure().status, row.status) << row.bytes.substr(0, 200);
      EXPECT_FALSE(parser.keep_alive());
      EXPECT_FALSE(parser.failure().message.empty());
      EXPECT_LE(taken, row.bytes.size() + 40);
      EXPECT_EQ(parser.feed("GET / HTTP/1.1\r\n"), 0U);
    }
  }
}

struct Reading {
  std::string bytes;
  std::string method;
  std::string path;
  std::string query;
  std::string body;
  bool keep_alive;
};

std::vector<Reading> readings() {
  std::string one_byte_chunks;
  for (int i = 0; i < 300; ++i) one_byte_chunks += "1\r\nx\r\n";
  return {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "", "", true},
      {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "", "", true},
      {"GET /a%20b/%C3%A9?q=%20&r HTTP/1.1\r\nhost:a:80\t\r\n\r\n", "GET", "/a b/é", "q=%20&r", "", true},
      {"GET /? HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET", "/", "", "", true},
      {"GET HTTP://A:1?x=/ HTTP/1.1\r\nHost: a:1\r\n\r\n", "GET", "/", "x=/", "", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "GET", "/", "", "", false},
      {"GET / HTTP/1.0\r\n\r\n", "GET", "/", "", "", false},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET", "/", "", "", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "GET", "/", "", "", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \xc3\xa9\ta\r\n\r\n", "GET", "/", "", "", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "GET", "/", "", "abc", true},
      {"DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "DELETE", "/", "", "", true},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS", "*", "", "", true},
      {post_with(""), "POST", "/", "", "", true},
      {"PATCH / HTTP/1.0\r\n\r\n", "PATCH", "/", "", "", false},
      {post_with("Content-Length: 5\r\n") + "hello", "POST", "/", "", "hello", true},
      {post_with("Content-Encoding: Identity\r\nContent-Length: 0\r\n"), "POST", "/", "", "", true},
      {chunked("0\r\n\r\n"), "POST", "/", "", "", true},
      {chunked("5\r\nhello\r\n1;a=\"b\"\r\n!\r\n000\r\nX-Sum: 1\r\n\r\n"), "POST", "/", "", "hello!", true},
      {chunked(one_byte_chunks + "0\r\n\r\n"), "POST", "/", "", std::string(300, 'x'), true},
  };
}

TEST(HttpParser, ReadsWhatIsWellFormed) {
  for (const Reading& row : readings()) {
    HttpParser parser({});
    EXPECT_EQ(parser.feed(row.bytes + "GET"), row.bytes.size()) << row.bytes;
    ASSERT_EQ(parser.state(), State::complete) << row.bytes << parser.failure().message;
    EXPECT_EQ(parser.request().method, row.method);
    EXPECT_EQ(parser.request().path, row.path);
    EXPECT_EQ(parser.request().query, row.query);
    EXPECT_EQ(parser.request().body, row.body);
    EXPECT_EQ(parser.keep_alive(), row.keep_alive) << row.bytes;
  }
}

// A second, widely used reader must agree with ours on everything that ours accepts: whoever stands in front of us
// reads the same message.
TEST(HttpParser, AgreesWithBeast) {
  namespace beast = boost::beast::http;
  for (const Reading& row : readings()) {
    if (row.bytes.starts_with("\r\n")) continue;  // Beast does not forgive the empty line
    beast::parser<true, beast::string_body> other;
    other.eager(true);
    boost::beast::error_code error;
    const std::size_t taken = other.put(boost::asio::buffer(row.bytes), error);
    if (!error && !other.is_done() && taken < row.bytes.size()) {
      other.put(boost::asio::buffer(row.bytes) + taken, error);
    }
    ASSERT_FALSE(error) << row.bytes << error.message();
    ASSERT_TRUE(other.is_done()) << row.bytes;
    EXPECT_EQ(std::string(other.get().method_string()), row.method);
    EXPECT_EQ(other.get().body(), row.body);
    EXPECT_EQ(other.get().keep_alive(), row.keep_alive) << row.bytes;
  }
}

TEST(HttpParser, KeepsFieldsInOrderWithoutTheirBlanksAndDropsTrailers) {
  HttpParser parser = parse(chunked("0\r\nAuthorization: Bearer stolen\r\n\r\n"));
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_FALSE(parser.request().header("authorization"));
  parser = parse(get_with("X-A:  1 2 \t\r\nx-a: 3\r\n"));
  ASSERT_EQ(parser.request().headers.size(), 3U);
  const http::Headers::Field second = *++parser.request().headers.begin();
  EXPECT_EQ(second.name, "X-A");
  EXPECT_EQ(second.value, "1 2");
  EXPECT_EQ(parser.request().header("X-A"), "1 2");
}

TEST(HttpParser, SaysWhetherABodyThatMayBeThereIsNotNamed) {
  EXPECT_TRUE(parse(post_with("")).request().lacks_length);
  EXPECT_TRUE(parse("PUT / HTTP/1.1\r\nHost: a\r\n\r\n").request().lacks_length);
  EXPECT_FALSE(parse(post_with("Content-Length: 0\r\n")).request().lacks_length);
  EXPECT_FALSE(parse(chunked("0\r\n\r\n")).request().lacks_length);
  EXPECT_FALSE(parse(get_with("")).request().lacks_length);
}

TEST(HttpParser, EveryPrefixOfARequestWaits) {
  for (const Reading& row : readings()) {
    HttpParser parser({});
    EXPECT_FALSE(parser.started());
    for (std::size_t i = 0; i + 1 < row.bytes.size(); ++i) {
      EXPECT_EQ(parser.feed(row.bytes.substr(i, 1)), 1U);
      EXPECT_TRUE(parser.state() == State::header || parser.state() == State::body);
      EXPECT_TRUE(parser.started());
    }
  }
}

TEST(HttpParser, ReadsTheSameHoweverTheBytesAreCut) {
  std::string stream;
  for (const Reading& row : readings()) stream += row.bytes.size() < 400 ? row.bytes : "";
  std::vector<std::string> streams = {stream.substr(0, 900)};
  for (const Reading& row : readings()) streams.push_back(row.bytes);
  for (const auto& rows : {request_line_refusals(), field_refusals(), length_refusals(), chunk_refusals()}) {
    for (const Refusal& row : rows) {
      if (row.bytes.size() < 400) streams.push_back(row.bytes + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
  }
  for (const std::string& bytes : streams) {
    const std::string whole = test::read_requests(bytes, {});
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      ASSERT_EQ(test::read_requests(bytes, {&cut, 1}), whole) << bytes << " cut at " << cut;
    }
  }
}

// A parser that has read a request before must read what follows as a new one would.
TEST(HttpParser, ReadsARequestTheSameWhateverCameBeforeIt) {
  std::vector<std::string> requests;
  for (const Reading& row : readings()) requests.push_back(row.bytes);
  for (const Refusal& row : field_refusals()) requests.push_back(row.bytes);
  for (const std::string& before : {requests[0], requests[1], get_with("X-A: 1\r\n"), post_with("")}) {
    for (const std::string& bytes : requests) {
      HttpParser parser({});
      for (const std::string& request : {before, before, bytes, bytes}) {
        HttpParser alone({});
        const std::size_t taken = alone.feed(request);
        ASSERT_EQ(parser.feed(request), taken) << before << request;
        ASSERT_EQ(parser.state(), alone.state()) << before << request;
        EXPECT_TRUE(parser.started());
        EXPECT_EQ(parser.keep_alive(), alone.keep_alive()) << before << request;
        EXPECT_EQ(parser.is_http_1_0(), alone.is_http_1_0()) << before << request;
        if (parser.state() != State::complete) break;
        EXPECT_EQ(parser.request().method, alone.request().method);
        EXPECT_EQ(parser.request().path, alone.request().path);
        EXPECT_EQ(parser.request().query, alone.request().query);
        EXPECT_EQ(parser.request().headers.text(), alone.request().headers.text());
        EXPECT_EQ(parser.request().body, alone.request().body);
        EXPECT_EQ(parser.request().lacks_length, alone.request().lacks_length);
        parser.next();
        EXPECT_FALSE(parser.started());
      }
    }
  }
}

TEST(HttpParser, ReadsARepeatedRequestAgainWhenAHandlerHasTakenIt) {
  const std::string bytes = get_with("X-A: 1\r\n");
  HttpParser parser({});
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(parser.feed(bytes), bytes.size());
    ASSERT_EQ(parser.state(), State::complete);
    const http::Request taken = std::move(parser.request());
    EXPECT_EQ(taken.path, "/");
    EXPECT_EQ(taken.header("x-a"), "1");
    parser.next();
  }
}

TEST(HttpParser, ReadsARepeatedRequestTheSameHoweverItIsCut) {
  const std::string one = get_with("X-A: 1\r\n");
  for (const std::string& last : {one, one.substr(0, one.size() - 2) + "X-B: 2\r\n\r\n", post_with("")}) {
    const std::string bytes = one + one + last;
    const std::string whole = test::read_requests(bytes, {});
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      ASSERT_EQ(test::read_requests(bytes, {&cut, 1}), whole) << bytes << " cut at " << cut;
    }
  }
}

TEST(HttpParser, ExpectsContinueOnlyFromAClientThatKnowsIt) {
  const std::string fields = "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_TRUE(parse("POST / HTTP/1.1\r\nHost: a\r\n" + fields).expects_continue());
  EXPECT_FALSE(parse("POST / HTTP/1.0\r\n" + fields).expects_continue());
  EXPECT_FALSE(parse("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "ab").expects_continue());
}

TEST(HttpParser, TheFuzzCorpusHolds) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::repository_root() / "fuzz/corpus/http_request")) {
    std::ifstream in(entry.path(), std::ios::binary);
    test::check_http_request(std::string(std::istreambuf_iterator<char>(in), {}));
    ++files;
  }
  EXPECT_GE(files, 15U);
}

TEST(HttpParser, AStarInAStreamedPathIsOneSegment) {
  const std::vector<StreamedBody> streamed = {{"POST", "/accounts/*/playground", 10}};
  ParserLimits limits;
  limits.streamed = streamed;
  for (const auto& [path, is_streamed] :
       std::vector<std::pair<std::string, bool>>{{"/accounts/a/playground", true},
                                                 {"/accounts/acct_0/playground", true},
                                                 {"/accounts//playground", false},
                                                 {"/accounts/a/b/playground", false},
                                                 {"/accounts/a/playground/", false},
                                                 {"/accounts/a/playgrounds", false},
                                                 {"/accounts/playground", false},
                                                 {"/accounts/a", false}}) {
    HttpParser parser(limits);
    parser.feed("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(parser.is_streamed(), is_streamed) << path;
  }
}

}  // namespace
}  // namespace darkroom::net
