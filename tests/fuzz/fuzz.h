/* What the harnesses share. A harness is one function that takes any bytes; what must hold for them is required. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/base.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: required: %s\n", __FILE__, __LINE__, #condition);                                  \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

typedef struct fuzz_input {
    const uint8_t *at;
    size_t left;
} fuzz_input;

static inline uint8_t fuzz_byte(fuzz_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

/* Up to most bytes, as many as the next byte says; a view of the input. */
static inline sira_str fuzz_text(fuzz_input *in, size_t most)
{
    size_t n = fuzz_byte(in) % (most + 1);
    if (n > in->left)
        n = in->left;
    sira_str text = {(const char *)in->at, n};
    in->at += n;
    in->left -= n;
    return text;
}

/* Does an empty view, or each byte of the view, lie inside the text? */
static inline bool fuzz_inside(sira_str view, sira_str text)
{
    return view.len == 0 ||
           (view.at >= text.at && view.len <= text.len && (size_t)(view.at - text.at) <= text.len - view.len);
}

#endif
