#include "net/json_lift.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/support/base64.h"
#include "tests/support/json_lift_property.h"
#include "tests/support/repository.h"

namespace darkroom::net {
namespace {

class TextSink final : public ByteSink {
 public:
  Status write(ByteView bytes) override {
    text += as_text(bytes);
    return verdict;
  }
  std::string text;
  Status verdict;
};

struct Lifted {
  Result<json::value> document;
  std::vector<std::string> payloads;
};

// Lifts members named "data"; `pieces` are the lengths to cut the text into, the rest follows in one piece.
Lifted lift(std::string_view text, const std::vector<std::size_t>& pieces = {}, LiftLimits limits = {}) {
  std::vector<std::unique_ptr<TextSink>> sinks;
  JsonLift lift({"data", "b64_json"}, limits, [&](std::size_t index) -> Result<ByteSink*> {
    EXPECT_EQ(index, sinks.size());
    sinks.push_back(std::make_unique<TextSink>());
    return sinks.back().get();
  });
  Lifted lifted{fail(Code::internal), {}};
  Status status;
  for (const std::size_t piece : pieces) {
    if (status) status = lift.write(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
  }
  if (status) status = lift.write(text);
  if (status) {
    lifted.document = lift.finish();
  } else {
    lifted.document = fail(status.error());
    EXPECT_FALSE(lift.write(" ")) << "a failure is final";
    EXPECT_FALSE(lift.finish());
  }
  for (const auto& sink : sinks) lifted.payloads.push_back(sink->text);
  return lifted;
}

TEST(JsonLift, LiftsNamedPayloadsAndKeepsTheRest) {
  const Lifted lifted =
      lift(R"( {"a":[1,-2,3.5,true,null,"x\u00e9"],"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="},)"
           R"("data":[{"b64_json":""},{"data":"AAAA"}]} )");
  ASSERT_TRUE(lifted.document) << lifted.document.error().message;
  EXPECT_EQ(json::print(*lifted.document),
            R"({"a":[1,-2,3.5E0,true,null,"xé"],"inlineData":{"mimeType":"image/png","data":{"$lifted":0}},)"
            R"("data":[{"b64_json":{"$lifted":1}},{"data":{"$lifted":2}}]})");
  EXPECT_EQ(lifted.payloads, (std::vector<std::string>{"\x89PNG\r\n\x1a\n", "", std::string(3, '\0')}));
  const json::value& node = lifted.document->at("data").at(1).at("data");
  EXPECT_EQ(lifted_index(node), 2u);
  EXPECT_EQ(lifted_index(*lifted.document), std::nullopt);
}

TEST(JsonLift, TakesAnyValueAtTheTop) {
  for (const std::string_view text : {"[1,2]", "\"x\"", "7", "null", " {} "}) {
    const Lifted lifted = lift(text);
    ASSERT_TRUE(lifted.document) << text;
    EXPECT_EQ(*lifted.document, *json::parse(text));
  }
}

TEST(JsonLift, TheLastOfEqualMembersWins) {
  const Lifted lifted = lift(R"({"a":1,"b":2,"a":3})");
  ASSERT_TRUE(lifted.document);
  EXPECT_EQ(lifted.document->at("a"), json::value(3));
}

TEST(JsonLift, DecodesEscapedPayloadsWhereverTheyAreCut) {
  const std::string text = R"({"data":"\/9j\u002fAB\/\u0041AA\u003d\u003d"})";
  const std::string plain = lift(R"({"data":"/9j/AB/AAA=="})").payloads.at(0);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    for (std::size_t width = 1; width < 8; ++width) {
      const Lifted lifted = lift(text, {cut, width});
      ASSERT_TRUE(lifted.document) << cut;
      EXPECT_EQ(lifted.payloads.at(0), plain) << cut;
    }
  }
}

TEST(JsonLift, RefusesWhatIsNotBase64) {
  for (const std::string_view payload :
       {"A", "AA", "AAA", "AAAAA", "AA=A", "A===", "====", "AA==AAAA", "AA==AA==", "AAA=A", "AA A", "AAA-", "AAA_",
        "AA\\nAA", "AAA\\u00e9", "data:image/png;base64,AAAA"}) {
    for (std::size_t cut = 9; cut < 9 + payload.size(); ++cut) {
      const Lifted lifted = lift(fmt::format(R"({{"data":"{}"}})", payload), {cut});
      ASSERT_FALSE(lifted.document) << payload;
      EXPECT_EQ(lifted.document.error().code, Code::bad_json);
    }
  }
}

TEST(JsonLift, RefusesWhatIsNotOneJsonValue) {
  for (const std::string_view text :
       {"", " ", "{", "{\"a\":", "{\"data\":\"AAAA", "{\"data\":\"AAAA\"", "{}x", "{} {}", "{a:1}", "[1,]",
        "\xef\xbb\xbf{}", "\"\xff\"", "1e999", "{\"$lifted\":0}", "nul", "'x'"}) {
    const Lifted lifted = lift(text);
    ASSERT_FALSE(lifted.document) << text;
    EXPECT_EQ(lifted.document.error().code, Code::bad_json) << text;
  }
}

TEST(JsonLift, BoundsEverythingThatStays) {
  LiftLimits limits;
  limits.string_bytes = 8;
  EXPECT_EQ(*lift("[\"12345678901\"]", {}, limits).document, *json::parse("[\"12345678\"]"));
  EXPECT_EQ(*lift("[\"1234567\xc3\xa9xyz\"]", {}, limits).document, *json::parse("[\"1234567\"]"))
      << "no half character";
  EXPECT_EQ(*lift("[\"123456\xc3\xa9xyz\"]", {}, limits).document, *json::parse("[\"123456\xc3\xa9\"]"));
  EXPECT_FALSE(lift("{\"123456789\":1}", {}, limits).document);
  EXPECT_TRUE(lift("{\"data\":\"" + test::base64(std::string(5000, 'x')) + "\"}", {}, limits).document);

  limits = {};
  limits.document_bytes = 4000;
  std::string numbers = "[0";
  for (int i = 0; i < 1000; ++i) numbers += ",0";
  EXPECT_FALSE(lift(numbers + "]", {}, limits).document);
  EXPECT_FALSE(lift("[\"" + std::string(4000, 'x') + "\"]", {}, limits).document);
  EXPECT_TRUE(lift("[\"" + std::string(3000, 'x') + "\"]", {}, limits).document);

  limits = {};
  limits.depth = 3;
  EXPECT_TRUE(lift("[[[]]]", {}, limits).document);
  EXPECT_FALSE(lift("[[[[]]]]", {}, limits).document);
  limits.payloads = 1;
  EXPECT_TRUE(lift(R"([{"data":"AAAA"}])", {}, limits).document);
  EXPECT_FALSE(lift(R"([{"data":"AAAA"},{"data":"AAAA"}])", {}, limits).document);
  limits.payload_bytes = 3;
  EXPECT_TRUE(lift(R"([{"data":"AAAA"}])", {}, limits).document);
  EXPECT_FALSE(lift(R"([{"data":"AAAAAA=="}])", {}, limits).document);
}

TEST(JsonLift, PassesTheSinksErrorOn) {
  TextSink sink;
  sink.verdict = fail(Code::io_failed, "disk full");
  JsonLift full({"data"}, {}, [&](std::size_t) -> Result<ByteSink*> { return &sink; });
  const Status written = full.write(R"({"data":"AAAA"})");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::io_failed);
  JsonLift closed({"data"}, {}, [](std::size_t) -> Result<ByteSink*> { return fail(Code::io_failed, "no sink"); });
  EXPECT_EQ(closed.write(R"({"data":"AAAA"})").error().message, "no sink");
}

// A random document with payloads, as text and as what must come out of it.
class DocumentMaker {
 public:
  explicit DocumentMaker(std::uint64_t seed) : random_(seed) {}

  void make_document() {
    emit("[0");
    for (int i = 0; i < 8; ++i) {
      emit(" ,\n");
      make_value(1);
    }
    emit("]");
  }
  std::string text;
  std::string expected;
  std::vector<std::string> payloads;
  SeededRandom& random() { return random_; }

 private:
  void make_value(int depth) {
    switch (random_.below(depth > 4 ? 4 : 6)) {
      case 0: emit(std::to_string(static_cast<std::int64_t>(random_.next_u64()))); break;
      case 1: emit(random_.below(2) == 0 ? "true" : "null"); break;
      case 2: emit(fmt::format("{}.25", random_.below(1000))); break;
      case 3: emit(string()); break;
      case 4: make_sequence('[', ']', depth); break;
      default: make_sequence('{', '}', depth); break;
    }
  }
  void emit(std::string_view both) {
    text += both;
    expected += both;
  }
  std::string string() {
    static constexpr std::string_view kPieces[] = {
        "a", "xyz", "\\n", "\\u00e9", "\\\"", "é", "€", "\\ud83d\\ude00", "\xf0\x9f\x98\x80", "/"};
    std::string out = "\"";
    for (std::size_t i = random_.below(12); i-- > 0;) out += kPieces[random_.below(std::size(kPieces))];
    return out + '"';
  }
  void make_sequence(char open, char close, int depth) {
    emit(std::string_view(&open, 1));
    const std::size_t count = random_.below(5);
    for (std::size_t i = 0; i < count; ++i) {
      emit(i == 0 ? "" : ", ");
      const bool is_payload = open == '{' && i == 0 && payloads.size() < 16 && random_.below(2) == 0;
      if (open == '{') emit(is_payload ? "\"data\":" : fmt::format("\"m{}\":", i));
      if (is_payload) {
        make_payload();
      } else {
        make_value(depth + 1);
      }
    }
    emit(std::string_view(&close, 1));
  }
  void make_payload() {
    std::string plain(random_.below(random_.below(8) == 0 ? 200000 : 40), '\0');
    random_.fill(std::span(reinterpret_cast<std::uint8_t*>(plain.data()), plain.size()));
    expected += fmt::format("{{\"$lifted\":{}}}", payloads.size());
    text += '"';
    for (const char c : test::base64(plain)) {
      if (c == '/' && random_.below(3) == 0) {
        text += "\\/";
      } else if (random_.below(2000) == 0) {
        text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else {
        text += c;
      }
    }
    text += '"';
    payloads.push_back(std::move(plain));
  }

  SeededRandom random_;
};

TEST(JsonLift, GivesTheSameHoweverTheTextIsCut) {
  std::size_t payloads = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    DocumentMaker maker(seed);
    maker.make_document();
    std::vector<std::vector<std::size_t>> cuttings = {{}, {maker.text.size() / 2}};
    for (int i = 0; i < 3; ++i) {
      std::vector<std::size_t> pieces;
      for (std::size_t sum = 0; sum < maker.text.size() && pieces.size() < 3000; sum += pieces.back()) {
        pieces.push_back(1 + maker.random().below(i == 0 ? 1 : i == 1 ? 9 : 70000));
      }
      cuttings.push_back(std::move(pieces));
    }
    payloads += maker.payloads.size();
    const json::value expected = json::parse(maker.expected).value();
    for (const auto& pieces : cuttings) {
      const Lifted lifted = lift(maker.text, pieces);
      ASSERT_TRUE(lifted.document) << "seed " << seed << ": " << lifted.document.error().message;
      EXPECT_EQ(*lifted.document, expected) << "seed " << seed;
      EXPECT_TRUE(lifted.payloads == maker.payloads) << "seed " << seed;
    }
  }
  EXPECT_GT(payloads, 100u);
}

TEST(JsonLift, HoldsItsPropertyOverTheCorpus) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::repository_root() / "fuzz/corpus/json_lift")) {
    test::check_json_lift(test::read_repository_file("fuzz/corpus/json_lift/" + entry.path().filename().string()));
    ++files;
  }
  EXPECT_GT(files, 10);
}

}  // namespace
}  // namespace darkroom::net
