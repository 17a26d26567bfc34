/* Texts for people: a program that shows none links none. */
#include <sira/event.h>
#include <sira/registration.h>
#include <sira/writer.h>

const char *sira_event_kind_name(sira_event_kind kind)
{
    switch (kind) {
    case SIRA_EVENT_REGISTERING:
        return "registering";
    case SIRA_EVENT_REGISTERED:
        return "registered";
    case SIRA_EVENT_REFRESHING:
        return "refreshing";
    case SIRA_EVENT_WAITING:
        return "waiting";
    case SIRA_EVENT_LAPSED:
        return "lapsed";
    case SIRA_EVENT_UNREGISTERING:
        return "unregistering";
    case SIRA_EVENT_STOPPED:
        return "stopped";
    case SIRA_EVENT_FAILED:
        return "failed";
    }
    return "?";
}

const char *sira_event_reason(const sira_event *event)
{
    if (event->detail != NULL)
        return event->detail;
    return event->status == SIRA_E_RESPONSE ? sira_reason_phrase(event->code) : sira_status_text(event->status);
}

static void say_next(sira_writer *writer, const sira_event *event, const char *what)
{
    if (event->next == SIRA_NEVER)
        return;
    sira_write_text(writer, sira_str_from(what));
    uint64_t wait = event->next > event->now ? event->next - event->now : 0;
    sira_write_number(writer, (uint32_t)((wait + 500) / 1000));
    sira_write_text(writer, SIRA_STR(" s"));
}

static void say_why(sira_writer *writer, const sira_event *event)
{
    if (event->status == SIRA_OK)
        return;
    sira_write_text(writer, SIRA_STR(": "));
    if (event->code != 0) {
        sira_write_number(writer, event->code);
        sira_write_text(writer, SIRA_STR(" "));
    }
    sira_write_text(writer, sira_str_from(sira_event_reason(event)));
}

size_t sira_event_describe(const sira_event *event, char *text, size_t size)
{
    if (size == 0)
        return 0;
    sira_writer writer;
    sira_writer_init(&writer, text, size - 1);
    sira_write_text(&writer, sira_registration_aor(event->registration));
    sira_write_text(&writer, SIRA_STR(" "));
    sira_write_text(&writer, sira_str_from(sira_event_kind_name((sira_event_kind)event->kind)));
    if (event->kind == SIRA_EVENT_REGISTERED) {
        sira_write_text(&writer, SIRA_STR(" for "));
        sira_write_number(&writer, event->expires);
        sira_write_text(&writer, SIRA_STR(" s"));
        say_next(&writer, event, ", refresh in ");
    }
    say_why(&writer, event);
    if (event->kind == SIRA_EVENT_WAITING) {
        say_next(&writer, event, "; next attempt in ");
        if (event->bound)
            sira_write_text(&writer, SIRA_STR(", still registered"));
    }
    size_t length = writer.length < size ? writer.length : size - 1;
    text[length] = '\0';
    return length;
}
