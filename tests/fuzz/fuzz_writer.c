/* Any texts through each function of the writer: what comes out has the lines that were asked for and no other,
 * whatever the texts hold; counting says the same length; and a buffer that is too small is never written over. */
#include "fuzz/fuzz.h"

#include <sira/writer.h>

#define MOST 40

/* One header line from the input. */
static void write_line(sira_writer *w, fuzz_input *in)
{
    const sira_field_id id = (sira_field_id)(fuzz_byte(in) % SIRA_FIELD_COUNT);
    const sira_str a = fuzz_text(in, MOST), b = fuzz_text(in, MOST), c = fuzz_text(in, MOST);
    const uint8_t bits = fuzz_byte(in);
    const uint32_t number = (uint32_t)fuzz_byte(in) << (bits % 25);
    switch (bits % 13) {
    case 0:
        sira_write_field(w, id, a);
        break;
    case 1:
        sira_write_field_number(w, id, number);
        break;
    case 2:
        sira_write_other(w, a, b);
        break;
    case 3:
        sira_write_begin(w, id);
        sira_write_text(w, a);
        sira_write_token(w, b);
        sira_write_quoted(w, c);
        sira_write_end(w);
        break;
    case 4:
        sira_write_begin(w, id);
        sira_write_address(w, a, b);
        sira_write_param(w, SIRA_STR("p"), c);
        sira_write_param_quoted(w, SIRA_STR("q"), a);
        sira_write_end(w);
        break;
    case 5: {
        const sira_endpoint local = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, (uint16_t)number, {192, 0, 2, bits}};
        sira_write_via_field(w, &(sira_write_via){&local, a, (bits & 64) != 0});
        break;
    }
    case 6:
        sira_write_address_field(w, id, a, b, c);
        break;
    case 7:
        sira_write_cseq_field(w, number, a);
        break;
    case 8:
        sira_write_contact_field(w, &(sira_contact){.address = {.display = a, .uri = b},
                                                    .has_expires = true,
                                                    .expires = number,
                                                    .has_q = (bits & 32) != 0,
                                                    .q = (uint16_t)number,
                                                    .instance = c,
                                                    .pub_gruu = a,
                                                    .reg_id = bits});
        break;
    case 9:
        sira_write_retry_after_field(w, &(sira_retry_after){number, (bits & 32) != 0, number, a});
        break;
    case 10:
        sira_write_warning_field(w, &(sira_warning){(uint16_t)number, a, b});
        break;
    case 11: {
        const sira_uri uri = {.scheme = (uint8_t)(bits % 4),
                              .scheme_text = (bits & 64) != 0 ? a : SIRA_STR(""),
                              .has_user = b.len > 0,
                              .user = b,
                              .host = c,
                              .params = a,
                              .rest = c,
                              .port = (uint16_t)number};
        sira_write_begin(w, id);
        sira_write_uri(w, &uri);
        sira_write_end(w);
        break;
    }
    default:
        sira_write_date_field(w, &(sira_date){.year = (uint16_t)number, .month = bits, .day = (uint8_t)a.len});
        break;
    }
}

/* The number of lines that were asked for. */
static size_t write_all(sira_writer *w, fuzz_input in)
{
    size_t lines = 0;
    sira_write_request_line(w, SIRA_STR("REGISTER"), SIRA_STR("sip:h"));
    for (; in.left > 0; lines++)
        write_line(w, &in);
    sira_write_body(w, SIRA_STR(""));
    return lines;
}

static size_t count_lines(sira_str text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        REQUIRE(c != '\0' && (c != '\r' || (i + 1 < text.len && text.at[i + 1] == '\n')));
        REQUIRE(c != '\n' || (i > 0 && text.at[i - 1] == '\r'));
        lines += c == '\n';
    }
    return lines;
}

static void check_small(fuzz_input in, size_t capacity, sira_status expected)
{
    char *exact = malloc(capacity);
    sira_writer writer;
    size_t length;
    REQUIRE(exact != NULL || capacity == 0);
    sira_writer_init(&writer, exact != NULL ? exact : (char *)&length, capacity);
    write_all(&writer, in);
    const sira_status status = sira_writer_finish(&writer, &length);
    REQUIRE(expected == SIRA_OK ? status == SIRA_OK : status < 0);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char out[200000];
    const fuzz_input in = {data, size};
    sira_writer writer;
    size_t length = 0, counted = 0;
    if (size > 4000)
        return 0;
    sira_writer_init(&writer, out, sizeof out);
    const size_t lines = write_all(&writer, in);
    const sira_status status = sira_writer_finish(&writer, &length);
    sira_writer_init(&writer, NULL, 0);
    write_all(&writer, in);
    REQUIRE(sira_writer_finish(&writer, &counted) == status);
    if (status != SIRA_OK)
        return 0;
    REQUIRE(counted == length);
    REQUIRE(count_lines((sira_str){out, length}) == lines + 3); /* start line, Content-Length, the empty line */
    check_small(in, length, SIRA_OK);
    check_small(in, length - 1, SIRA_E_SPACE);
    check_small(in, length / 2, SIRA_E_SPACE);
    return 0;
}
