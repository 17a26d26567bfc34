/* Base64 (RFC 4648 4). */
#ifndef SIRA_DIGEST_BASE64_H
#define SIRA_DIGEST_BASE64_H

#include <sira/base.h>

#define SIRA_I_BASE64_SIZE(bytes) (((bytes) + 2u) / 3u * 4u)
#define SIRA_I_BASE64_BYTES(chars) ((chars) / 4u * 3u + 3u)

/* Writes SIRA_I_BASE64_SIZE(n) characters; returns the view of them. */
sira_str sira_i_base64_write(const uint8_t *bytes, size_t n, char *out);

/* out must hold SIRA_I_BASE64_BYTES(text.len). Padding may be left out. false: it is no base64. */
bool sira_i_base64_read(sira_str text, uint8_t *out, size_t *length);

#endif
