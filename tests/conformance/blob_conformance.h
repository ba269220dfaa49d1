// What every blob engine must do, whatever it is made of. An engine is a name and a function that opens a store;
// opening again must find what an earlier store of the same test left.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "blob/blob_store.h"

namespace darkroom::blob {

// One fresh place for blobs; its destructor clears it.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Result<std::unique_ptr<Store>> open() = 0;
};

struct EngineKind {
  std::string name;
  std::function<std::unique_ptr<Engine>()> make;
};

class BlobConformance : public testing::TestWithParam<EngineKind> {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = engine_->open();
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  Result<Info> put(std::string_view name, std::string_view content) {
    auto writer = store_->create();
    if (!writer) return fail(writer.error());
    DR_TRY((*writer)->write(as_bytes(content)));
    return (*writer)->commit(name);
  }
  static std::string read(const http::OpenFile& file) {
    std::string content;
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::pread(file.fd(), buffer, sizeof buffer, static_cast<off_t>(content.size()));
      if (got <= 0) return content;
      content.append(buffer, static_cast<std::size_t>(got));
    }
  }
  std::string get(std::string_view name) {
    const auto file = store_->open(name);
    return file ? read(**file) : std::string(info(file.error().code).name);
  }

  std::unique_ptr<Engine> engine_ = GetParam().make();
  std::unique_ptr<Store> store_;
};

TEST_P(BlobConformance, KeepsWhatWasCommitted) {
  const auto info = put("tasks/0a/0.png", "hello");
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->size_bytes, 5u);
  EXPECT_EQ(info->sha256_hex, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_GT(to_millis(info->modified_at), 1'600'000'000'000);
  reopen();
  EXPECT_EQ(get("tasks/0a/0.png"), "hello");
  const auto stat = store_->stat("tasks/0a/0.png");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->size_bytes, 5u);
  EXPECT_EQ(stat->modified_at, info->modified_at);
  ASSERT_TRUE(put("empty", ""));
  EXPECT_EQ(get("empty"), "");
  EXPECT_TRUE(store_->free_percent() > 0 && store_->free_percent() <= 100);
}

TEST_P(BlobConformance, StreamsInAnyPieces) {
  auto writer = store_->create();
  ASSERT_TRUE(writer);
  std::string all;
  for (std::size_t i = 0; i < 400; ++i) {
    const std::string piece(i * 7 % 5000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE((*writer)->write(as_bytes(piece)));
    all += piece;
  }
  EXPECT_EQ((*writer)->size_bytes(), all.size());
  ASSERT_TRUE((*writer)->commit("big"));
  EXPECT_TRUE(get("big") == all);
}

TEST_P(BlobConformance, ShowsTheStreamBeforeItIsCommitted) {
  auto writer = store_->create();
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(as_bytes("first ")));
  const auto view = (*writer)->view();
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(read(**view), "first ");
  EXPECT_EQ(::lseek((*view)->fd(), 0, SEEK_END), 6);
  ASSERT_TRUE((*writer)->write(as_bytes("second")));
  ASSERT_TRUE((*writer)->commit("name"));
  EXPECT_EQ(get("name"), "first second") << "the reader's position is its own";
}

TEST_P(BlobConformance, AWriterThatDiesLeavesNothing) {
  {
    auto writer = store_->create();
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(as_bytes("half")));
    EXPECT_EQ(get("tasks/0a/0.png"), "not_found");
  }
  EXPECT_EQ(get("tasks/0a/0.png"), "not_found");
  ASSERT_TRUE(store_->sweep_temporary());
  ASSERT_TRUE(put("tasks/0a/0.png", "whole"));
  ASSERT_TRUE(store_->sweep_temporary());
  EXPECT_EQ(get("tasks/0a/0.png"), "whole");
}

TEST_P(BlobConformance, ReplacesWholeObjectsOnly) {
  ASSERT_TRUE(put("a/b", "old"));
  const auto old = store_->open("a/b");
  auto writer = store_->create();
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(as_bytes("newer")));
  EXPECT_EQ(get("a/b"), "old");
  ASSERT_TRUE((*writer)->commit("a/b"));
  EXPECT_EQ(get("a/b"), "newer");
  EXPECT_EQ(read(**old), "old") << "who has it open keeps it";
}

TEST_P(BlobConformance, NoWriteAndNoSecondCommitAfterCommit) {
  auto writer = store_->create();
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->commit("a"));
  EXPECT_FALSE((*writer)->write(as_bytes("y")));
  EXPECT_FALSE((*writer)->commit("b"));
  EXPECT_EQ(get("a") + get("b"), "not_found");
}

TEST_P(BlobConformance, MissingBlobsAreNotFoundAndRemovingThemIsFine) {
  ASSERT_TRUE(put("file", "x"));
  for (const char* name : {"a", "tasks/a/b/c", "file/below", "tasks"}) {
    EXPECT_EQ(get(name), "not_found") << name;
    const auto stat = store_->stat(name);
    ASSERT_FALSE(stat) << name;
    EXPECT_EQ(stat.error().code, Code::not_found) << name;
    EXPECT_TRUE(store_->remove(name)) << name;
    EXPECT_TRUE(store_->remove_folder(name)) << name;
  }
  EXPECT_EQ(get("file"), "x");
}

TEST_P(BlobConformance, RemovesOneOrAFolder) {
  for (const char* name : {"tasks/a/0", "tasks/a/1", "tasks/a/deep/er/2", "tasks/ab/0", "tasks/b/0"})
    ASSERT_TRUE(put(name, name));
  ASSERT_TRUE(store_->remove("tasks/b/0"));
  EXPECT_EQ(get("tasks/b/0"), "not_found");
  ASSERT_TRUE(store_->remove_folder("tasks/a/"));
  for (const char* name : {"tasks/a/0", "tasks/a/1", "tasks/a/deep/er/2"}) EXPECT_EQ(get(name), "not_found");
  EXPECT_EQ(get("tasks/ab/0"), "tasks/ab/0");
  ASSERT_TRUE(put("tasks/a/0", "again"));
  EXPECT_EQ(get("tasks/a/0"), "again");
}

TEST_P(BlobConformance, RefusesBadNames) {
  std::vector<std::string> names = {"", "/a", "a/", "a//b", "..", "../a", "a/../b", ".", ".tmp/x", "a/.b", "A", "a b"};
  for (const std::string_view name : {"a\\b", "é", "a%2fb"}) names.emplace_back(name);
  names.push_back({'a', '\0', 'b'});
  names.emplace_back(256, 'a');
  for (const std::string& name : names) {
    EXPECT_FALSE(is_valid_name(name)) << name;
    auto writer = store_->create();
    ASSERT_TRUE(writer);
    const auto committed = (*writer)->commit(name);
    ASSERT_FALSE(committed) << name;
    EXPECT_EQ(committed.error().code, Code::invalid_parameter) << name;
    EXPECT_FALSE(store_->open(name)) << name;
    EXPECT_FALSE(store_->remove(name)) << name;
    EXPECT_FALSE(store_->stat(name)) << name;
  }
  EXPECT_TRUE(is_valid_name("tasks/0123456789abcdef0123456789abcdef/0.png"));
}

TEST_P(BlobConformance, ManyThreadsWriteAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 10; ++i) {
        const std::string name = "tasks/same/" + std::to_string(t) + "-" + std::to_string(i);
        EXPECT_TRUE(put(name, name));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const char* name : {"tasks/same/0-9", "tasks/same/3-0"}) EXPECT_EQ(get(name), name);
}

}  // namespace darkroom::blob
