/* The same messages read by Sira, libosip2 and sofia-sip. Every disagreement has to stand in disagreements.tsv with who
 * is right and why; a row there that no longer holds fails the test too.
 *
 * test_differential --list prints the disagreements as they are now, in the form of that table.
 *
 * And answers to a REGISTER that are wrong in one line: Sira's tolerant reading takes each, and tolerances.tsv says
 * what the others make of it. */
#include "differential/reading.h"
#include "torture/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct peer {
    const char *name;
    void (*read)(reading *reading, const char *bytes, size_t length);
} peer;

static const peer peers[] = {
#ifdef WITH_OSIP
    {"libosip2", read_with_osip},
#endif
#ifdef WITH_SOFIA
    {"sofia-sip", read_with_sofia},
#endif
    {NULL, NULL},
};

/* A disagreement: message, key, peer, what Sira reads, what the peer reads; and from the table: who is right, why. */
typedef struct row {
    char text[1200]; /* the first five columns with tabs between */
    bool seen;
} row;

static row *table;
static size_t table_count, disagreements, unknown;
static bool listing;

static void disagree(const char *name, const char *key, const char *who, const char *sira, const char *other)
{
    char text[1200];
    (void)snprintf(text, sizeof text, "%s\t%s\t%s\t%s\t%s", name, key, who, sira != NULL ? sira : "-",
                   other != NULL ? other : "-");
    disagreements++;
    if (listing) {
        (void)printf("%s\t?\t?\n", text);
        return;
    }
    for (size_t i = 0; i < table_count; i++)
        if (strcmp(table[i].text, text) == 0) {
            table[i].seen = true;
            return;
        }
    print_error("not in disagreements.tsv: %s\n", text);
    unknown++;
}

static void compare(const char *name, const char *who, const reading *sira, const reading *other)
{
    if (sira->accepted != other->accepted) {
        disagree(name, "accepted", who, sira->accepted ? "yes" : "no", other->accepted ? "yes" : "no");
        return;
    }
    for (size_t i = 0; i < sira->count; i++) {
        const char *value = reading_find(other, sira->rows[i].key);
        if (value == NULL || strcmp(value, sira->rows[i].value) != 0)
            disagree(name, sira->rows[i].key, who, sira->rows[i].value, value);
    }
    for (size_t i = 0; i < other->count; i++)
        if (reading_find(sira, other->rows[i].key) == NULL)
            disagree(name, other->rows[i].key, who, NULL, other->rows[i].value);
}

static void read_with_all(const char *name, const char *bytes, size_t length)
{
    static reading sira, other;
    read_with_sira(&sira, bytes, length);
    for (const peer *p = peers; p->name != NULL; p++) {
        p->read(&other, bytes, length);
        compare(name, p->name, &sira, &other);
    }
}

/* ---- our own messages: a plain one with one line changed ---- */

enum { LINES = 9 };

static const char *const plain[LINES] = {
    "INVITE sip:bob@example.com SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKplain",
    "Max-Forwards: 70",
    "From: <sip:alice@example.com>;tag=from",
    "To: <sip:bob@example.com>",
    "Call-ID: plain@192.0.2.1",
    "CSeq: 1 INVITE",
    "Contact: <sip:alice@192.0.2.1>",
    "Content-Length: 0",
};

static const char *const plain_answer[LINES] = {
    "SIP/2.0 200 OK",
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKplain",
    "From: <sip:alice@example.com>;tag=from",
    "To: <sip:alice@example.com>;tag=to",
    "Call-ID: plain@192.0.2.1",
    "CSeq: 1 REGISTER",
    "Expires: 600",
    "Contact: <sip:alice@192.0.2.1>;expires=600",
    "Content-Length: 0",
};

/* \r, \n, \t, \\ and \xHH. */
static size_t unescape(const char *text, char *out)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        if (*text != '\\') {
            out[n++] = *text;
            continue;
        }
        switch (*++text) {
        case 'r':
            out[n++] = '\r';
            break;
        case 'n':
            out[n++] = '\n';
            break;
        case 't':
            out[n++] = '\t';
            break;
        case 'x': {
            char digits[3] = {text[1], text[2], '\0'};
            out[n++] = (char)strtoul(digits, NULL, 16);
            text += 2;
            break;
        }
        default:
            out[n++] = *text;
        }
    }
    return n;
}

/* Does the line replace this one of the plain message? A start line replaces the first, a field the one of its name. */
static bool replaces(const char *line, const char *of_plain)
{
    if (strchr(of_plain, ':') == NULL || strncmp(of_plain, "INVITE", 6) == 0)
        return strncmp(line, of_plain, 6) == 0;
    size_t length = strcspn(of_plain, ":");
    return strncmp(line, of_plain, length) == 0 && line[length] == ':';
}

static size_t write_corner(const char *const lines[LINES], const char *line, char *bytes)
{
    size_t length = 0;
    bool used = false;
    for (size_t i = 0; i < LINES; i++) {
        if (!used && replaces(line, lines[i])) {
            used = true;
            length += unescape(line, bytes + length);
        } else {
            length += (size_t)sprintf(bytes + length, "%s", lines[i]);
        }
        length += (size_t)sprintf(bytes + length, "\r\n");
    }
    if (!used) {
        length += unescape(line, bytes + length);
        length += (size_t)sprintf(bytes + length, "\r\n");
    }
    length += (size_t)sprintf(bytes + length, "\r\n");
    return length;
}

static void read_corner(const char *name, const char *line)
{
    char bytes[4000];
    read_with_all(name, bytes, write_corner(plain, line, bytes));
}

static char *read_text(const char *path)
{
    size_t length;
    char *text = corpus_read(path, &length);
    if (text == NULL)
        fail_msg("%s: can't be read", path);
    return text;
}

static size_t read_corners(void)
{
    size_t count = 0;
    char *text = read_text(SIRA_TEST_DIR "/differential/corners.tsv");
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *tab = strchr(line, '\t');
        if (*line == '#' || tab == NULL)
            continue;
        *tab = '\0';
        read_corner(line, tab + 1);
        count++;
    }
    free(text);
    return count;
}

/* ---- answers that Sira reads with tolerance ---- */

/* "no": it is refused; "same": each value that both read is the same; "other": one is not. */
static const char *verdict(const reading *sira, const reading *other)
{
    if (!other->accepted)
        return "no";
    for (size_t i = 0; i < sira->count; i++) {
        const char *value = reading_find(other, sira->rows[i].key);
        if (value == NULL || strcmp(value, sira->rows[i].value) != 0)
            return "other";
    }
    return "same";
}

/* One row: a name, the line, and what each peer makes of it. */
static size_t read_sloppy(char *text)
{
    static reading sira, other;
    char bytes[4000], *cells[4];
    size_t wrong = 0;
    for (size_t i = 0; i < 4; i++) {
        cells[i] = text;
        text += strcspn(text, "\t");
        if (*text != '\0')
            *text++ = '\0';
    }
    const size_t length = write_corner(plain_answer, cells[1], bytes);
    read_with_sira(&sira, bytes, length);
    if (sira.accepted)
        print_error("tolerances.tsv: %s: takes no tolerance\n", cells[0]);
    wrong += sira.accepted;
    read_answer_with_sira(&sira, bytes, length);
    if (!sira.accepted)
        print_error("tolerances.tsv: %s: is not tolerated\n", cells[0]);
    wrong += !sira.accepted;
    if (listing)
        (void)printf("%s\t%s", cells[0], cells[1]);
    for (const peer *p = peers; p->name != NULL; p++) {
        p->read(&other, bytes, length);
        const char *found = verdict(&sira, &other);
        if (listing) {
            (void)printf("\t%s", found);
        } else if (strcmp(cells[strcmp(p->name, "libosip2") == 0 ? 2 : 3], found) != 0) {
            print_error("tolerances.tsv: %s: %s: %s\n", cells[0], p->name, found);
            wrong++;
        }
    }
    if (listing)
        (void)printf("\n");
    return wrong;
}

static size_t read_all_sloppy(void)
{
    size_t wrong = 0;
    char *text = read_text(SIRA_TEST_DIR "/differential/tolerances.tsv");
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        if (*line != '#')
            wrong += read_sloppy(line);
    free(text);
    return wrong;
}

static void test_tolerances_are_known(void **state)
{
    (void)state;
    const size_t wrong = read_all_sloppy();
    if (wrong > 0)
        fail_msg("%zu rows of tolerances.tsv are wrong", wrong);
}

static void read_corpus(void)
{
    (void)corpus_open(NULL);
    for (const corpus_case *test = corpus; test->name != NULL; test++)
        if (test->lenient == 0 && strstr(test->name, "rfc5118/raw") == NULL)
            read_with_all(test->name, test->bytes.at, test->bytes.len);
    (void)corpus_close(NULL);
}

static void read_everyday(void)
{
    static const char *const names[] = {"invite", "r200", "r401", "r401md5", "r401sha", "register"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[500];
        size_t length;
        (void)snprintf(path, sizeof path, SIRA_TEST_DIR "/vectors/everyday/%s.sip", names[i]);
        char *bytes = corpus_read(path, &length);
        if (bytes == NULL)
            fail_msg("%s: can't be read", path);
        read_with_all(names[i], bytes, length);
        free(bytes);
    }
}

static bool has_peer(const char *row_text)
{
    for (const peer *p = peers; p->name != NULL; p++) {
        char column[40];
        (void)snprintf(column, sizeof column, "\t%s\t", p->name);
        if (strstr(row_text, column) != NULL)
            return true;
    }
    return false;
}

/* Keeps five columns, and checks that the verdict and the reason are there. */
static void load_table(void)
{
    char *text = read_text(SIRA_TEST_DIR "/differential/disagreements.tsv");
    table = calloc(2000, sizeof *table);
    assert_non_null(table);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (*line == '#')
            continue;
        char *cut = line;
        for (int column = 0; column < 5; column++) {
            cut = strchr(cut, '\t');
            if (cut == NULL)
                fail_msg("disagreements.tsv: too few columns: %s", line);
            cut++;
        }
        cut[-1] = '\0';
        bool judged =
            strncmp(cut, "sira\t", 5) == 0 || strncmp(cut, "peer\t", 5) == 0 || strncmp(cut, "both\t", 5) == 0;
        if (!judged || strlen(cut) < 12)
            fail_msg("disagreements.tsv: no verdict (sira, peer, both) or no reason: %s", line);
        if (!has_peer(line))
            continue;
        assert_true(table_count < 2000);
        (void)snprintf(table[table_count++].text, sizeof table->text, "%s", line);
    }
    free(text);
}

static void read_everything(void)
{
    read_everyday();
    read_corpus();
    size_t corners = read_corners();
    if (corners < 60)
        fail_msg("only %zu messages in corners.tsv", corners);
}

static void test_disagreements_are_known(void **state)
{
    (void)state;
    size_t stale = 0;
    load_table();
    read_everything();
    for (size_t i = 0; i < table_count; i++)
        if (!table[i].seen) {
            print_error("stale in disagreements.tsv: %s\n", table[i].text);
            stale++;
        }
    free(table);
    if (unknown + stale > 0)
        fail_msg("%zu disagreements are not in the table, %zu rows of it are stale", unknown, stale);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_disagreements_are_known),
                                       cmocka_unit_test(test_tolerances_are_known)};
    if (peers[0].name == NULL) {
        (void)puts("neither libosip2 nor sofia-sip was found");
        return 77;
    }
    listing = argc > 1 && strcmp(argv[1], "--list") == 0;
    if (listing) {
        read_everything();
        (void)fprintf(stderr, "%zu disagreements\n", disagreements);
        (void)read_all_sloppy();
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
