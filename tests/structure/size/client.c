/* The whole of a registration client over UDP: everything that keeps a line registered, and what an application asks
 * about it. WITH_TEXTS: it also tells a person what happens; WITH_REQUESTS, WITH_INCOMING: it also sends and takes
 * other requests; WITH_KEEPALIVE: it keeps its flow alive. */
#include <sira/sira.h>

/* What a port would fill in. */
sira_agent_config agent_config;
sira_server_config server_config;
sira_account_config account_config;
sira_registration_config registration_config;
sira_flow flow;
sira_str received;
uint64_t now;
#ifdef WITH_TEXTS
char line[200];
#endif
#ifdef WITH_REQUESTS
sira_request_config request_config;
sira_request_ack ack;
static sira_request request;
#endif
#ifdef WITH_INCOMING
sira_incoming_config incoming_config;
sira_answer answer;
static sira_uas uas;
static sira_incoming slots[2];
static char bytes[2 * 2000];
#endif
volatile uint32_t sink;

static sira_agent agent;
static sira_server server;
static sira_account account;
static sira_registration registration;
#ifdef WITH_KEEPALIVE
static sira_keepalive keepalive;
#endif

/* What one more line costs while it is idle; the size of this array is read from the object file. */
char memory_of_a_line[sizeof account + sizeof registration];

/* Whoever optimizes the whole program must not see that nobody fills in the above: nothing would be received then. */
#define FILLED_IN(object) __asm__ volatile("" : : "r"(&(object)) : "memory")

static void on_event(void *user, const sira_event *event)
{
    (void)user;
    sink += event->kind;
#ifdef WITH_TEXTS
    sink += (uint32_t)sira_event_describe(event, line, sizeof line);
#endif
}

#ifdef WITH_REQUESTS
static void on_request_event(void *user, const sira_request_event *event)
{
    (void)user;
    if (event->kind == SIRA_REQUEST_ENDED)
        sink += (uint32_t)sira_request_send_ack(event->request, &ack);
    else if (event->kind == SIRA_REQUEST_OVER)
        sira_request_remove(event->request);
}

static void use_requests(void)
{
    sira_request_config_init(&request_config);
    FILLED_IN(request_config);
    FILLED_IN(ack);
    request_config.on_event = on_request_event;
    sink += (uint32_t)sira_request_init(&request, &account, &request_config, NULL);
    sink += (uint32_t)sira_request_start(&request);
    sink += (uint32_t)sira_request_cancel(&request);
}
#endif
#ifdef WITH_INCOMING
static void on_incoming_event(void *user, const sira_incoming_event *event)
{
    (void)user;
    if (event->kind == SIRA_INCOMING_REQUEST)
        sink += (uint32_t)sira_incoming_answer(event->incoming, &answer);
}

static void use_incoming(void)
{
    sira_incoming_config_init(&incoming_config);
    FILLED_IN(incoming_config);
    FILLED_IN(answer);
    incoming_config.slots = slots;
    incoming_config.slot_count = 2;
    incoming_config.bytes = bytes;
    incoming_config.bytes_size = sizeof bytes;
    incoming_config.on_event = on_incoming_event;
    sink += (uint32_t)sira_uas_init(&uas, &agent, &incoming_config, NULL);
}
#endif

int main(void)
{
    sira_agent_config_init(&agent_config);
    FILLED_IN(agent_config);
    FILLED_IN(server_config);
    FILLED_IN(account_config);
    FILLED_IN(registration_config);
    FILLED_IN(flow);
    FILLED_IN(received);
    FILLED_IN(now);
    agent_config.on_event = on_event;
    sink += (uint32_t)sira_agent_init(&agent, &agent_config, now, NULL);
    sira_server_config_init(&server_config);
    sink += (uint32_t)sira_server_init(&server, &agent, &server_config, NULL);
    sira_account_config_init(&account_config);
    sink += (uint32_t)sira_account_init(&account, &server, &account_config, NULL);
#ifdef WITH_KEEPALIVE
    sink += (uint32_t)sira_keepalive_init(&keepalive, &server, NULL, NULL);
#endif
    sira_registration_config_init(&registration_config);
    sink += (uint32_t)sira_registration_init(&registration, &account, &registration_config, NULL);
    sink += (uint32_t)sira_registration_start(&registration);
#ifdef WITH_REQUESTS
    use_requests();
#endif
#ifdef WITH_INCOMING
    use_incoming();
#endif
    while (sink != 0) {
        sink += (uint32_t)sira_agent_receive(&agent, &flow, received, now);
        sira_agent_tick(&agent, now);
        sink += (uint32_t)sira_agent_deadline(&agent);
        sira_agent_flow_down(&agent, &flow, now);
    }
    sink += (uint32_t)sira_registration_get_state(&registration);
    sink += (uint32_t)sira_registration_stop(&registration);
    sira_registration_remove(&registration);
    sira_account_wipe(&account);
    return 0;
}
