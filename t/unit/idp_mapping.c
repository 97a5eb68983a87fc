/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "idp/claim.h"
#include "idp/mapping.h"
#include "mod_mcp_oauth.h"

/* How the claims of each provider read. A line of configuration, one or two
 * JSON objects, and all words that come of them, as "word=value" in the order
 * below; lists are joined by commas. Words that are not said are left out. */

#define GUID "0f14d0ab-9605-4a62-a9e4-5ed26688389b"
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *line;
    const char *claims[2];
    const char *words;
} rows[] = {
    {"auth0 t.us.auth0.com",
     {"{\"iss\":\"https://t.us.auth0.com/\",\"sub\":\"auth0|1\",\"aud\":"
      "[\"https://api\",\"https://t.us.auth0.com/userinfo\"],\"iat\":1,"
      "\"exp\":2,\"scope\":\"openid profile read:todos\",\"azp\":\"cid\","
      "\"permissions\":[\"read:todos\"],\"org_id\":\"org_1\"}",
      NULL},
     "issuer=https://t.us.auth0.com/ subject=auth0|1 user=auth0|1 "
     "organization=org_1 permissions=read:todos client=cid "
     "scopes=openid,profile,read:todos"},
    {"auth0 t.us.auth0.com",
     {"{\"sub\":\"auth0|1\",\"nickname\":\"ada\",\"name\":\"Ada "
      "L\",\"picture\":\"https://p\",\"email\":\"a@b\","
      "\"email_verified\":true,\"sid\":\"s1\"}",
      "{\"sub\":\"auth0|1\",\"permissions\":[],\"email\":\"c@d\","
      "\"email_verified\":true}"},
     "issuer=https://t.us.auth0.com/ subject=auth0|1 user=auth0|1 email=a@b "
     "name=Ada L picture=https://p permissions= session=s1"},
    {"clerk x.clerk.accounts.dev",
     {"{\"iss\":\"https://x.clerk.accounts.dev\",\"sub\":\"user_1\","
      "\"client_id\":\"c\",\"scope\":\"profile "
      "email\",\"jti\":\"oat_1\",\"iat\":1,\"nbf\":1,\"exp\":2}",
      "{\"sub\":\"user_1\",\"email\":\"a@b\",\"email_verified\":true,"
      "\"preferred_username\":\"ada\",\"unsafe_metadata\":{\"roles\":[\"x\"]}"
      "}"},
     "issuer=https://x.clerk.accounts.dev subject=user_1 user=user_1 "
     "email=a@b name=ada client=c scopes=profile,email"},
    {"clerk x.clerk.accounts.dev",
     {"{\"sub\":\"user_1\",\"azp\":\"https://app\",\"org_id\":\"org_1\","
      "\"org_role\":\"org:admin\",\"org_permissions\":[\"org:a:read\"]}",
      NULL},
     "issuer=https://x.clerk.accounts.dev subject=user_1 user=user_1 "
     "organization=org_1 roles=org:admin permissions=org:a:read"},
    {"clerk x.clerk.accounts.dev",
     {"{\"sub\":\"user_1\",\"o\":{\"id\":\"org_2\",\"rol\":\"admin\"}}", NULL},
     "issuer=https://x.clerk.accounts.dev subject=user_1 user=user_1 "
     "organization=org_2 roles=admin"},
    {"workos x.authkit.app",
     {"{\"iss\":\"https://x.authkit.app\",\"aud\":\"https://host/mcp\","
      "\"sub\":\"user_1\",\"sid\":\"session_1\",\"jti\":\"j\",\"org_id\":"
      "\"org_1\",\"roles\":[\"admin\"],\"permissions\":[\"read\"],\"iat\":1,"
      "\"exp\":2}",
      NULL},
     "issuer=https://x.authkit.app subject=user_1 user=user_1 "
     "organization=org_1 roles=admin permissions=read session=session_1"},
    {"workos x.authkit.app",
     {"{\"sub\":\"user_1\",\"role\":\"member\"}", NULL},
     "issuer=https://x.authkit.app subject=user_1 user=user_1 roles=member"},
    {"supabase ref",
     {"{\"iss\":\"https://ref.supabase.co/auth/v1\",\"aud\":\"authenticated\","
      "\"sub\":\"uuid\",\"email\":\"a@b\",\"role\":\"authenticated\",\"aal\":"
      "\"aal1\",\"amr\":[{\"method\":\"password\",\"timestamp\":1}],"
      "\"session_id\":\"uuid\",\"app_metadata\":{\"provider\":\"email\"},"
      "\"user_metadata\":{\"full_name\":\"A\",\"avatar_url\":\"https://p\","
      "\"email_verified\":true,\"roles\":[\"admin\"],\"role\":\"admin\"},"
      "\"client_id\":\"uuid\",\"iat\":1,\"exp\":2}",
      NULL},
     "issuer=https://ref.supabase.co/auth/v1 subject=uuid user=uuid name=A "
     "picture=https://p roles=authenticated permissions=aal:aal1 "
     "client=uuid"},
    {"supabase ref",
     {"{\"sub\":\"uuid\",\"email\":\"a@b\",\"email_verified\":true,\"name\":"
      "\"Ada\"}",
      "{\"sub\":\"uuid\",\"role\":\"authenticated\",\"aal\":\"aal2\","
      "\"app_metadata\":{\"roles\":[\"editor\"]}}"},
     "issuer=https://ref.supabase.co/auth/v1 subject=uuid user=uuid email=a@b "
     "name=Ada roles=editor permissions=aal:aal2"},
    {"keycloak https://kc/realms/r",
     {"{\"iss\":\"https://kc/realms/r\",\"aud\":[\"mcp-api\",\"account\"],"
      "\"typ\":\"Bearer\",\"azp\":\"client\",\"sub\":\"uuid\",\"scope\":"
      "\"openid email profile\",\"realm_access\":{\"roles\":[\"admin\"]},"
      "\"resource_access\":{\"mcp-api\":{\"roles\":[\"write\"]},\"account\":{"
      "\"roles\":[\"view\",7]},\"odd\":3},\"preferred_username\":\"ada\","
      "\"name\":\"Ada L\",\"email\":\"a@b\",\"email_verified\":true,\"iat\":1,"
      "\"exp\":2}",
      NULL},
     "issuer=https://kc/realms/r subject=uuid user=uuid email=a@b name=Ada L "
     "roles=admin permissions=mcp-api:write,account:view client=client "
     "scopes=openid,email,profile"},
    {"keycloak https://kc/realms/r",
     {"{\"sub\":\"uuid\",\"email\":\"a@b\",\"email_verified\":false}",
      "{\"realm_access\":{\"roles\":\"admin\"},\"resource_access\":[]}"},
     "issuer=https://kc/realms/r subject=uuid user=uuid roles=admin"},
    {"okta o.okta.com",
     {"{\"iss\":\"https://o.okta.com/oauth2/default\",\"aud\":\"api://"
      "default\",\"cid\":\"c\",\"uid\":\"u\",\"scp\":[\"openid\"],\"sub\":"
      "\"ada@b\",\"iat\":1,\"exp\":2,\"groups\":[\"Everyone\",\"Staff\"]}",
      NULL},
     "issuer=https://o.okta.com/oauth2/default subject=u user=u "
     "roles=Everyone,Staff client=c scopes=openid"},
    {"okta o.okta.com",
     {"{\"sub\":\"u\",\"preferred_username\":\"ada@b\",\"email\":\"ada@b\","
      "\"email_verified\":true}",
      "{\"sub\":\"ada@b\",\"uid\":\"other\"}"},
     "issuer=https://o.okta.com/oauth2/default subject=u user=u email=ada@b "
     "name=ada@b"},
    {"entra " GUID,
     {"{\"iss\":\"https://login.microsoftonline.com/" GUID
      "/v2.0\",\"aud\":\"api-guid\",\"azp\":\"c\",\"oid\":\"guid\",\"tid\":"
      "\"" GUID "\",\"sub\":\"s\",\"scp\":\"read write\",\"roles\":[\"App."
      "Admin\"],\"preferred_username\":\"a@b\",\"email\":\"a@b\",\"iat\":1,"
      "\"exp\":2}",
      NULL},
     "issuer=https://login.microsoftonline.com/" GUID
     "/v2.0 subject=s user=s name=a@b organization=" GUID
     " roles=App.Admin client=c scopes=read,write"},
    {"entra " GUID,
     {"{\"sub\":\"s\",\"email\":\"a@b\",\"email_verified\":true,"
      "\"xms_edov\":false}",
      "{\"sub\":\"s\",\"email\":\"c@d\",\"xms_edov\":\"1\"}"},
     "issuer=https://login.microsoftonline.com/" GUID
     "/v2.0 subject=s user=s email=c@d"},
    {"scalekit https://env",
     {"{\"iss\":\"https://env/resources/res_1\",\"aud\":[\"res_1\"],\"sub\":"
      "\"usr_1\",\"client_id\":\"c\",\"org_id\":\"org_1\",\"permissions\":["
      "\"x\"]}",
      NULL},
     "issuer=https://env subject=usr_1 user=usr_1 organization=org_1 "
     "permissions=x client=c"},
    {"google",
     {"{\"iss\":\"https://accounts.google.com\",\"azp\":\"c\",\"aud\":\"c\","
      "\"sub\":\"110\",\"hd\":\"example.com\",\"email\":\"ada@example.com\","
      "\"email_verified\":true,\"name\":\"Ada\",\"picture\":\"https://p\"}",
      NULL},
     "issuer=https://accounts.google.com subject=110 user=110 "
     "email=ada@example.com name=Ada picture=https://p "
     "organization=example.com client=c"},
    {"github",
     {"{\"login\":\"octocat\",\"id\":583231,\"avatar_url\":\"https://p\","
      "\"name\":null,\"email\":\"octocat@b\",\"site_admin\":false}",
      NULL},
     "issuer=https://github.com/login/oauth subject=583231 user=583231 "
     "name=octocat picture=https://p"},
    {"cognito eu-west-1_A",
     {"{\"sub\":\"u\",\"cognito:groups\":[\"admins\"],\"cognito:username\":"
      "\"ada\",\"aud\":\"c\",\"token_use\":\"id\",\"email\":\"a@b\","
      "\"email_verified\":true,\"custom:roles\":\"x\"}",
      NULL},
     "issuer=https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A "
     "subject=u user=u email=a@b name=ada roles=admins client=c"},
    {"cognito eu-west-1_A",
     {"{\"sub\":\"u\",\"username\":\"ada\",\"email\":\"a@b\","
      "\"email_verified\":\"true\"}",
      NULL},
     "issuer=https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A "
     "subject=u user=u email=a@b name=ada"},
    {"authentik https://ak/application/o/mcp/",
     {"{\"sub\":\"hash\",\"email\":\"a@b\",\"email_verified\":false,\"name\":"
      "\"Ada\",\"groups\":[\"staff\"],\"entitlements\":[\"edit\"],"
      "\"roles\":[\"edit\"]}",
      NULL},
     "issuer=https://ak/application/o/mcp/ subject=hash user=hash name=Ada "
     "roles=staff permissions=edit"},
    {"pingone " GUID,
     {"{\"sub\":\"u\",\"name\":\"Ada\",\"groups\":[\"g\"],\"org\":\"o\"}",
      NULL},
     "issuer=https://auth.pingone.com/" GUID
     "/as subject=u user=u name=Ada organization=o roles=g"},

    /* what is odd */
    {"oidc https://o", {"{\"sub\":\"\"}", NULL}, "issuer=https://o"},
    {"oidc https://o", {"{\"sub\":[\"a\"]}", NULL}, "issuer=https://o"},
    {"oidc https://o", {"{\"sub\":\"a\\nb\"}", NULL}, "issuer=https://o"},
    {"oidc https://o", {"{\"sub\":1.5}", NULL}, "issuer=https://o"},
    {"oidc https://o", {"{\"sub\":true}", NULL}, "issuer=https://o"},
    {"oidc https://o", {"[\"sub\"]", NULL}, "issuer=https://o"},
    {"oidc https://o", {"null", "{\"sub\":\"a\"}"}, "issuer=https://o"},
    {"oidc https://o",
     {"{\"email\":\"a@b\"}", "{\"sub\":\"a\",\"name\":\"A\"}"},
     "issuer=https://o name=A"},
    {"oidc https://o",
     {"{\"sub\":\"a\",\"email\":\"a@b\"}",
      "{\"email\":\"c@d\",\"email_verified\":1}"},
     "issuer=https://o subject=a user=a email=c@d"},
    {"oidc https://o",
     {"{\"sub\":\"a\",\"email\":\"a@b\",\"email_verified\":\"yes\"}", NULL},
     "issuer=https://o subject=a user=a"},
    {"oidc https://o",
     {"{\"sub\":\"a\",\"email_verified\":true}", "{\"email\":\"c@d\"}"},
     "issuer=https://o subject=a user=a"},
    {"oidc https://o",
     {"{\"sub\":\"a\",\"roles\":[\"x\",\"x\",null,\"\",\"y z\",5,[\"n\"]],"
      "\"groups\":[\"g\"],\"scp\":[\"s t\"]}",
      NULL},
     "issuer=https://o subject=a user=a roles=x,y z,5 scopes=s t"},
    {"oidc https://o",
     {"{\"sub\":\"a\",\"roles\":[],\"groups\":[\"g\"]}", NULL},
     "issuer=https://o subject=a user=a roles="},
    {"oidc https://o",
     {"{\"sub\":\"a\",\"roles\":{\"x\":1},\"groups\":\"g h\",\"scope\":\"\"}",
      NULL},
     "issuer=https://o subject=a user=a roles=g h"},
};

static void word_add(char *to, const char *word, const char *value)
{
    if (value)
        snprintf(to + strlen(to), 4096 - strlen(to), "%s%s=%s", *to ? " " : "",
                 word, value);
}

static void list_add(char *to, const char *word, const apr_array_header_t *all,
                     apr_pool_t *pool)
{
    if (all)
        word_add(to, word, apr_array_pstrcat(pool, all, ','));
}

static const char *words_of(const mcp_idp_mapped_t *mapped, apr_pool_t *pool)
{
    const mcp_identity_t *who = &mapped->identity;
    char *to = apr_pcalloc(pool, 4096);

    word_add(to, "issuer", who->issuer);
    word_add(to, "subject", who->subject);
    word_add(to, "user", who->user);
    word_add(to, "email", who->email);
    word_add(to, "name", who->name);
    word_add(to, "picture", who->picture);
    word_add(to, "organization", who->organization);
    list_add(to, "roles", who->roles, pool);
    list_add(to, "permissions", who->permissions, pool);
    word_add(to, "session", who->session);
    word_add(to, "client", mapped->client);
    list_add(to, "scopes", mapped->scopes, pool);
    return to;
}

/* line: "PRESET ARGUMENT" */
static void idp_make(mcp_idp_t *idp, const char *line, apr_pool_t *pool)
{
    char *name = apr_pstrdup(pool, line), *blank = strchr(name, ' ');
    apr_array_header_t *arguments =
        apr_array_make(pool, 1, sizeof(const char *));
    const char *wrong;

    if (blank) {
        *blank = '\0';
        APR_ARRAY_PUSH(arguments, const char *) = blank + 1;
    }
    idp->preset = mcp_idp_preset_find(name);
    idp->arguments = arguments;
    wrong = idp->preset->check(idp, pool);
    if (wrong)
        is(wrong, NULL, line);
}

static void claim(mcp_idp_t *idp, const char *word, const char *pointer,
                  apr_pool_t *pool)
{
    mcp_idp_claim_setting_t one = {word, NULL, NULL};
    apr_array_header_t *pointers =
        apr_array_make(pool, 1, sizeof(const char *));
    char *rest = apr_pstrdup(pool, pointer), *last, *next;

    for (next = apr_strtok(rest, " ", &last); next;
         next = apr_strtok(NULL, " ", &last))
        APR_ARRAY_PUSH(pointers, const char *) = next;
    one.pointers = pointers;
    if (!idp->claims)
        idp->claims = apr_array_make(pool, 2, sizeof(one));
    APR_ARRAY_PUSH(idp->claims, mcp_idp_claim_setting_t) = one;
}

static void read_all(mcp_idp_mapped_t *mapped, const mcp_idp_t *idp,
                     const char *const *texts, int count, mcp_ctx_t *cx)
{
    const mcp_json_t *claims[2];
    int i;

    for (i = 0; i < count; i++)
        if (mcp_json_read(&claims[i], texts[i], strlen(texts[i]), cx))
            ok(0, "%s is JSON", texts[i]);
    mcp_idp_mapping_read(mapped, idp, claims, count, cx);
}

static void test_rows(mcp_ctx_t *cx)
{
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        mcp_idp_t idp = {0};
        mcp_idp_mapped_t mapped;

        idp_make(&idp, rows[i].line, cx->pool);
        read_all(&mapped, &idp, rows[i].claims, rows[i].claims[1] ? 2 : 1, cx);
        is(words_of(&mapped, cx->pool), rows[i].words, rows[i].line);
    }
}

static mcp_idp_mapped_t read_one(const mcp_idp_t *idp, const char *text,
                                 mcp_ctx_t *cx)
{
    mcp_idp_mapped_t mapped;

    read_all(&mapped, idp, &text, 1, cx);
    return mapped;
}

/* -- Claim -- */

static void test_claim(mcp_ctx_t *cx)
{
    mcp_idp_t idp = {0}, plain = {0};
    mcp_idp_mapped_t mapped;
    const char *text =
        "{\"sub\":\"a\",\"email\":\"a@b\",\"name\":\"A\",\"roles\":[\"no\"],"
        "\"https://app/roles\":[\"yes\"],\"user_metadata\":{\"org\":\"o\"},"
        "\"n\":{\"a\":[\"first\",\"second\"]}}";

    idp_make(&idp, "supabase ref", cx->pool);
    claim(&idp, "roles", "/nowhere /https:~1~1app~1roles", cx->pool);
    claim(&idp, "user", "/email", cx->pool);
    claim(&idp, "email", "/email", cx->pool);
    claim(&idp, "organization", "/user_metadata/org", cx->pool);
    claim(&idp, "permissions", "/n/a", cx->pool);
    claim(&idp, "picture", "/none", cx->pool);
    mapped = read_one(&idp, text, cx);
    is(words_of(&mapped, cx->pool),
       "issuer=https://ref.supabase.co/auth/v1 subject=a user=a email=a@b "
       "name=A organization=o roles=yes permissions=first,second",
       "a Claim line is taken at its word, but names nobody by an address "
       "that is not verified");
    ok(mcp_idp_mapping_lacks(&mapped), "its picture is missing");
    mapped = read_one(&idp,
                      "{\"sub\":\"a\",\"email\":\"a@b\","
                      "\"email_verified\":true}",
                      cx);
    is(mapped.identity.user, "a@b", "one that is verified names its user");

    idp_make(&plain, "supabase ref", cx->pool);
    mapped = read_one(&plain, text, cx);
    is(words_of(&mapped, cx->pool),
       "issuer=https://ref.supabase.co/auth/v1 subject=a user=a name=A",
       "without one, what users can change is nothing");
    ok(mcp_idp_mapping_lacks(&mapped), "the e-mail address is missing");
}

/* -- another module's mapping -- */

static const char *heard;

static const apr_array_header_t *values(void *baton, apr_pool_t *pool,
                                        const char *claims, const char *word)
{
    apr_array_header_t *all = apr_array_make(pool, 3, sizeof(const char *));

    heard = apr_pstrcat(pool, baton, " ", word, " ", claims, NULL);
    if (strstr(claims, "nothing"))
        return NULL;
    APR_ARRAY_PUSH(all, const char *) = "a\nb";
    APR_ARRAY_PUSH(all, const char *) = "\xff";
    APR_ARRAY_PUSH(all, const char *) = NULL;
    APR_ARRAY_PUSH(all, const char *) = "first";
    APR_ARRAY_PUSH(all, const char *) = "second";
    return all;
}

static void test_module(mcp_ctx_t *cx)
{
    static const mcp_claim_mapping_t mapping = {sizeof(mapping), values,
                                                (void *)"acme"};
    const mcp_claim_mapping_t *const mappings[] = {&mapping, NULL};
    mcp_idp_claim_setting_t *line;
    apr_array_header_t *list;
    mcp_idp_t idp = {0};
    mcp_idp_mapped_t mapped;
    int i;

    idp_make(&idp, "oidc https://o", cx->pool);
    claim(&idp, "roles", "acme:groups /roles", cx->pool);
    claim(&idp, "organization", "acme:groups /org", cx->pool);
    for (i = 0; i < 2; i++) {
        line = &APR_ARRAY_IDX(idp.claims, i, mcp_idp_claim_setting_t);
        list = apr_array_make(cx->pool, 2, sizeof(mappings[0]));
        APR_ARRAY_PUSH(list, const mcp_claim_mapping_t *) = mappings[0];
        APR_ARRAY_PUSH(list, const mcp_claim_mapping_t *) = mappings[1];
        line->mappings = list;
    }
    mapped = read_one(&idp, "{\"sub\":\"a\",\"roles\":[\"x\"]}", cx);
    is(words_of(&mapped, cx->pool),
       "issuer=https://o subject=a user=a organization=first "
       "roles=first,second",
       "another module finds words, what is no text is left out");
    is(heard, "acme roles {\"sub\":\"a\",\"roles\":[\"x\"]}",
       "it is given all claims");
    mapped = read_one(&idp, "{\"sub\":\"a\",\"roles\":[\"nothing\"]}", cx);
    is(words_of(&mapped, cx->pool),
       "issuer=https://o subject=a user=a roles=nothing",
       "or finds nothing, and the next pointer counts");
}

static void test_lacks(mcp_ctx_t *cx)
{
    mcp_idp_t idp = {0};
    mcp_idp_mapped_t mapped;

    idp_make(&idp, "oidc https://o", cx->pool);
    mapped = read_one(&idp,
                      "{\"sub\":\"a\",\"name\":\"A\",\"email\":\"a@b\","
                      "\"email_verified\":true}",
                      cx);
    ok(!mcp_idp_mapping_lacks(&mapped), "nothing is missing");
    claim(&idp, "user", "/preferred_username", cx->pool);
    mapped = read_one(&idp,
                      "{\"sub\":\"a\",\"name\":\"A\",\"email\":\"a@b\","
                      "\"email_verified\":true}",
                      cx);
    ok(mcp_idp_mapping_lacks(&mapped), "the name to go by is missing");
    is(mapped.identity.user, "a", "until then it is the subject");
    mcp_idp_mapping_read(&mapped, &idp, NULL, 0, cx);
    ok(!mapped.identity.subject, "nothing says nothing");
}

static void test_issuers(mcp_ctx_t *cx)
{
    mcp_idp_t idp = {0};
    mcp_idp_mapped_t mapped;

    idp.issuers = apr_array_make(cx->pool, 2, sizeof(const char *));
    APR_ARRAY_PUSH(idp.issuers, const char *) = "https://a.example/1";
    APR_ARRAY_PUSH(idp.issuers, const char *) = "https://a.example/2";
    idp_make(&idp, "entra organizations", cx->pool);
    mapped =
        read_one(&idp, "{\"sub\":\"a\",\"iss\":\"https://a.example/2\"}", cx);
    is(mapped.identity.issuer, "https://a.example/2",
       "of several issuers that which vouches");
    mapped =
        read_one(&idp, "{\"sub\":\"a\",\"iss\":\"https://b.example\"}", cx);
    is(mapped.identity.issuer, "https://a.example/1",
       "never one that is not listed");
}

/* -- bounds -- */

static const char *repeated(const char *text, int times, apr_pool_t *pool)
{
    apr_array_header_t *all =
        apr_array_make(pool, times, sizeof(const char *));

    while (times--)
        APR_ARRAY_PUSH(all, const char *) = text;
    return apr_array_pstrcat(pool, all, 0);
}

static void test_bounds(mcp_ctx_t *cx)
{
    mcp_idp_t idp = {0};
    mcp_idp_mapped_t mapped;
    const char *long_text = repeated(LONG, 17, cx->pool), *list = "";
    int i;

    idp_make(&idp, "oidc https://o", cx->pool);
    mapped = read_one(
        &idp,
        apr_psprintf(cx->pool,
                     "{\"sub\":\"%s\",\"name\":\"%s\",\"roles\":[\"%s\"]}",
                     long_text, long_text, long_text),
        cx);
    ok(!mapped.identity.subject, "a huge subject is none");
    ok(!mapped.identity.name, "a huge name is none");
    ok(mapped.identity.roles && !mapped.identity.roles->nelts,
       "a huge role is none");

    mapped =
        read_one(&idp,
                 apr_psprintf(cx->pool, "{\"sub\":\"%s\",\"name\":\"%s\"}",
                              repeated(LONG, 16, cx->pool),
                              repeated("\xc3\xa4\xe2\x82\xac", 60, cx->pool)),
                 cx);
    ok(mapped.identity.subject && strlen(mapped.identity.subject) == 1024,
       "a long subject is whole");
    ok(strlen(mapped.identity.name) == 255, "a long name is cut");
    is(mapped.identity.name, repeated("\xc3\xa4\xe2\x82\xac", 51, cx->pool),
       "between runes");

    for (i = 0; i < 120; i++)
        list = apr_psprintf(cx->pool, "%s%s\"r%d\"", list, i ? "," : "", i);
    mapped = read_one(
        &idp, apr_psprintf(cx->pool, "{\"sub\":\"a\",\"roles\":[%s]}", list),
        cx);
    ok(mapped.identity.roles->nelts == MCP_IDP_CLAIM_LIST,
       "a long list is cut");
}

static void test_all(mcp_ctx_t *cx)
{
    mcp_idp_t idp = {0};
    mcp_idp_mapped_t mapped;
    const char *texts[2] = {
        "{\"iss\":\"https://o\",\"sub\":\"a\",\"aud\":\"c\",\"azp\":\"c\","
        "\"exp\":2,\"iat\":1,\"nbf\":1,\"jti\":\"j\",\"nonce\":\"n\","
        "\"at_hash\":\"h\",\"sid\":\"s\",\"auth_time\":1,\"acr\":\"1\","
        "\"name\":\"A\",\"deep\":{\"exp\":1}}",
        "{\"sub\":\"b\",\"name\":\"B\",\"locale\":\"de\",\"scope\":\"x\"}"};

    idp_make(&idp, "oidc https://o", cx->pool);
    read_all(&mapped, &idp, texts, 2, cx);
    is(mapped.identity.claims,
       "{\"iss\":\"https://o\",\"sub\":\"a\",\"acr\":\"1\",\"name\":\"A\","
       "\"deep\":{\"exp\":1},\"locale\":\"de\"}",
       "claims are those of the user, the earlier ones first");

    *tap_log = '\0';
    mapped = read_one(&idp,
                      apr_psprintf(cx->pool, "{\"sub\":\"a\",\"x\":\"%s\"}",
                                   repeated(LONG, 64, cx->pool)),
                      cx);
    ok(!mapped.identity.claims, "too many are left out");
    is(mapped.identity.subject, "a", "and nothing else is");
    ok(strstr(tap_log, "MCP00170: o: the claims of a user have 4") != NULL,
       "the log says so");
}

static void test(mcp_ctx_t *cx)
{
    test_rows(cx);
    test_claim(cx);
    test_module(cx);
    test_lacks(cx);
    test_issuers(cx);
    test_bounds(cx);
    test_all(cx);
}

TAP_MAIN(test)
