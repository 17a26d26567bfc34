#include "support/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sira/base.h>

/* One line for each entry, its name and its block in hexadecimal; the last one checks all before it. */
static const char title[] = "sira-keep 1\n";
static const char digits[] = "0123456789abcdef";

/* CRC-32 as in ISO 3309: it finds damage, not forgery; who can write this file can do worse. */
static uint32_t checksum(uint32_t crc, const char *bytes, size_t length)
{
    crc = ~crc;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }
    return ~crc;
}

bool keep_add(keep *self, const char *name, const uint8_t *block, size_t length)
{
    const size_t name_length = strlen(name);
    keep_entry *entry = NULL;
    if (name_length < KEEP_NAME && length <= KEEP_BLOCK)
        entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        return false;
    memcpy(entry->name, name, name_length);
    memcpy(entry->block, block, length);
    entry->length = length;
    entry->next = self->entries;
    self->entries = entry;
    return true;
}

const keep_entry *keep_find(const keep *self, const char *name)
{
    const keep_entry *entry = self->entries;
    while (entry != NULL && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

/* ---- reading ---- */

/* Up to a blank or line end; moves *at behind that. False: not hexadecimal, or more than size bytes. */
static bool read_hex(const char **at, uint8_t *out, size_t size, size_t *length)
{
    const char *text = *at;
    for (*length = 0; *text != ' ' && *text != '\n'; text += 2) {
        const char *high = text[0] != '\0' ? strchr(digits, text[0]) : NULL;
        const char *low = high != NULL && text[1] != '\0' ? strchr(digits, text[1]) : NULL;
        if (low == NULL || *length == size)
            return false;
        out[(*length)++] = (uint8_t)((high - digits) << 4 | (low - digits));
    }
    *at = text + 1;
    return true;
}

static bool read_entry(keep *self, const char **at)
{
    uint8_t name[KEEP_NAME] = {0}, block[KEEP_BLOCK];
    size_t name_length = 0, length = 0;
    const bool taken = read_hex(at, name, sizeof name - 1, &name_length) && (*at)[-1] == ' ' &&
                       read_hex(at, block, sizeof block, &length) && (*at)[-1] == '\n' &&
                       keep_add(self, (const char *)name, block, length);
    sira_wipe(block, sizeof block);
    return taken;
}

/* text ends with a NUL, which is no part of it. */
static bool read_text(keep *self, const char *text, size_t length)
{
    char last[24];
    const size_t last_length = strlen("end 00000000\n");
    if (length < strlen(title) + last_length || memcmp(text, title, strlen(title)) != 0)
        return false;
    const char *at = text + strlen(title), *end = text + length - last_length;
    (void)snprintf(last, sizeof last, "end %08" PRIx32 "\n", checksum(0, text, (size_t)(end - text)));
    if (strcmp(end, last) != 0 || end[-1] != '\n')
        return false;
    while (at < end) {
        if (!read_entry(self, &at))
            return false;
    }
    return true;
}

/* The whole file with a NUL behind it; NULL with errno. */
static char *read_file(const char *path, size_t *length)
{
    FILE *in = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;
    *length = 0;
    if (in == NULL)
        return NULL;
    do {
        room = room == 0 ? 65536 : 2 * room;
        char *more = room <= (1u << 28) ? realloc(text, room) : NULL;
        if (more == NULL) {
            free(text);
            fclose(in);
            errno = ENOMEM;
            return NULL;
        }
        text = more;
        *length += fread(text + *length, 1, room - 1 - *length, in);
    } while (*length == room - 1);
    text[*length] = '\0';
    fclose(in);
    return text;
}

const char *keep_read(keep *self, const char *path)
{
    size_t length;
    char *text = read_file(path, &length);
    if (text == NULL)
        return errno == ENOENT ? NULL : strerror(errno);
    const bool taken = read_text(self, text, length);
    sira_wipe(text, length);
    free(text);
    if (!taken)
        keep_free(self);
    return taken ? NULL : "it is damaged, or of another version";
}

/* ---- writing ---- */

static void put(FILE *out, uint32_t *crc, const char *text)
{
    *crc = checksum(*crc, text, strlen(text));
    fputs(text, out);
}

static void put_hex(FILE *out, uint32_t *crc, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const uint8_t byte = ((const uint8_t *)bytes)[i];
        put(out, crc, (const char[3]){digits[byte >> 4], digits[byte & 15], '\0'});
    }
}

static bool write_entries(const keep *self, FILE *out)
{
    uint32_t crc = 0;
    put(out, &crc, title);
    for (const keep_entry *entry = self->entries; entry != NULL; entry = entry->next) {
        put_hex(out, &crc, entry->name, strlen(entry->name));
        put(out, &crc, " ");
        put_hex(out, &crc, entry->block, entry->length);
        put(out, &crc, "\n");
    }
    fprintf(out, "end %08" PRIx32 "\n", crc);
    return fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
}

/* So that the new name is on the disk, too. */
static void sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
                   slash != NULL ? path : ".");
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)fsync(file);
    close(file);
}

bool keep_write(const keep *self, const char *path)
{
    char beside[PATH_MAX];
    if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >= sizeof beside) {
        errno = ENAMETOOLONG;
        return false;
    }
    const int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *out = file >= 0 ? fdopen(file, "w") : NULL;
    if (out == NULL) {
        if (file >= 0)
            close(file);
        return false;
    }
    bool done = write_entries(self, out);
    done = fclose(out) == 0 && done;
    done = done && rename(beside, path) == 0;
    if (done)
        sync_folder(path);
    else
        (void)unlink(beside);
    return done;
}

void keep_free(keep *self)
{
    while (self->entries != NULL) {
        keep_entry *entry = self->entries;
        self->entries = entry->next;
        sira_wipe(entry, sizeof *entry);
        free(entry);
    }
}
