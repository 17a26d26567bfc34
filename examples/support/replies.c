#include "support/replies.h"

#include <stdlib.h>
#include <string.h>

/* RFC 3261 17.2.3: branch and sent-by, which stand in the topmost Via, and the method, which stands in CSeq. Call-ID
 * and number serve those whose branch means nothing (RFC 2543). */
static const sira_field_id key_fields[] = {SIRA_FIELD_VIA, SIRA_FIELD_CSEQ, SIRA_FIELD_CALL_ID};
enum { KEY_FIELDS = sizeof key_fields / sizeof key_fields[0] };

static sira_str key_part(const sira_message *request, size_t i)
{
    const sira_field *field = sira_message_field(request, key_fields[i]);
    return field != NULL ? field->value : SIRA_STR("");
}

/* FNV-1a. */
static uint32_t mark_of(const sira_message *request)
{
    uint32_t mark = 2166136261u;
    for (size_t i = 0; i < KEY_FIELDS; i++) {
        sira_str part = key_part(request, i);
        for (size_t k = 0; k < part.len; k++)
            mark = (mark ^ (unsigned char)part.at[k]) * 16777619u;
    }
    return mark;
}

static bool has_key(const replies_entry *entry, const sira_message *request)
{
    const char *at = entry->bytes;
    size_t left = entry->key_length;
    for (size_t i = 0; i < KEY_FIELDS; i++) {
        sira_str part = key_part(request, i);
        if (part.len + 1 > left || memcmp(at, part.at, part.len) != 0 || at[part.len] != '\n')
            return false;
        at += part.len + 1;
        left -= part.len + 1;
    }
    return left == 0;
}

sira_str replies_find(const replies *self, const sira_message *request, const sira_endpoint *source, uint64_t now)
{
    uint32_t mark = mark_of(request);
    for (size_t i = 0; i < REPLIES_MAX; i++) {
        const replies_entry *entry = &self->ring[i];
        /* What is shorter is not the same request; its answer could be many times as long as it is. */
        if (entry->mark == mark && entry->until > now && entry->request_length == request->bytes.len &&
            sira_endpoint_equal(&entry->source, source) && has_key(entry, request))
            return (sira_str){entry->bytes + entry->key_length, entry->length};
    }
    return SIRA_STR("");
}

void replies_keep(replies *self, const sira_message *request, const sira_endpoint *source, sira_str answer,
                  uint64_t now)
{
    replies_entry entry = {.source = *source,
                           .until = now + REPLIES_LIFETIME,
                           .mark = mark_of(request),
                           .request_length = request->bytes.len,
                           .length = answer.len};
    for (size_t i = 0; i < KEY_FIELDS; i++)
        entry.key_length += key_part(request, i).len + 1;
    entry.bytes = malloc(entry.key_length + answer.len);
    if (entry.bytes == NULL)
        return;
    char *at = entry.bytes;
    for (size_t i = 0; i < KEY_FIELDS; i++) {
        sira_str part = key_part(request, i);
        memcpy(at, part.at, part.len);
        at += part.len;
        *at++ = '\n';
    }
    memcpy(at, answer.at, answer.len);
    replies_entry *place = &self->ring[self->next];
    self->next = (self->next + 1) % REPLIES_MAX;
    free(place->bytes);
    *place = entry;
}

void replies_clear(replies *self)
{
    for (size_t i = 0; i < REPLIES_MAX; i++) {
        free(self->ring[i].bytes);
        self->ring[i] = (replies_entry){0};
    }
}
