#include "sandbox/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"

namespace darkroom::sandbox {
namespace {

struct Answer {
  int status = 0;
  std::size_t promised_bytes = 0;
  std::string body;
};

// One connection, one request, blocking, with a bound on every wait.
class Client {
 public:
  explicit Client(const std::string& base_url, milliseconds patience = milliseconds(30'000)) {
    const std::string_view port = std::string_view(base_url).substr(base_url.rfind(':') + 1);
    std::uint16_t number = 0;
    std::from_chars(port.data(), port.data() + port.size(), number);
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{patience.count() / 1000, (patience.count() % 1000) * 1000};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(number);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(socket_); }

  void send_prompt(std::string_view prompt) {
    std::string body = R"({"contents":[{"parts":[{"text":)";
    json::append_string(body, prompt);
    body += "}]}]}";
    send_text(
        "POST /v1beta/models/gemini-2.5-flash-image:generateContent HTTP/1.1\r\nHost: sandbox\r\n"
        "x-goog-api-key: any\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  void send_text(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Everything until the server closes or patience ends.
  Answer read_answer() {
    std::string text;
    std::string piece(64 << 10, '\0');
    for (ssize_t got = 0; (got = recv(socket_, piece.data(), piece.size(), 0)) > 0;) {
      text.append(piece, 0, static_cast<std::size_t>(got));
    }
    Answer answer;
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string::npos) return answer;
    std::from_chars(text.data() + 9, text.data() + 12, answer.status);
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t length = text.find(kLength);
    if (length < head)
      std::from_chars(text.data() + length + kLength.size(), text.data() + head, answer.promised_bytes);
    answer.body = text.substr(head + 4);
    return answer;
  }

 private:
  int socket_;
};

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(sandbox_.start()); }
  Answer ask(std::string_view prompt) {
    Client client(sandbox_.url());
    client.send_prompt(prompt);
    return client.read_answer();
  }

  SystemClock clock_;
  SystemRandom random_;
  Sandbox sandbox_{clock_, random_};
};

TEST_F(SandboxTest, AnswersOverHttp) {
  const Answer answer = ask("a fox");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), answer.promised_bytes);
  EXPECT_NE(answer.body.find("inlineData"), std::string::npos);
  EXPECT_EQ(ask("#fail:503").status, 503);
}

TEST_F(SandboxTest, NamesAnAddressForEveryKind) {
  const std::vector<std::string> kinds = sandbox_.kinds();
  ASSERT_FALSE(kinds.empty());
  EXPECT_EQ(sandbox_.base_url("gemini"), sandbox_.url());
  for (const std::string& kind : kinds) EXPECT_TRUE(sandbox_.base_url(kind).starts_with(sandbox_.url())) << kind;
}

TEST_F(SandboxTest, KnowsNoOtherPath) {
  Client client(sandbox_.url());
  client.send_text("GET / HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 404);
}

TEST_F(SandboxTest, TellsWhatWasAskedOfWhom) {
  ask("#moderated");
  ask("#fail:503");
  Client client(sandbox_.url());
  client.send_text("GET /sandbox/requests HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_answer().body,
            R"({"requests":[{"kind":"gemini","method":"POST",)"
            R"("path":"/v1beta/models/gemini-2.5-flash-image:generateContent","count":2}]})");
}

TEST_F(SandboxTest, PlaysAnOutageOfOneVendorUntilItIsOver) {
  const auto post = [this](std::string_view body) {
    Client client(sandbox_.url());
    client.send_text("POST /sandbox/outages HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    return client.read_answer();
  };
  const auto get = [this](std::string_view path, std::string_view key) {
    Client client(sandbox_.url());
    client.send_text("GET " + std::string(path) + " HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nAuthorization: " +
                     std::string(key) + "\r\nx-goog-api-key: any\r\n\r\n");
    return client.read_answer().status;
  };
  EXPECT_EQ(get("/v1beta/models?pageSize=1", "none"), 200);
  EXPECT_EQ(post(R"({"kind":"gemini","status":503})").body, R"({"outages":{"gemini":503}})");
  EXPECT_EQ(ask("a fox").status, 503);
  EXPECT_EQ(get("/v1beta/models?pageSize=1", "none"), 503);
  EXPECT_EQ(get("/openai/v1/models", "Bearer k"), 200) << "another vendor";
  EXPECT_EQ(post(R"({"kind":"gemini","status":200})").body, R"({"outages":{}})");
  EXPECT_EQ(get("/v1beta/models?pageSize=1", "none"), 200);
  for (const char* wrong : {R"({"kind":"nobody","status":503})", R"({"kind":"gemini"})", "503"}) {
    EXPECT_EQ(post(wrong).status, 400) << wrong;
  }
}

TEST_F(SandboxTest, AnswersTheFreeCallsOfItsVendors) {
  struct Row {
    const char* path;
    const char* scheme;
  };
  for (const Row& row : {Row{"/openai/v1/models", "Bearer "}, Row{"/openai-compatible/v1/models", "Bearer "},
                         Row{"/openai-compatible/v1/balance", "Bearer "}, Row{"/openrouter/api/v1/key", "Bearer "},
                         Row{"/openrouter/api/v1/credits", "Bearer "}, Row{"/replicate/v1/account", "Bearer "},
                         Row{"/vidu/ent/v2/credits", "Token "}, Row{"/xai/v1/models", "Bearer "},
                         Row{"/ark/api/v3/contents/generations/tasks?page_num=1&page_size=1", "Bearer "},
                         Row{"/dashscope/api/v1/tasks/?page_no=1&page_size=1", "Bearer "}}) {
    for (const auto& [key, status] : {std::pair("any", 200), std::pair("bad-key", 401)}) {
      Client client(sandbox_.url());
      client.send_text("GET " + std::string(row.path) + " HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n" +
                       "Authorization: " + row.scheme + key + "\r\n\r\n");
      EXPECT_EQ(client.read_answer().status, status) << row.path << " " << key;
    }
  }
}

TEST_F(SandboxTest, BreaksOffInTheMiddleWhenAsked) {
  const Answer answer = ask("a fox #truncate");
  EXPECT_EQ(answer.status, 200);
  EXPECT_GT(answer.promised_bytes, 10'000U);
  EXPECT_EQ(answer.body.size(), answer.promised_bytes / 2);
}

TEST_F(SandboxTest, TakesItsTimeWhenAsked) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(ask("#moderated #slow:300ms").status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(300));
}

TEST_F(SandboxTest, NeverAnswersWhenAskedAndStopsAllTheSame) {
  Client client(sandbox_.url(), milliseconds(300));
  client.send_prompt("#hang");
  EXPECT_EQ(client.read_answer().status, 0);
  EXPECT_EQ(ask("#moderated").status, 200) << "others are served meanwhile";
  sandbox_.stop();
  sandbox_.stop();
}

TEST_F(SandboxTest, ServesManyBigPicturesAtOnce) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 12; ++i) {
    callers.emplace_back([&] {
      const Answer answer = ask("a fox #size:4MB");
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(answer.body.size(), answer.promised_bytes);
      EXPECT_GT(answer.body.size(), 5'000'000U);
    });
  }
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace darkroom::sandbox
