/* Uses one thing of each part of sira::sira, so that a missing library or symbol shows. */
#include <stdio.h>
#include <string.h>

#include <sira/gcrypt.h>
#include <sira/sira.h>

int main(void)
{
    sira_gcrypt gcrypt;
    if (strcmp(sira_version(), SIRA_VERSION) != 0 || sira_gcrypt_open(&gcrypt) != SIRA_OK) {
        return 1;
    }
    sira_hash hash = sira_gcrypt_hash(&gcrypt);
    const sira_str who[3] = {SIRA_STR("alice"), SIRA_STR("example.com"), SIRA_STR("secret")};
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    sira_status status = sira_digest_ha1(&hash, SIRA_HASH_SHA256, who, ha1);
    sira_gcrypt_close(&gcrypt);
    printf("sira %s: %s\n", sira_version(), sira_status_name(status));
    return status == SIRA_OK ? 0 : 1;
}
