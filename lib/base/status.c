#include <sira/status.h>

#include <string.h>

/* Each status with its text, in the order of sira_status. */
#define STATUSES(X)                                                                                                    \
    X(OK, "all is well")                                                                                               \
    X(IDLE, "nothing to do")                                                                                           \
    X(MORE, "more is needed first")                                                                                    \
    X(E_ARGUMENT, "a wrong argument")                                                                                  \
    X(E_STATE, "not possible in the present state")                                                                    \
    X(E_CONFIG, "a configuration field is refused")                                                                    \
    X(E_UNSUPPORTED, "not supported here")                                                                             \
    X(E_SPACE, "the buffer is too small")                                                                              \
    X(E_LIMIT, "longer than can be kept")                                                                              \
    X(E_FIELDS, "too many header fields")                                                                              \
    X(E_SYNTAX, "malformed")                                                                                           \
    X(E_VERSION, "another SIP version")                                                                                \
    X(E_NUMBER, "a number out of its range")                                                                           \
    X(E_MISSING, "a mandatory header field is missing")                                                                \
    X(E_DUPLICATE, "a header field stands twice")                                                                      \
    X(E_MISMATCH, "header fields contradict each other")                                                               \
    X(E_LENGTH, "a wrong Content-Length")                                                                              \
    X(E_URI, "not a usable URI")                                                                                       \
    X(E_CHALLENGE, "no challenge that can be answered")                                                                \
    X(E_CREDENTIALS, "user name or password rejected")                                                                 \
    X(E_DOWNGRADE, "only weaker algorithms than before are offered")                                                   \
    X(E_RSPAUTH, "the server did not prove that it knows the password")                                                \
    X(E_STALE, "the nonce is stale")                                                                                   \
    X(E_REPLAY, "the nonce count was used before")                                                                     \
    X(E_NONCE, "not a nonce of ours")                                                                                  \
    X(E_HASH, "hashing failed")                                                                                        \
    X(E_ENTROPY, "no random numbers")                                                                                  \
    X(E_TIMEOUT, "no final response in time")                                                                          \
    X(E_RESPONSE, "refused")                                                                                           \
    X(E_REDIRECT, "a redirection that can't be followed")                                                              \
    X(E_EXPIRES, "an unusable lifetime")                                                                               \
    X(E_UNCLEAR, "it is not clear how long the registrar keeps it")                                                    \
    X(E_LISTED, "the registrar lists the binding still")                                                               \
    X(E_TRANSPORT, "the peer can not be reached")                                                                      \
    X(E_RESOLVE, "the name has no usable address")                                                                     \
    X(E_KEEPALIVE, "keep-alives are not answered any more")                                                            \
    X(E_REMAPPED, "our address is another one than before")                                                            \
    X(E_MAPPING, "the public address changes too often")

static const int8_t statuses[] = {
#define X(name, text) SIRA_##name,
    STATUSES(X)
#undef X
};

/* One behind the other, each with its NUL: pointers to them would take as much room again. */
static const struct {
#define X(name, text) char name[sizeof(text)];
    STATUSES(X)
#undef X
} texts = {
#define X(name, text) text,
    STATUSES(X)
#undef X
};

static const struct {
#define X(name, text) char name[sizeof("SIRA_" #name)];
    STATUSES(X)
#undef X
} names = {
#define X(name, text) "SIRA_" #name,
    STATUSES(X)
#undef X
};

static const char *find(sira_status status, const void *list, const char *otherwise)
{
    const char *at = list;
    for (size_t i = 0; i < sizeof statuses; i++, at += strlen(at) + 1)
        if (statuses[i] == (int)status)
            return at;
    return otherwise;
}

const char *sira_status_name(sira_status status)
{
    return find(status, &names, "?");
}

const char *sira_status_text(sira_status status)
{
    return find(status, &texts, "an unknown status");
}
