#include "support/sweep.h"

#include <stdlib.h>
#include <string.h>

void expect_written(const char *name, sweep_fn write, const void *input, const char *text)
{
    size_t needed = strlen(text), length = SIZE_MAX;
    sira_writer writer;
    sira_writer_init(&writer, NULL, 0);
    write(&writer, input);
    expect_status(name, sira_writer_finish(&writer, &length), SIRA_OK);
    if (length != needed)
        fail_msg("%s: counts %zu, needs %zu", name, length, needed);
    for (size_t capacity = 0; capacity <= needed + 40; capacity++) {
        char *buffer = malloc(capacity);
        length = SIZE_MAX;
        sira_writer_init(&writer, buffer, capacity);
        write(&writer, input);
        sira_status status = sira_writer_finish(&writer, &length);
        expect_status(name, status, capacity < needed ? SIRA_E_SPACE : SIRA_OK);
        assert_true(writer.length <= capacity);
        /* what stands there is complete calls */
        if (writer.length > 0 && memcmp(buffer, text, writer.length) != 0)
            fail_msg("%s: got \"%.*s\", expected \"%s\"", name, (int)writer.length, buffer, text);
        if (status == SIRA_OK)
            assert_int_equal(length, needed);
        else
            assert_int_equal(length, SIZE_MAX);
        free(buffer);
    }
}

void expect_refused(const char *name, sweep_fn write, const void *input, sira_status status)
{
    char buffer[2048];
    for (int counting = 0; counting < 2; counting++) {
        size_t length = SIZE_MAX;
        sira_writer writer;
        sira_writer_init(&writer, counting ? NULL : buffer, counting ? 0 : sizeof buffer);
        write(&writer, input);
        expect_status(name, sira_writer_finish(&writer, &length), status);
        assert_int_equal(length, SIZE_MAX);
        if (writer.length != 0)
            fail_msg("%s: %zu bytes are left", name, writer.length);
        /* the error stays */
        sira_write_text(&writer, SIRA_STR("x"));
        sira_write_body(&writer, SIRA_STR("x"));
        expect_status(name, sira_writer_finish(&writer, &length), status);
        assert_int_equal(writer.length, 0);
    }
}
