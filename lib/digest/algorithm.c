#include "digest/digest.h"

/* RFC 7616 6.1, RFC 3310 3.3, RFC 4169 3. */
static const struct {
    sira_str name;
    uint8_t hash;
    uint8_t level;
} algorithms[SIRA_ALGORITHM_COUNT] = {
    [SIRA_ALGORITHM_MD5] = {SIRA_STR_INIT("MD5"), SIRA_HASH_MD5, 1},
    [SIRA_ALGORITHM_MD5_SESS] = {SIRA_STR_INIT("MD5-sess"), SIRA_HASH_MD5, 1},
    [SIRA_ALGORITHM_SHA_256] = {SIRA_STR_INIT("SHA-256"), SIRA_HASH_SHA256, 2},
    [SIRA_ALGORITHM_SHA_256_SESS] = {SIRA_STR_INIT("SHA-256-sess"), SIRA_HASH_SHA256, 2},
    [SIRA_ALGORITHM_SHA_512_256] = {SIRA_STR_INIT("SHA-512-256"), SIRA_HASH_SHA512_256, 3},
    [SIRA_ALGORITHM_SHA_512_256_SESS] = {SIRA_STR_INIT("SHA-512-256-sess"), SIRA_HASH_SHA512_256, 3},
    [SIRA_ALGORITHM_AKAV1_MD5] = {SIRA_STR_INIT("AKAv1-MD5"), SIRA_HASH_MD5, 4},
    [SIRA_ALGORITHM_AKAV2_MD5] = {SIRA_STR_INIT("AKAv2-MD5"), SIRA_HASH_MD5, 5},
};

sira_algorithm sira_algorithm_of(sira_str name)
{
    for (unsigned i = SIRA_ALGORITHM_MD5; i < SIRA_ALGORITHM_COUNT; i++)
        if (sira_str_equal_nocase(name, algorithms[i].name))
            return (sira_algorithm)i;
    return SIRA_ALGORITHM_NONE;
}

uint8_t sira_i_algorithm_read(sira_str value)
{
    return value.at == NULL ? SIRA_ALGORITHM_MD5 : (uint8_t)sira_algorithm_of(sira_i_inner(value));
}

static bool is_algorithm(sira_algorithm algorithm)
{
    return (unsigned)algorithm > SIRA_ALGORITHM_NONE && (unsigned)algorithm < SIRA_ALGORITHM_COUNT;
}

const char *sira_algorithm_name(sira_algorithm algorithm)
{
    return is_algorithm(algorithm) ? algorithms[algorithm].name.at : "";
}

sira_hash_algorithm sira_i_algorithm_hash(sira_algorithm algorithm)
{
    return is_algorithm(algorithm) ? (sira_hash_algorithm)algorithms[algorithm].hash : SIRA_HASH_COUNT;
}

bool sira_i_algorithm_is_sess(sira_algorithm algorithm)
{
    return algorithm == SIRA_ALGORITHM_MD5_SESS || algorithm == SIRA_ALGORITHM_SHA_256_SESS ||
           algorithm == SIRA_ALGORITHM_SHA_512_256_SESS;
}

bool sira_i_algorithm_is_aka(sira_algorithm algorithm)
{
    return algorithm == SIRA_ALGORITHM_AKAV1_MD5 || algorithm == SIRA_ALGORITHM_AKAV2_MD5;
}

uint8_t sira_i_algorithm_level(sira_algorithm algorithm)
{
    return is_algorithm(algorithm) ? algorithms[algorithm].level : 0;
}

bool sira_i_hash_has(const sira_hash *hash, sira_algorithm algorithm)
{
    return is_algorithm(algorithm) && (hash->algorithms >> algorithms[algorithm].hash & 1u) != 0;
}

bool sira_i_policy_allows(const sira_digest_policy *policy, sira_algorithm algorithm, sira_qop qop)
{
    return sira_i_algorithm_level(algorithm) >= sira_i_algorithm_level((sira_algorithm)policy->minimum_algorithm) &&
           qop >= (sira_qop)policy->minimum_qop;
}
