#include <sira/hash.h>

size_t sira_hash_size(sira_hash_algorithm algorithm)
{
    static const uint8_t sizes[SIRA_HASH_COUNT] = {16, 32, 32};
    return (unsigned)algorithm < SIRA_HASH_COUNT ? sizes[algorithm] : 0;
}
