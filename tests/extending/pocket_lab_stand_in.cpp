#include "tests/extending/pocket_lab_stand_in.h"

#include "sandbox/answers.h"
#include "sandbox/base64.h"
#include "sandbox/body_reader.h"
#include "sandbox/calls.h"
#include "sandbox/painter.h"

namespace darkroom::sandbox {
namespace {

http::Response refuse(int status, std::string_view word) {
  return json_response(status, json::object{{"error", word}});
}

class PocketLab final : public StandIn {
 public:
  bool serves(const http::Request& request) const override { return request.path == "/draw"; }

  Reply answer(const http::Request& request, const std::string&) override {
    const std::string_view key = request.header("Authorization").value_or("");
    if (!key.starts_with("Bearer ") || key.starts_with("Bearer bad-")) return {.response = refuse(401, "who_are_you")};
    const auto tree = json::parse_object(request.body);
    if (!tree) return {.response = refuse(400, "no_json")};
    BodyReader body(*tree);
    body.require("text");
    Painting painting;
    painting.model = body.word("model", {"pocket-1"});
    painting.prompt = body.text("text", 500);
    painting.label = body.word("shape", {"1:1", "16:9"}, "1:1");
    painting.size = painting.label == "1:1" ? PixelSize{256, 256} : PixelSize{256, 144};
    if (body.finish()) return {.response = refuse(400, "bad_member")};
    const Words words = parse_words(painting.prompt);
    Reply reply = begin_reply(words);
    if (!words.hang) reply.response = draw(painting, words, name_call(request));
    return reply;
  }

 private:
  http::Response draw(Painting painting, const Words& words, const CallName& call) {
    if (words.fail && calls().fails(call, *words.fail)) return refuse(words.fail->status, "no_paper");
    if (words.moderated || words.blocked) return refuse(422, "declined");
    painting.seed = call.content;
    const Result<std::string> picture = words.bad_image ? std::string(kNoPicture) : paint(painting);
    if (!picture) return refuse(500, "no_paper");
    std::string text = R"({"picture":")";
    if (!words.text_only) append_base64(text, *picture);
    return json_response(200, std::make_shared<const std::string>(text + "\"}"));
  }
};

}  // namespace

std::unique_ptr<StandIn> make_pocket_lab() { return std::make_unique<PocketLab>(); }

}  // namespace darkroom::sandbox
