// The rows of people, accounts and the server: who may do what, and how the description tells of it.
#include <algorithm>

#include "api/console/accounts.h"
#include "api/console/audit.h"
#include "api/console/keys.h"
#include "api/console/members.h"
#include "api/console/overview.h"
#include "api/console/profile.h"
#include "api/console/routes.h"
#include "api/console/session.h"
#include "api/console/users.h"

namespace darkroom::api::console {
namespace {

constexpr RouteDoc kGetDescription = {.id = "getDescription",
                                      .tag = "Server",
                                      .summary = "This description",
                                      .answers = {{200, "OpenAPI 3.1", "Description", {"ETag", "Cache-Control"}},
                                                  {304, "Unchanged", "", {"ETag", "Cache-Control"}}}};
constexpr RouteDoc kGetServer = {.id = "getServer",
                                 .tag = "Session",
                                 .summary = "What a page must know before anybody has signed in",
                                 .answers = {{200, "This server", "ServerInfo"}}};
constexpr RouteDoc kSetUp = {.id = "setUp",
                             .tag = "Session",
                             .summary = "Make the first operator, with the token of the link that the server prints",
                             .body = "Setup",
                             .answers = {{200, "Signed in", "Me", {"Set-Cookie"}}},
                             .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter,
                                        Code::too_many_logins, Code::forbidden}};
constexpr RouteDoc kLogIn = {.id = "logIn",
                             .tag = "Session",
                             .summary = "Sign in",
                             .body = "Login",
                             .answers = {{200, "Signed in", "Me", {"Set-Cookie"}}},
                             .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter,
                                        Code::login_refused, Code::too_many_logins}};
constexpr RouteDoc kAcceptInvite = {.id = "acceptInvite",
                                    .tag = "Session",
                                    .summary = "Set the password, with the token of a link, and sign in",
                                    .body = "Invite",
                                    .answers = {{200, "Signed in", "Me", {"Set-Cookie"}}},
                                    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter,
                                               Code::too_many_logins, Code::forbidden}};
constexpr RouteDoc kLogOut = {.id = "logOut",
                              .tag = "Session",
                              .summary = "Sign out: the session ends",
                              .answers = {{200, "Signed out", "Nothing", {"Set-Cookie"}}}};
constexpr RouteDoc kGetSession = {.id = "getSession",
                                  .tag = "Session",
                                  .summary = "Who is signed in",
                                  .answers = {{200, "The user, and what their pages need", "Me"}}};
constexpr RouteDoc kChangeSession = {
    .id = "changeSession",
    .tag = "Session",
    .summary = "Change one's own profile; a new password ends all sessions and begins a new one",
    .body = "ProfilePatch",
    .answers = {{200, "Afterwards", "Me", {"Set-Cookie"}}},
    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter, Code::too_many_logins}};
constexpr RouteDoc kListSessions = {.id = "listSessions",
                                    .tag = "Session",
                                    .summary = "One's own sessions",
                                    .answers = {{200, "Newest first", "Sessions"}}};
constexpr RouteDoc kEndSession = {.id = "endSession",
                                  .tag = "Session",
                                  .summary = "End one of one's own sessions",
                                  .parameters = {"SessionId"},
                                  .answers = {{200, "It has ended", "Nothing"}},
                                  .errors = {Code::object_not_found}};
constexpr RouteDoc kListAccounts = {.id = "listAccounts",
                                    .tag = "Accounts",
                                    .summary = "The accounts that the user may see, by name",
                                    .parameters = {"Query", "Cursor", "Limit"},
                                    .answers = {{200, "One page", "Accounts"}},
                                    .errors = {Code::invalid_parameter}};
constexpr RouteDoc kCreateAccount = {
    .id = "createAccount",
    .tag = "Accounts",
    .summary = "A new account",
    .body = "NewAccount",
    .answers = {{200, "The account", "AccountRef"}},
    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter, Code::conflict}};
constexpr RouteDoc kGetAccount = {.id = "getAccount",
                                  .tag = "Accounts",
                                  .summary = "How an account is: credits, first steps, its last week",
                                  .parameters = {"Account", "Book"},
                                  .answers = {{200, "The account", "AccountView"}},
                                  .errors = {Code::invalid_parameter}};
constexpr RouteDoc kGetOverview = {.id = "getOverview",
                                   .tag = "Server",
                                   .summary = "How the server is: its last week, what waits, the upstreams",
                                   .parameters = {"Book"},
                                   .answers = {{200, "The server", "Overview"}},
                                   .errors = {Code::invalid_parameter}};
constexpr RouteDoc kGrantCredits = {.id = "grantCredits",
                                    .tag = "Accounts",
                                    .summary = "Give credits to an account",
                                    .parameters = {"Account"},
                                    .body = "NewGrant",
                                    .answers = {{200, "The balances afterwards", "Balances"}},
                                    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter}};
constexpr RouteDoc kListKeys = {.id = "listKeys",
                                .tag = "Accounts",
                                .summary = "The account's API keys",
                                .parameters = {"Account", "Cursor", "Limit"},
                                .answers = {{200, "Newest first", "Keys"}},
                                .errors = {Code::invalid_parameter}};
constexpr RouteDoc kMintKey = {.id = "mintKey",
                               .tag = "Accounts",
                               .summary = "A new API key",
                               .parameters = {"Account"},
                               .body = "NewKey",
                               .answers = {{200, "The key with its text, this once", "MintedKey"}},
                               .errors = {Code::bad_json, Code::invalid_parameter}};
constexpr RouteDoc kChangeKey = {.id = "changeKey",
                                 .tag = "Accounts",
                                 .summary = "Rename a key or change its limits",
                                 .parameters = {"Account", "KeyId"},
                                 .body = "KeyPatch",
                                 .answers = {{200, "The key", "Key"}},
                                 .errors = {Code::bad_json, Code::invalid_parameter, Code::conflict}};
constexpr RouteDoc kRevokeKey = {.id = "revokeKey",
                                 .tag = "Accounts",
                                 .summary = "Make a key useless at once",
                                 .parameters = {"Account", "KeyId"},
                                 .answers = {{200, "The key", "Key"}},
                                 .errors = {Code::conflict}};
constexpr RouteDoc kRollKey = {.id = "rollKey",
                               .tag = "Accounts",
                               .summary = "A new key in place of this one, which goes on for a while",
                               .parameters = {"Account", "KeyId"},
                               .body = "KeyRoll",
                               .answers = {{200, "The new key with its text, this once", "MintedKey"}},
                               .errors = {Code::bad_json, Code::invalid_parameter, Code::conflict}};
constexpr RouteDoc kListMembers = {.id = "listMembers",
                                   .tag = "Accounts",
                                   .summary = "Who belongs to the account",
                                   .parameters = {"Account", "Cursor", "Limit"},
                                   .answers = {{200, "By e-mail", "Members"}},
                                   .errors = {Code::invalid_parameter}};
constexpr RouteDoc kAddMember = {.id = "addMember",
                                 .tag = "Accounts",
                                 .summary = "A user joins the account",
                                 .parameters = {"Account"},
                                 .body = "NewMember",
                                 .answers = {{200, "The member", "Member"}},
                                 .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter}};
constexpr RouteDoc kPutMember = {.id = "putMember",
                                 .tag = "Accounts",
                                 .summary = "Give a member another role",
                                 .parameters = {"Account", "MemberId"},
                                 .body = "MemberPatch",
                                 .answers = {{200, "The member", "Member"}},
                                 .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter}};
constexpr RouteDoc kRemoveMember = {.id = "removeMember",
                                    .tag = "Accounts",
                                    .summary = "A member leaves",
                                    .parameters = {"Account", "MemberId"},
                                    .answers = {{200, "It is gone", "Nothing"}}};
constexpr Few<DocAnswer, 4> kDeeds = {{200, "Newest first", "AuditRows"}};
constexpr RouteDoc kListDeedsOfAccount = {
    .id = "listAuditOfAccount",
    .tag = "Accounts",
    .summary = "What was changed in the account, and by whom",
    .parameters = {"Account", "AuditActor", "AuditAction", "AuditFormat", "Cursor", "Limit"},
    .answers = kDeeds,
    .errors = {Code::invalid_parameter}};
constexpr RouteDoc kListDeeds = {
    .id = "listAudit",
    .tag = "Server",
    .summary = "What was changed, and by whom",
    .parameters = {"AuditAccount", "AuditActor", "AuditAction", "AuditFormat", "Cursor", "Limit"},
    .answers = kDeeds,
    .errors = {Code::invalid_parameter, Code::object_not_found}};
constexpr RouteDoc kListUsers = {.id = "listUsers",
                                 .tag = "Server",
                                 .summary = "Every user",
                                 .parameters = {"Cursor", "Limit"},
                                 .answers = {{200, "Newest first", "Users"}},
                                 .errors = {Code::invalid_parameter}};
constexpr RouteDoc kCreateUser = {
    .id = "createUser",
    .tag = "Server",
    .summary = "A new user",
    .body = "NewUser",
    .answers = {{200, "The user, and a link to set a password where none was given", "CreatedUser"}},
    .errors = {Code::bad_json, Code::missing_parameter, Code::invalid_parameter, Code::conflict,
               Code::too_many_logins}};
constexpr RouteDoc kChangeUser = {
    .id = "changeUser",
    .tag = "Server",
    .summary = "Rename or disable a user, or change whether they are an operator",
    .parameters = {"UserId"},
    .body = "UserPatch",
    .answers = {{200, "The user", "User"}},
    .errors = {Code::bad_json, Code::invalid_parameter, Code::object_not_found, Code::conflict}};
constexpr RouteDoc kInviteUser = {.id = "inviteUser",
                                  .tag = "Server",
                                  .summary = "A one-time link with which the user sets a password",
                                  .parameters = {"UserId"},
                                  .answers = {{200, "The link", "InviteLink"}},
                                  .errors = {Code::object_not_found}};
constexpr RouteDoc kListSettings = {.id = "listSettings",
                                    .tag = "Server",
                                    .summary = "The configuration in effect",
                                    .answers = {{200, "All of it", "Settings"}}};

constexpr Route kRoutes[] = {
    {"GET", "/openapi.json", Who::anyone, show_description, &kGetDescription},
    {"GET", "/server", Who::anyone, show_server, &kGetServer},
    {"POST", "/setup", Who::anyone, set_up, &kSetUp},
    {"POST", "/login", Who::anyone, log_in, &kLogIn},
    {"POST", "/invite", Who::anyone, accept_invite, &kAcceptInvite},
    {"POST", "/logout", Who::user, log_out, &kLogOut},
    {"GET", "/session", Who::user, show_session, &kGetSession},
    {"PATCH", "/session", Who::user, change_session, &kChangeSession},
    {"GET", "/sessions", Who::user, list_sessions, &kListSessions},
    {"DELETE", "/sessions/{id}", Who::user, end_session, &kEndSession},
    {"GET", "/accounts", Who::user, list_accounts, &kListAccounts},
    {"POST", "/accounts", Who::operator_, create_account, &kCreateAccount},
    {"GET", "/accounts/{account}", Who::member, show_account, &kGetAccount},
    {"POST", "/accounts/{account}/grants", Who::operator_, grant_credits, &kGrantCredits},
    {"GET", "/accounts/{account}/keys", Who::member, list_keys, &kListKeys},
    {"POST", "/accounts/{account}/keys", Who::owner, mint_key, &kMintKey},
    {"PATCH", "/accounts/{account}/keys/{id}", Who::owner, change_key, &kChangeKey},
    {"POST", "/accounts/{account}/keys/{id}/revoke", Who::owner, revoke_key, &kRevokeKey},
    {"POST", "/accounts/{account}/keys/{id}/roll", Who::owner, roll_key, &kRollKey},
    {"GET", "/accounts/{account}/members", Who::member, list_members, &kListMembers},
    {"POST", "/accounts/{account}/members", Who::owner, add_member, &kAddMember},
    {"PUT", "/accounts/{account}/members/{user}", Who::owner, put_member, &kPutMember},
    {"DELETE", "/accounts/{account}/members/{user}", Who::owner, remove_member, &kRemoveMember},
    {"GET", "/accounts/{account}/audit", Who::owner, list_deeds_of_account, &kListDeedsOfAccount},
    {"GET", "/overview", Who::operator_, show_overview, &kGetOverview},
    {"GET", "/users", Who::operator_, list_users, &kListUsers},
    {"POST", "/users", Who::operator_, create_user, &kCreateUser},
    {"PATCH", "/users/{id}", Who::operator_, change_user, &kChangeUser},
    {"POST", "/users/{id}/invite", Who::operator_, invite_user, &kInviteUser},
    {"GET", "/audit", Who::operator_, list_deeds, &kListDeeds},
    {"GET", "/settings", Who::operator_, list_settings, &kListSettings},
};
static_assert(std::ranges::all_of(kRoutes, [](const Route& route) { return route.doc != nullptr; }),
              "every route is described");

}  // namespace

std::span<const Route> people_routes() { return kRoutes; }

}  // namespace darkroom::api::console
