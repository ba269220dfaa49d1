#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "blob/fs/fs_store.h"
#include "tests/conformance/blob_conformance.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::blob {
namespace {

class FsEngine final : public Engine {
 public:
  Result<std::unique_ptr<Store>> open() override { return make_fs_store(folder_.file("media/blobs/")); }

 private:
  test::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Engines, BlobConformance,
                         testing::Values(EngineKind{"fs", [] { return std::make_unique<FsEngine>(); }}),
                         [](const auto& parameter) { return parameter.param.name; });

class FsStoreTest : public testing::Test {
 protected:
  Status put(const std::string& name) {
    auto writer = store_->create();
    if (!writer) return fail(writer.error());
    DR_TRY((*writer)->write(as_bytes("x")));
    const auto committed = (*writer)->commit(name);
    return committed ? Status() : Status(fail(committed.error()));
  }
  std::size_t temporary_files() const {
    const std::filesystem::directory_iterator files(folder_.path() / ".tmp");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Store> store_ = make_fs_store(folder_.path().string()).value();
};

TEST_F(FsStoreTest, ADeadProcessLeavesATemporaryFileThatTheSweepRemoves) {
  folder_.write(".tmp/left-by-an-earlier-process", "half");
  {
    const auto writer = store_->create();
    ASSERT_TRUE(writer);
    EXPECT_EQ(temporary_files(), 2u);
  }
  EXPECT_EQ(temporary_files(), 1u);
  ASSERT_TRUE(store_->sweep_temporary());
  EXPECT_EQ(temporary_files(), 0u);
}

TEST_F(FsStoreTest, TriesWhetherThereIsRoom) {
  EXPECT_TRUE(store_->check_room(1'000'000));
  EXPECT_EQ(store_->check_room(std::uint64_t{1} << 60).error().code, Code::io_failed);
  EXPECT_EQ(temporary_files(), 0u);
}

TEST_F(FsStoreTest, ListsWhatLiesInAFolder) {
  EXPECT_EQ(store_->list("references").value(), std::vector<std::string>());
  for (const char* name : {"references/a/0", "references/a/1", "references/b/0", "tasks/c/0"}) ASSERT_TRUE(put(name));
  std::vector<std::string> names = store_->list("references").value();
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(store_->list("../references"));
}

TEST_F(FsStoreTest, NothingIsReadableByOthers) {
  ASSERT_TRUE(put("tasks/a/0"));
  struct stat status{};
  ASSERT_EQ(::stat(folder_.file("tasks/a/0").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0137u, 0u);
  ASSERT_EQ(::stat(folder_.file("tasks/a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0027u, 0u);
}

TEST_F(FsStoreTest, FollowsNoLinkBelowItsFolder) {
  const test::TemporaryFolder outside;
  outside.write("secret", "s");
  std::filesystem::create_directory_symlink(outside.path(), folder_.path() / "link");
  std::filesystem::create_symlink(outside.path() / "secret", folder_.path() / "file");
  EXPECT_FALSE(store_->open("link/secret"));
  EXPECT_FALSE(store_->open("file"));
  EXPECT_FALSE(put("link/new"));
  EXPECT_TRUE(store_->remove("link/secret")) << "there is nothing behind a link";
  std::filesystem::create_directories(folder_.path() / "tasks/a");
  std::filesystem::create_directory_symlink(outside.path(), folder_.path() / "tasks/a/link");
  EXPECT_TRUE(store_->remove_folder("tasks/a"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "tasks/a"));
  EXPECT_TRUE(std::filesystem::exists(outside.path() / "secret"));
}

TEST_F(FsStoreTest, AFifoHoldsNobody) {
  ASSERT_EQ(::mkfifo(folder_.file("fifo").c_str(), 0600), 0);
  const auto opened = store_->open("fifo");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::not_found);
}

TEST(FsStore, AFolderThatCannotBeMadeIsAnError) {
  const test::TemporaryFolder folder;
  folder.write("file", "x");
  EXPECT_FALSE(make_fs_store(folder.file("file")));
  EXPECT_FALSE(make_fs_store(folder.file("file/below")));
}

}  // namespace
}  // namespace darkroom::blob
