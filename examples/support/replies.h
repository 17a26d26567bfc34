/* Answers that were given lately: a request that is sent again gets the same one again (RFC 3261 17.2.2). */
#ifndef EXAMPLES_SUPPORT_REPLIES_H
#define EXAMPLES_SUPPORT_REPLIES_H

#include <sira/message.h>

#define REPLIES_MAX 1024
#define REPLIES_LIFETIME 32000 /* ms: timer J, 64*T1 */

typedef struct replies_entry {
    sira_endpoint source;
    uint64_t until; /* 0: no entry */
    uint32_t mark;  /* of the key, to find it faster */
    size_t request_length, key_length, length;
    char *bytes; /* the key, then the answer */
} replies_entry;

/* The oldest entry makes room. */
typedef struct replies {
    size_t next;
    replies_entry ring[REPLIES_MAX];
} replies;

/* The answer to this request from there; empty when there was none. */
sira_str replies_find(const replies *self, const sira_message *request, const sira_endpoint *source, uint64_t now);

/* Keeps an answer. Without memory it does not, and the request would be worked on again. */
void replies_keep(replies *self, const sira_message *request, const sira_endpoint *source, sira_str answer,
                  uint64_t now);

void replies_clear(replies *self);

#endif
