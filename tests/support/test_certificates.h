// Certificates made when a test starts: an authority of its own and server contexts that are right, or wrong in one
// way.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/check.h"

namespace darkroom::test {

struct OpensslDelete {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};
using Key = std::unique_ptr<EVP_PKEY, OpensslDelete>;
using Certificate = std::unique_ptr<X509, OpensslDelete>;
using TlsContext = std::unique_ptr<SSL_CTX, OpensslDelete>;

class TestAuthority {
 public:
  TestAuthority() : key_(EVP_EC_gen("P-256")) {
    certificate_ = make(key_.get(), "darkroom test authority", "", nullptr, nullptr, 0, kDay);
  }

  // PEM of the authority's certificate, written to `path`.
  void write(const std::string& path) const {
    FILE* file = std::fopen(path.c_str(), "w");
    DR_CHECK(file != nullptr && PEM_write_X509(file, certificate_.get()) == 1);
    std::fclose(file);
  }

  TlsContext context(const std::string& names) const { return serve(names, true, -kDay, kDay); }
  TlsContext expired(const std::string& names) const { return serve(names, true, -2 * kDay, -kDay); }
  TlsContext self_signed(const std::string& names) const { return serve(names, false, -kDay, kDay); }
  TlsContext only_tls10(const std::string& names) const {
    TlsContext context = serve(names, true, -kDay, kDay);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), TLS1_VERSION);
    return context;
  }

 private:
  static constexpr long kDay = 24 * 3600;

  // Without an issuer the certificate signs itself. `names` is a subjectAltName such as "DNS:*.example.net".
  static Certificate make(EVP_PKEY* key, const char* common_name, const std::string& names, X509* issuer,
                          EVP_PKEY* issuer_key, long from_seconds, long to_seconds) {
    static long serial = 1;
    Certificate made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), to_seconds);
    X509_set_pubkey(made.get(), key);
    X509_NAME* subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name), -1, -1,
                               0);
    X509_set_issuer_name(made.get(), issuer != nullptr ? X509_get_subject_name(issuer) : subject);
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer != nullptr ? issuer : made.get(), made.get(), nullptr, nullptr, 0);
    const auto add = [&](int nid, const std::string& value) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
      DR_CHECK(extension != nullptr);
      X509_add_ext(made.get(), extension, -1);
      X509_EXTENSION_free(extension);
    };
    if (names.empty()) {
      add(NID_basic_constraints, "critical,CA:TRUE");
    } else {
      add(NID_subject_alt_name, names);
    }
    DR_CHECK(X509_sign(made.get(), issuer_key != nullptr ? issuer_key : key, EVP_sha256()) > 0);
    return made;
  }

  TlsContext serve(const std::string& names, bool is_signed, long from_seconds, long to_seconds) const {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate = make(key.get(), "server", names, is_signed ? certificate_.get() : nullptr,
                                         is_signed ? key_.get() : nullptr, from_seconds, to_seconds);
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    return context;
  }

  Key key_;
  Certificate certificate_;
};

}  // namespace darkroom::test
