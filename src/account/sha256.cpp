#include "account/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "base/check.h"

namespace darkroom::account {
namespace {

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
  // OpenSSL 3 looks a digest up by name on every use unless it is fetched once; that look-up costs more than the hash.
  // Kept until the process ends, because threads may hash until then.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context(EVP_MD_CTX_new());
  DR_CHECK(algorithm != nullptr && context != nullptr);

  Digest digest{};
  unsigned int length = 0;
  DR_CHECK(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
  for (const std::string_view part : parts) {
    DR_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  DR_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1 && length == digest.size());
  return digest;
}

}  // namespace darkroom::account
