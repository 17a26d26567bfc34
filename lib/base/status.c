#include <sira/status.h>

const char *sira_status_name(sira_status status)
{
    switch (status) {
    case SIRA_OK:
        return "SIRA_OK";
    case SIRA_IDLE:
        return "SIRA_IDLE";
    case SIRA_MORE:
        return "SIRA_MORE";
    case SIRA_E_ARGUMENT:
        return "SIRA_E_ARGUMENT";
    case SIRA_E_STATE:
        return "SIRA_E_STATE";
    case SIRA_E_CONFIG:
        return "SIRA_E_CONFIG";
    case SIRA_E_UNSUPPORTED:
        return "SIRA_E_UNSUPPORTED";
    case SIRA_E_SPACE:
        return "SIRA_E_SPACE";
    case SIRA_E_LIMIT:
        return "SIRA_E_LIMIT";
    case SIRA_E_FIELDS:
        return "SIRA_E_FIELDS";
    case SIRA_E_SYNTAX:
        return "SIRA_E_SYNTAX";
    case SIRA_E_VERSION:
        return "SIRA_E_VERSION";
    case SIRA_E_NUMBER:
        return "SIRA_E_NUMBER";
    case SIRA_E_MISSING:
        return "SIRA_E_MISSING";
    case SIRA_E_DUPLICATE:
        return "SIRA_E_DUPLICATE";
    case SIRA_E_MISMATCH:
        return "SIRA_E_MISMATCH";
    case SIRA_E_LENGTH:
        return "SIRA_E_LENGTH";
    case SIRA_E_URI:
        return "SIRA_E_URI";
    case SIRA_E_CHALLENGE:
        return "SIRA_E_CHALLENGE";
    case SIRA_E_CREDENTIALS:
        return "SIRA_E_CREDENTIALS";
    case SIRA_E_DOWNGRADE:
        return "SIRA_E_DOWNGRADE";
    case SIRA_E_RSPAUTH:
        return "SIRA_E_RSPAUTH";
    case SIRA_E_STALE:
        return "SIRA_E_STALE";
    case SIRA_E_REPLAY:
        return "SIRA_E_REPLAY";
    case SIRA_E_NONCE:
        return "SIRA_E_NONCE";
    case SIRA_E_HASH:
        return "SIRA_E_HASH";
    case SIRA_E_ENTROPY:
        return "SIRA_E_ENTROPY";
    case SIRA_E_TIMEOUT:
        return "SIRA_E_TIMEOUT";
    case SIRA_E_RESPONSE:
        return "SIRA_E_RESPONSE";
    case SIRA_E_EXPIRES:
        return "SIRA_E_EXPIRES";
    case SIRA_E_TRANSPORT:
        return "SIRA_E_TRANSPORT";
    case SIRA_E_RESOLVE:
        return "SIRA_E_RESOLVE";
    }
    return "?";
}

const char *sira_status_text(sira_status status)
{
    switch (status) {
    case SIRA_OK:
        return "all is well";
    case SIRA_IDLE:
        return "nothing to do";
    case SIRA_MORE:
        return "more is needed first";
    case SIRA_E_ARGUMENT:
        return "a wrong argument";
    case SIRA_E_STATE:
        return "not possible in the present state";
    case SIRA_E_CONFIG:
        return "a configuration field is refused";
    case SIRA_E_UNSUPPORTED:
        return "not supported here";
    case SIRA_E_SPACE:
        return "the buffer is too small";
    case SIRA_E_LIMIT:
        return "longer than can be kept";
    case SIRA_E_FIELDS:
        return "too many header fields";
    case SIRA_E_SYNTAX:
        return "malformed";
    case SIRA_E_VERSION:
        return "another SIP version";
    case SIRA_E_NUMBER:
        return "a number out of its range";
    case SIRA_E_MISSING:
        return "a mandatory header field is missing";
    case SIRA_E_DUPLICATE:
        return "a header field stands twice";
    case SIRA_E_MISMATCH:
        return "header fields contradict each other";
    case SIRA_E_LENGTH:
        return "a wrong Content-Length";
    case SIRA_E_URI:
        return "not a usable URI";
    case SIRA_E_CHALLENGE:
        return "no challenge that can be answered";
    case SIRA_E_CREDENTIALS:
        return "user name or password rejected";
    case SIRA_E_DOWNGRADE:
        return "only weaker algorithms than before are offered";
    case SIRA_E_RSPAUTH:
        return "the server did not prove that it knows the password";
    case SIRA_E_STALE:
        return "the nonce is stale";
    case SIRA_E_REPLAY:
        return "the nonce count was used before";
    case SIRA_E_NONCE:
        return "not a nonce of ours";
    case SIRA_E_HASH:
        return "hashing failed";
    case SIRA_E_ENTROPY:
        return "no random numbers";
    case SIRA_E_TIMEOUT:
        return "no final response in time";
    case SIRA_E_RESPONSE:
        return "refused";
    case SIRA_E_EXPIRES:
        return "an unusable lifetime";
    case SIRA_E_TRANSPORT:
        return "the peer can not be reached";
    case SIRA_E_RESOLVE:
        return "the name has no usable address";
    }
    return "an unknown status";
}
