#include "app/administration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <sstream>
#include <thread>

#include "app/commands.h"
#include "base/json.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::app {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct Ended {
  int exit_code;
  std::string out;
  std::string err;
};

class AdministrationTest : public ::testing::Test {
 protected:
  AdministrationTest() {
    config_.data_dir = folder_.file("data");
    config_.store.url = "sqlite:" + folder_.file("data/darkroom.db");
    config_.media.url = "file:" + folder_.file("data/media");
  }

  Ended run(const std::vector<std::string>& arguments) {
    std::ostringstream out, err;
    Terminal terminal{.out = out, .err = err};
    const auto line = parse_command_line(arguments);
    if (!line) {
      ADD_FAILURE() << line.error().text;
      return {-1, "", ""};
    }
    const int exit_code = run_administration(*line, config_, terminal);
    return {exit_code, out.str(), err.str()};
  }

  test::TemporaryFolder folder_;
  Config config_;
};

TEST_F(AdministrationTest, WorksOnTheStoreWhenNoServerRuns) {
  const Ended made = run({"keys", "create", "--account", "acme", "--test"});
  ASSERT_EQ(made.exit_code, kDone) << made.err;
  EXPECT_THAT(made.out, MatchesRegex("rk_test_[0-9A-Za-z]{49}\n"));
  EXPECT_THAT(made.err, HasSubstr("darkroom keys revoke key_"));

  const Ended listed = run({"keys", "list", "--json"});
  const json::value keys = *json::parse(listed.out);
  ASSERT_EQ(keys.as_array().size(), 1U);
  const std::string id(keys.as_array()[0].as_object().at("id").as_string());
  EXPECT_EQ(listed.out.find("rk_test_"), std::string::npos);

  EXPECT_EQ(run({"credits", "grant", "--account", "acme", "--credits", "12.5"}).exit_code, kDone);
  EXPECT_THAT(run({"credits", "show", "--account", "acme"}).out, HasSubstr("live  12.5"));
  EXPECT_THAT(run({"ledger", "verify"}).out, HasSubstr("the books are right"));

  EXPECT_EQ(run({"keys", "revoke", id}).exit_code, kDone);
  EXPECT_THAT(run({"keys", "list"}).out, HasSubstr("revoked 2"));
  EXPECT_EQ(run({"tasks", "list"}).exit_code, kDone);
}

TEST_F(AdministrationTest, UpstreamsAreSteeredForTheNextServerToo) {
  config_.upstreams["google"].kind = "gemini";
  config_.upstreams["google"].weight = 3;
  ASSERT_EQ(run({"keys", "create", "--account", "acme"}).exit_code, kDone);
  EXPECT_EQ(run({"upstreams", "drain", "google"}).err, "google is drained: no new calls go there, weight 3.\n");
  EXPECT_EQ(run({"upstreams", "weight", "google", "7"}).err, "google is drained: no new calls go there, weight 7.\n");
  EXPECT_EQ(run({"upstreams", "resume", "google", "--json"}).out,
            "{\"name\":\"google\",\"drained\":false,\"weight\":7}\n");
  EXPECT_EQ(run({"upstreams", "weight", "google", "default"}).err, "google takes calls, weight 3.\n");
  const Ended unknown = run({"upstreams", "drain", "gogle"});
  EXPECT_EQ(unknown.exit_code, kFailed);
  EXPECT_THAT(unknown.err, HasSubstr("No upstream gogle"));
  EXPECT_EQ(run({"upstreams", "list"}).exit_code, kUnreachable);  // only a running server knows
}

TEST_F(AdministrationTest, WhatIsNotThereFailsWith1) {
  ASSERT_EQ(run({"keys", "create", "--account", "acme"}).exit_code, kDone);
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"credits", "show", "--account", "nobody"},
                                                    {"keys", "revoke", "key_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e"},
                                                    {"keys", "revoke", "../grants"},
                                                    {"tasks", "show", "task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e"},
                                                    {"keys", "create", "--account", "no good name"}}) {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.exit_code, kFailed) << arguments.front();
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, HasSubstr("darkroom " + arguments[0] + " " + arguments[1] + ": "));
  }
}

TEST_F(AdministrationTest, LookingMakesNoStore) {
  const Ended ended = run({"keys", "list"});
  EXPECT_EQ(ended.exit_code, kUnreachable);
  EXPECT_THAT(ended.err, HasSubstr("there is no store at"));
  EXPECT_FALSE(std::filesystem::exists(config_.database_path()));
}

// A server that reads one request and answers with these bytes.
class OneAnswer {
 public:
  OneAnswer(const std::string& path, std::string bytes) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof(address.sun_path) - 1));
    DR_CHECK(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    DR_CHECK(::listen(listener_, 4) == 0);
    thread_ = std::thread([this, bytes = std::move(bytes)] {
      const int probe = ::accept(listener_, nullptr, nullptr);  // find_running_server only connects
      ::close(probe);
      const int fd = ::accept(listener_, nullptr, nullptr);
      char piece[4096];
      const ssize_t count = ::recv(fd, piece, sizeof(piece), 0);
      if (count > 0) request.assign(piece, static_cast<std::size_t>(count));
      for (const char c : bytes) {
        if (::send(fd, &c, 1, MSG_NOSIGNAL) != 1) break;
      }
      ::close(fd);
    });
  }
  ~OneAnswer() {
    join();
    ::close(listener_);
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::string request;

 private:
  int listener_;
  std::thread thread_;
};

TEST_F(AdministrationTest, SpeaksToARunningServer) {
  std::filesystem::create_directories(config_.data_dir);
  OneAnswer server(config_.admin_socket_path(),
                   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 11\r\n\r\n{\"data\":[]}");
  const Ended ended = run({"keys", "list", "--account", "a+b", "--json"});
  server.join();
  EXPECT_EQ(ended.exit_code, kDone) << ended.err;
  EXPECT_EQ(ended.out, "[]\n");
  EXPECT_THAT(server.request, HasSubstr("GET /admin/keys?account=a%2Bb HTTP/1.1\r\nHost: localhost\r\n"));
}

TEST_F(AdministrationTest, SaysWhyTheServerRefused) {
  std::filesystem::create_directories(config_.data_dir);
  const std::string body = R"({"error":{"code":40001,"message":"there is no key of that id"}})";
  OneAnswer server(config_.admin_socket_path(),
                   "HTTP/1.1 404 Not Found\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const Ended ended = run({"keys", "revoke", "key_1"});
  EXPECT_EQ(ended.exit_code, kFailed);
  EXPECT_EQ(ended.err, "darkroom keys revoke: there is no key of that id\n");
}

TEST_F(AdministrationTest, AnAnswerThatIsCutOffIsUnreachable) {
  std::filesystem::create_directories(config_.data_dir);
  for (const char* bytes :
       {"", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", "HTTP/1.1 200 OK\r\n\r\n{}", "SSH-2.0\r\n\r\n"}) {
    OneAnswer server(config_.admin_socket_path(), bytes);
    EXPECT_EQ(run({"keys", "list"}).exit_code, kUnreachable) << bytes;
    server.join();
    std::filesystem::remove(config_.admin_socket_path());
  }
}

TEST_F(AdministrationTest, ADeadServersSocketIsNoServer) {
  std::filesystem::create_directories(config_.data_dir);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = config_.admin_socket_path();
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(fd);
  EXPECT_EQ(run({"keys", "create", "--account", "acme"}).exit_code, kDone);
}

}  // namespace
}  // namespace darkroom::app
