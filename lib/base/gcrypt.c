#include <sira/gcrypt.h>

#include <gcrypt.h>
#include <string.h>

#define MINIMUM_VERSION "1.9.0"

/* Short pieces are gathered, because each call into a handle costs more than copying them does. */
#define GATHER 256u

static const int algorithms[SIRA_HASH_COUNT] = {GCRY_MD_MD5, GCRY_MD_SHA256, GCRY_MD_SHA512_256};

/* A program that uses Libgcrypt itself has set it up already, and its choices stand. */
static bool initialize(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0)
        return gcry_check_version(MINIMUM_VERSION) != NULL;
    if (gcry_check_version(MINIMUM_VERSION) == NULL)
        return false;
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return true;
}

sira_status sira_gcrypt_open(sira_gcrypt *gcrypt)
{
    memset(gcrypt, 0, sizeof *gcrypt);
    if (!initialize())
        return SIRA_E_HASH;
    for (unsigned i = 0; i < SIRA_HASH_COUNT; i++) {
        gcry_md_hd_t handle;
        if (gcry_md_open(&handle, algorithms[i], 0) != 0)
            continue;
        gcrypt->handle[i] = handle;
        gcrypt->algorithms |= 1u << i;
    }
    return gcrypt->algorithms != 0 ? SIRA_OK : SIRA_E_HASH;
}

void sira_gcrypt_close(sira_gcrypt *gcrypt)
{
    for (unsigned i = 0; i < SIRA_HASH_COUNT; i++)
        gcry_md_close(gcrypt->handle[i]);
    sira_wipe(gcrypt, sizeof *gcrypt);
}

static void write_pieces(gcry_md_hd_t handle, const sira_str *pieces, size_t count)
{
    char gathered[GATHER];
    size_t length = 0;
    for (const sira_str *piece = pieces; piece < pieces + count; piece++) {
        if (piece->len > sizeof gathered - length) {
            gcry_md_write(handle, gathered, length);
            length = 0;
            if (piece->len > sizeof gathered) {
                gcry_md_write(handle, piece->at, piece->len);
                continue;
            }
        }
        if (piece->len == 1) /* every other one is a colon */
            gathered[length] = *piece->at;
        else if (piece->len > 0)
            memcpy(gathered + length, piece->at, piece->len);
        length += piece->len;
    }
    gcry_md_write(handle, gathered, length);
    sira_wipe(gathered, sizeof gathered);
}

static sira_status digest(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                          uint8_t *out)
{
    sira_gcrypt *gcrypt = context;
    if ((unsigned)algorithm >= SIRA_HASH_COUNT || gcrypt->handle[algorithm] == NULL)
        return SIRA_E_HASH;
    gcry_md_hd_t handle = gcrypt->handle[algorithm];
    if (count == 1)
        gcry_md_write(handle, pieces->at, pieces->len);
    else
        write_pieces(handle, pieces, count);
    const unsigned char *result = gcry_md_read(handle, algorithms[algorithm]);
    if (result != NULL && algorithm == SIRA_HASH_MD5)
        memcpy(out, result, 16);
    else if (result != NULL)
        memcpy(out, result, 32);
    gcry_md_reset(handle); /* behind the hash, not before: nothing of a password stays in the handle */
    return result != NULL ? SIRA_OK : SIRA_E_HASH;
}

sira_hash sira_gcrypt_hash(sira_gcrypt *gcrypt)
{
    return (sira_hash){.context = gcrypt, .algorithms = gcrypt->algorithms, .digest = digest};
}

static sira_status fill(void *context, uint8_t *bytes, size_t n)
{
    sira_gcrypt *gcrypt = context;
    while (n > 0) {
        if (gcrypt->left == 0) {
            /* It ends the program rather than give bad bytes. */
            gcry_randomize(gcrypt->pool, sizeof gcrypt->pool, GCRY_STRONG_RANDOM);
            gcrypt->left = sizeof gcrypt->pool;
        }
        const uint32_t part = n < gcrypt->left ? (uint32_t)n : gcrypt->left;
        gcrypt->left -= part;
        memcpy(bytes, gcrypt->pool + gcrypt->left, part);
        sira_wipe(gcrypt->pool + gcrypt->left, part);
        bytes += part;
        n -= part;
    }
    return SIRA_OK;
}

sira_entropy sira_gcrypt_entropy(sira_gcrypt *gcrypt)
{
    return (sira_entropy){.context = gcrypt, .fill = fill};
}
