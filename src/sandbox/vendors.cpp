#include "sandbox/vendors.h"

#include "sandbox/gemini.h"

namespace darkroom::sandbox {

std::vector<Vendor> make_vendors(const Clock&, Random&) {
  std::vector<Vendor> all;
  all.push_back({"gemini", "", make_gemini()});
  return all;
}

}  // namespace darkroom::sandbox
