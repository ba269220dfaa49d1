// The key file of a service account, with a private key that is made when a test starts.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "base/check.h"
#include "base/json.h"

namespace darkroom::test {

class ServiceAccountFile {
 public:
  explicit ServiceAccountFile(std::string token_uri, std::string email = "painter@project.example")
      : key_(EVP_RSA_gen(2048)), token_uri_(std::move(token_uri)), email_(std::move(email)) {
    DR_CHECK(key_ != nullptr);
  }

  EVP_PKEY* key() const { return key_.get(); }

  std::string text() const {
    return json::print(json::object{{"type", "service_account"},
                                    {"project_id", "project"},
                                    {"private_key_id", "k1"},
                                    {"private_key", pem()},
                                    {"client_email", email_},
                                    {"token_uri", token_uri_}});
  }

  // PKCS#8.
  std::string pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    DR_CHECK(PEM_write_bio_PKCS8PrivateKey(memory, key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(memory, &bytes);
    std::string pem(bytes, static_cast<std::size_t>(length));
    BIO_free(memory);
    return pem;
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::string token_uri_;
  std::string email_;
};

}  // namespace darkroom::test
