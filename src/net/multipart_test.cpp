#include "net/multipart.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/multipart_property.h"
#include "tests/support/repository.h"

namespace darkroom::net {
namespace {

std::string read(const std::string& text) { return test::read_form(text, text.size() + 1); }

TEST(ParseFormBoundary, TakesWhatTheRfcAllows) {
  struct Row {
    const char* content_type;
    const char* boundary;  // null: refused
    Code code = Code::bad_form;
  };
  for (const Row& row :
       {Row{"multipart/form-data; boundary=abc", "abc"}, Row{"Multipart/Form-Data;BOUNDARY=\"a b\"", "a b"},
        Row{"multipart/form-data; charset=utf-8; boundary=----WebKitFormBoundaryX", "----WebKitFormBoundaryX"},
        Row{"multipart/form-data; boundary=\"a:b/c=d\"", "a:b/c=d"}, Row{"multipart/form-data", nullptr},
        Row{"multipart/form-data; boundary=", nullptr}, Row{"multipart/form-data; boundary=\"\"", nullptr},
        Row{"multipart/form-data; boundary=\"a \"", nullptr}, Row{"multipart/form-data; boundary=\"a\r\nb\"", nullptr},
        Row{"multipart/form-data; boundary=a; boundary=b", nullptr}, Row{"multipart/form-data; boundary=\"a", nullptr},
        Row{"multipart/form-data boundary=a", nullptr, Code::unsupported_media_type},
        Row{"multipart/mixed; boundary=a", nullptr, Code::unsupported_media_type},
        Row{"application/json", nullptr, Code::unsupported_media_type},
        Row{"", nullptr, Code::unsupported_media_type}}) {
    const auto boundary = parse_form_boundary(row.content_type);
    ASSERT_EQ(boundary.has_value(), row.boundary != nullptr) << row.content_type;
    if (boundary) {
      EXPECT_EQ(*boundary, row.boundary);
    } else {
      EXPECT_EQ(boundary.error().code, row.code) << row.content_type;
    }
  }
  EXPECT_TRUE(parse_form_boundary("multipart/form-data; boundary=" + std::string(70, 'a')));
  EXPECT_FALSE(parse_form_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

constexpr const char* kHead = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
constexpr const char* kEnd = "\r\n--x--\r\n";

TEST(Multipart, ReadsParts) {
  struct Row {
    std::string text;
    std::string parts;
  };
  const std::string head = kHead;
  for (const Row& row : {
           Row{"--x--", ""},
           Row{"--x--\r\n", ""},
           Row{head + "1" + kEnd, "a field \n1\nend\n"},
           Row{head + kEnd, "a field \n\nend\n"},
           Row{head +
                   "1\r\n--x\r\ncontent-disposition: FORM-DATA ; filename=b.png; name=\"image[]\"\r\n"
                   "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\r\n-\r\n--\r\n--y" +
                   kEnd,
               "a field \n1\nend\nimage[] file image/png\n\r\n-\r\n--\r\n--y\nend\n"},
           Row{head + "1\r\n--x--\r\n\r\n", "a field \n1\nend\n"},
           Row{"--x\r\nContent-Disposition: form-data; name=\"a\\\"b\\\\c\\d;e=f\"; filename*=UTF-8''g\r\n\r\n1" +
                   std::string(kEnd),
               "a\"b\\c\\d;e=f file \n1\nend\n"},
       }) {
    EXPECT_EQ(read(row.text), row.parts) << row.text;
  }
}

TEST(Multipart, RefusesWhatItDoesNotKnow) {
  const std::string head = kHead;
  struct Row {
    std::string text;
    const char* because;
  };
  for (const Row& row : {
           Row{"", "it ends before its last boundary"},
           Row{"--x", "it ends before its last boundary"},
           Row{head + "1", "it ends before its last boundary"},
           Row{head + "1\r\n--x", "it ends before its last boundary"},
           Row{head + "1\r\n--x-", "it ends before its last boundary"},
           Row{"--x--\r", "it ends before its last boundary"},
           Row{"\r\n--x--", "it does not begin with its boundary"},
           Row{"preamble", "it does not begin with its boundary"},
           Row{head + "1\r\n--xy\r\n", "a boundary does not end its line"},
           Row{head + "1\r\n--x \r\n", "a boundary does not end its line"},
           Row{"--x--\r\n\r", "it ends before its last boundary"},
           Row{"--x--\r\n\r\n\r\n", "something follows its last boundary"},
           Row{"--x--\r\nepilogue", "something follows its last boundary"},
           Row{"--x\r\n\r\n1" + std::string(kEnd), "a part without Content-Disposition"},
           Row{"--x\r\nContent-Disposition: form-data\r\n\r\n1" + std::string(kEnd), "a part without a name"},
           Row{"--x\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1" + std::string(kEnd),
               "a part without a name"},
           Row{"--x\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1" + std::string(kEnd),
               "a part without a name"},
           Row{"--x\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1" + std::string(kEnd),
               "a part with two names"},
           Row{"--x\r\nContent-Disposition: attachment; name=a\r\n\r\n1" + std::string(kEnd), "a part is no form-data"},
           Row{"--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1" + std::string(kEnd),
               "malformed Content-Disposition"},
           Row{"--x\r\nContent-Disposition: form-data; name=a b\r\n\r\n1" + std::string(kEnd),
               "malformed Content-Disposition"},
           Row{"--x\r\nno header\r\n\r\n1" + std::string(kEnd), "malformed header of a part"},
           Row{"--x\r\nContent-Disposition: form-data; name=a\r\n folded\r\n\r\n1" + std::string(kEnd),
               "malformed header of a part"},
           Row{"--x\r\nContent-Transfer-Encoding: base64\r\n\r\n", "transfer encodings of parts are not supported"},
           Row{"--x\r\nX: " + std::string(300, 'a'), "the header of a part is too long"},
       }) {
    EXPECT_EQ(read(row.text), std::string("Body is not valid multipart/form-data: ") + row.because) << row.text;
  }
  std::string many = "--x";
  for (int i = 0; i < 9; ++i) many += std::string("\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x");
  EXPECT_EQ(read(many + "--"), "Body is not valid multipart/form-data: more than 8 parts");
}

class RefusingSink final : public PartSink {
 public:
  Status begin_part(PartHead) override { return {}; }
  Status write_part(std::string_view) override { return fail(Code::body_too_large); }
  Status end_part() override { return {}; }
};

TEST(Multipart, StopsWhenItsSinkRefusesAndStaysSo) {
  RefusingSink sink;
  MultipartParser parser("x", {}, sink);
  ASSERT_TRUE(parser.feed(kHead));
  const Status refused = parser.feed(std::string(100, '1'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::body_too_large);
  EXPECT_FALSE(parser.feed(kEnd));
  EXPECT_FALSE(parser.finish());
}

TEST(Multipart, HoldsNoMoreThanAPieceHoweverLongThePart) {
  test::PartLog log;
  MultipartParser parser("x", {}, log);
  ASSERT_TRUE(parser.feed(kHead));
  const std::string piece(1000, '\r');
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(parser.feed(piece));
    ASSERT_GE(log.content_bytes + 10, piece.size() * static_cast<std::size_t>(i + 1));
  }
  ASSERT_TRUE(parser.feed(kEnd));
  EXPECT_TRUE(parser.finish());
  EXPECT_EQ(log.content_bytes, 1'000'000U);
}

TEST(Multipart, KeepsItsPropertyOnTheCorpus) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::repository_root() / "fuzz/corpus/multipart")) {
    test::check_multipart(test::read_repository_file("fuzz/corpus/multipart/" + entry.path().filename().string()));
    ++count;
  }
  EXPECT_GE(count, 10U);
}

}  // namespace
}  // namespace darkroom::net
