// Webhook secrets at rest: sealed in every file of the store, under a key that is in none of them.
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/sqlite/seal.h"
#include "tests/conformance/store_backends.h"
#include "webhook/signature.h"

namespace darkroom::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kUrl = "https://app.example.org/hooks";
constexpr const char* kKey = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

class StoreSeal : public ::testing::Test {
 protected:
  Result<std::unique_ptr<store::Store>> open(const std::string& key = "") {
    return store::open_sqlite_store({.path = path_, .seal_key = Secret(key)});
  }
  AccountId make_account(store::Store& store) {
    const store::NewAccount wanted = rows_.account("anna", 1'000);
    return ask<account::Account>([&](auto done) { store.ensure_account(wanted, std::move(done)); })->id;
  }
  webhook::Endpoint make_endpoint(store::Store& store, AccountId account) {
    const webhook::Endpoint made = rows_.endpoint(account, kUrl);
    ask<void>([&](auto done) { store.create_webhook(made, std::move(done)); }).value();
    return made;
  }
  Secret rotate(store::Store& store, const webhook::Endpoint& endpoint) {
    webhook::Change change{endpoint.account, endpoint.id};
    change.secret = webhook::make_secret(rows_.random());
    change.at = rows_.next_time();
    return ask<webhook::Endpoint>([&](auto done) { store.change_webhook(change, std::move(done)); })->secret;
  }
  std::vector<webhook::Endpoint> list(store::Store& store, AccountId account) {
    return ask<std::vector<webhook::Endpoint>>([&](auto done) { store.list_webhooks(account, std::move(done)); })
        .value();
  }
  // The names of the files in which the secret can be read, with or without what it begins with.
  std::vector<std::string> find(const Secret& secret) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(file), {});
      if (content.find(secret.reveal().substr(6)) != std::string::npos) names.push_back(entry.path().filename());
    }
    return names;
  }
  void write_key(const std::string& text) {
    folder_.write("darkroom.db.key", text);
    std::filesystem::permissions(key_path_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void sql(const std::string& text) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    char* error = nullptr;
    sqlite3_exec(database, text.c_str(), nullptr, nullptr, &error);
    EXPECT_EQ(std::string(error == nullptr ? "" : error), "");
    sqlite3_free(error);
    sqlite3_close(database);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("darkroom.db");
  std::string key_path_ = path_ + ".key";
  StoreRows rows_{1};
};

TEST_F(StoreSeal, NoFileOfTheStoreShowsASecret) {
  auto store = open().value();
  const AccountId anna = make_account(*store);
  const webhook::Endpoint endpoint = make_endpoint(*store, anna);
  const Secret newer = rotate(*store, endpoint);
  EXPECT_THAT(find(endpoint.secret), IsEmpty()) << "while it runs, the log included";
  EXPECT_THAT(find(newer), IsEmpty());
  EXPECT_EQ(list(*store, anna).at(0).secret, newer);
  EXPECT_EQ(list(*store, anna).at(0).former_secret, endpoint.secret);
  store.reset();
  EXPECT_THAT(find(newer), IsEmpty());
  store = open().value();
  EXPECT_EQ(list(*store, anna).at(0).secret, newer);
  EXPECT_EQ(list(*store, anna).at(0).former_secret, endpoint.secret);
}

TEST_F(StoreSeal, WhatAnOlderVersionHasWrittenIsSealedOnce) {
  auto store = open().value();
  const AccountId anna = make_account(*store);
  webhook::Endpoint endpoint = make_endpoint(*store, anna);
  store.reset();
  const std::string plain(endpoint.secret.reveal());
  sql("DROP TABLE seal; DROP TABLE webhooks; CREATE TABLE webhooks ("
      "id BLOB PRIMARY KEY, account BLOB NOT NULL REFERENCES accounts, url TEXT NOT NULL, events INTEGER NOT NULL, "
      "secret TEXT NOT NULL, former_secret TEXT NOT NULL, former_until INTEGER, created_at INTEGER NOT NULL, "
      "failing_since INTEGER, disabled_at INTEGER, disabled_by INTEGER NOT NULL, pending INTEGER NOT NULL, "
      "CHECK (pending >= 0)) STRICT, WITHOUT ROWID; CREATE INDEX webhooks_of_account ON webhooks (account, id); "
      "INSERT INTO webhooks SELECT x'" +
      endpoint.id.hex() + "', id, '" + kUrl + "', 7, '" + plain + "', '', NULL, 5, NULL, NULL, 0, 0 FROM accounts; " +
      "PRAGMA user_version = 11");
  std::filesystem::remove(key_path_);
  ASSERT_THAT(find(endpoint.secret), Contains("darkroom.db"));
  store = open().value();
  EXPECT_EQ(list(*store, anna).at(0).secret, endpoint.secret);
  EXPECT_TRUE(list(*store, anna).at(0).former_secret.empty());
  EXPECT_THAT(find(endpoint.secret), IsEmpty());
}

TEST_F(StoreSeal, TheKeyIsMadeOnceForNobodyElseToRead) {
  open().value();
  struct stat status{};
  ASSERT_EQ(::stat(key_path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  std::ifstream file(key_path_);
  std::string key;
  ASSERT_TRUE(std::getline(file, key));
  EXPECT_TRUE(store::is_seal_key(key));
  open().value();
  EXPECT_TRUE(open(key)) << "given, it is the same key";
}

TEST_F(StoreSeal, AGivenKeyNeedsNoFile) {
  auto store = open(kKey).value();
  const AccountId anna = make_account(*store);
  const webhook::Endpoint endpoint = make_endpoint(*store, anna);
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(key_path_));
  EXPECT_EQ(list(*open(kKey).value(), anna).at(0).secret, endpoint.secret);
}

TEST_F(StoreSeal, AnotherKeyIsRefusedAndNothingIsChanged) {
  open().value();
  std::filesystem::rename(key_path_, folder_.file("kept"));
  const auto missing = open();
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr(key_path_ + " is missing"));
  EXPECT_FALSE(std::filesystem::exists(key_path_)) << "a new one would open nothing";
  const auto other = open(kKey);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("sealed with another key than that of store.seal_key"));
  write_key(std::string(kKey) + "\n");
  EXPECT_THAT(open().error().message, HasSubstr("sealed with another key than that of " + key_path_));
  write_key("short");
  EXPECT_THAT(open().error().message, HasSubstr("is not a key of 64 hex digits"));
  std::filesystem::permissions(key_path_, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_THAT(open().error().message, HasSubstr("chmod 600 " + key_path_));
  std::filesystem::rename(folder_.file("kept"), key_path_);
  EXPECT_TRUE(open());
}

TEST_F(StoreSeal, ASealThatIsTakenAwayBeginsAnew) {
  open().value();
  std::filesystem::remove(key_path_);
  sql("DELETE FROM webhooks; DELETE FROM seal");
  EXPECT_TRUE(open());
  EXPECT_TRUE(open());
}

TEST(Seal, OpensForItsOwnerAndItsKeyOnly) {
  const auto seal = store::sqlite::Seal::parse(kKey).value();
  const std::string sealed = seal.close("anna", "whsec_a");
  EXPECT_THAT(sealed, Not(HasSubstr("whsec_a")));
  EXPECT_NE(sealed, seal.close("anna", "whsec_a"));
  EXPECT_EQ(seal.open("anna", sealed), Secret("whsec_a"));
  EXPECT_FALSE(seal.open("berta", sealed));
  EXPECT_FALSE(store::sqlite::Seal::parse(std::string(64, '0'))->open("anna", sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(seal.open("anna", changed)) << i;
    EXPECT_FALSE(seal.open("anna", std::string_view(sealed).substr(0, i))) << i;
  }
}

TEST(Seal, KeysAre64HexDigits) {
  for (const std::string& text : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g'),
                                  std::string(62, 'a') + ":a", " " + std::string(63, 'a')}) {
    EXPECT_FALSE(store::is_seal_key(text)) << text;
  }
  EXPECT_TRUE(store::is_seal_key(std::string(64, 'A')));
}

}  // namespace
}  // namespace darkroom::test
