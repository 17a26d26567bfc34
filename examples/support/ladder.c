#include "support/ladder.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include <sira/message.h>

#include "support/clock.h"

#define SHAFT 56 /* columns between the two poles */
#define INDENT 11

static void put_safely(FILE *out, sira_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        bool c1 = byte == 0xc2 && i + 1 < text.len && ((unsigned char)text.at[i + 1] & 0xe0) == 0x80;
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f || c1)
            fprintf(out, "\\x%02x", byte);
        else
            fputc(byte, out);
    }
}

/* Takes a line off the text, without its end. */
static sira_str take_line(sira_str *text)
{
    const char *end = memchr(text->at, '\n', text->len);
    size_t length = end != NULL ? (size_t)(end - text->at) : text->len;
    size_t taken = end != NULL ? length + 1 : length;
    sira_str line = {text->at, length > 0 && text->at[length - 1] == '\r' ? length - 1 : length};
    *text = (sira_str){text->at + taken, text->len - taken};
    return line;
}

/* "REGISTER" or "401 Unauthorized". */
static sira_str title_of(sira_str start_line)
{
    const char *version = "SIP/2.0 ";
    const size_t length = strlen(version);
    if (start_line.len > length && memcmp(start_line.at, version, length) == 0)
        return (sira_str){start_line.at + length, start_line.len - length};
    const char *blank = start_line.len != 0 ? memchr(start_line.at, ' ', start_line.len) : NULL;
    return blank != NULL ? (sira_str){start_line.at, (size_t)(blank - start_line.at)} : start_line;
}

static void put_dashes(FILE *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fputc('-', out);
}

static void put_arrow(FILE *out, bool to_the_right, sira_str title)
{
    title.len = title.len < SHAFT - 8 ? title.len : SHAFT - 8;
    size_t dashes = SHAFT - 6 - title.len;
    fputs(to_the_right ? " |--- " : " |<", out);
    if (!to_the_right) {
        put_dashes(out, dashes);
        fputc(' ', out);
    }
    put_safely(out, title);
    fputc(' ', out);
    if (to_the_right)
        put_dashes(out, dashes);
    fputs(to_the_right ? ">| " : "---| ", out);
}

static void put_refusal(FILE *out, const sira_trace_entry *entry)
{
    fprintf(out, "%*snot taken: %s", INDENT, "", sira_status_text(entry->status));
    if (entry->diag != NULL && entry->diag->expected != NULL)
        fprintf(out, " (at byte %zu: expected %s)", entry->diag->offset, entry->diag->expected);
    fputs("\n\n", out);
}

static void put_oddity(FILE *out, const sira_trace_entry *entry)
{
    static const char *const kinds[] = {
        [SIRA_ODDITY_LINE] = "a bad line",       [SIRA_ODDITY_VALUE] = "a malformed value",
        [SIRA_ODDITY_REPEATED] = "a second one", [SIRA_ODDITY_MISSING] = "something missing",
        [SIRA_ODDITY_LENGTH] = "a wrong length", [SIRA_ODDITY_FIELDS] = "too many header fields",
    };
    const sira_diag *diag = entry->diag;
    fprintf(out, "%*stolerated: %s", INDENT, "", kinds[entry->oddity]);
    if (diag->field[0] != '\0')
        fprintf(out, ", %s", diag->field);
    fprintf(out, " (at byte %zu: expected %s)\n", diag->offset, diag->expected);
}

void ladder_show(ladder *self, const sira_trace_entry *entry)
{
    char local[SIRA_ENDPOINT_TEXT] = "?", remote[SIRA_ENDPOINT_TEXT] = "?";
    FILE *out = self->out;
    if (entry->kind == SIRA_TRACE_REFUSED) {
        put_refusal(out, entry);
        return;
    }
    if (entry->kind == SIRA_TRACE_TOLERATED) {
        put_oddity(out, entry);
        return;
    }
    uint64_t now = clock_wall();
    if (self->begin == 0)
        self->begin = now;
    uint64_t elapsed = now > self->begin ? (now - self->begin) / 1000u : 0;
    (void)sira_endpoint_to_text(&entry->flow->local, local, sizeof local);
    (void)sira_endpoint_to_text(&entry->flow->remote, remote, sizeof remote);

    sira_str rest = entry->bytes;
    sira_str line = take_line(&rest);
    fprintf(out, "%5" PRIu64 ".%03u  %s", elapsed / 1000u, (unsigned)(elapsed % 1000u), local);
    put_arrow(out, entry->kind == SIRA_TRACE_SENT, title_of(line));
    fprintf(out, "%s\n", remote);
    for (;;) {
        fprintf(out, "%*s", line.len != 0 ? INDENT : 0, "");
        put_safely(out, line);
        fputc('\n', out);
        if (rest.len == 0)
            break;
        line = take_line(&rest);
    }
    fflush(out);
}
