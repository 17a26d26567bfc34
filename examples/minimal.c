/* The smallest honest integration: the core of Sira, your own socket and your own loop. POSIX and IPv4; runs until
 * killed. SIRA_PASSWORD=secret minimal sip:192.0.2.1:5060 sip:alice@example.com */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sira/gcrypt.h>
#include <sira/sira.h>

static int udp = -1;      /* one socket, connected to the registrar */
static sira_flow the_way; /* and what the agent knows of it */

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* A new socket whenever our address is a new one; the agent asks at each attempt. */
static sira_status open_flow(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(remote->port)};
    socklen_t length = sizeof at;
    int fresh = socket(AF_INET, SOCK_DGRAM, 0);
    (void)context;
    (void)name;
    memcpy(&at.sin_addr, remote->address, 4);
    if (remote->family != SIRA_FAMILY_IPV4 || connect(fresh, (struct sockaddr *)&at, length) != 0 ||
        getsockname(fresh, (struct sockaddr *)&at, &length) != 0)
        return close(fresh), SIRA_E_TRANSPORT;
    if (udp >= 0 && memcmp(the_way.local.address, &at.sin_addr, 4) == 0)
        return close(fresh), *flow = the_way, SIRA_OK;
    close(udp), udp = fresh;
    flow->id = (uint32_t)udp;
    flow->local.family = SIRA_FAMILY_IPV4; /* goes into Via and Contact */
    flow->local.port = ntohs(at.sin_port);
    memcpy(flow->local.address, &at.sin_addr, 4);
    the_way = *flow;
    return SIRA_OK;
}

static sira_status send_bytes(void *context, const sira_flow *flow, sira_str bytes)
{
    (void)context, (void)flow;
    return send(udp, bytes.at, bytes.len, 0) < 0 ? SIRA_E_TRANSPORT : SIRA_OK;
}

static void on_event(void *user, const sira_event *event)
{
    char text[300];
    (void)user;
    sira_event_describe(event, text, sizeof text);
    puts(text);
}

int main(int argc, char **argv)
{
    static char scratch[1500], bytes[65536];
    static sira_gcrypt gcrypt;
    static sira_agent agent;
    static sira_server server;
    static sira_account account;
    static sira_registration line;
    sira_agent_config ac = {.size = sizeof ac};
    sira_server_config sc = {.size = sizeof sc};
    sira_account_config cc = {.size = sizeof cc};
    sira_diag diag = {.field = "", .expected = ""};
    if (argc != 3 || sira_gcrypt_open(&gcrypt) != SIRA_OK)
        return fputs("minimal: needs two arguments and Libgcrypt\n", stderr), 2;
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    ac.transport = (sira_transport){.open = open_flow, .send = send_bytes};
    ac.entropy = sira_gcrypt_entropy(&gcrypt);
    ac.hash = sira_gcrypt_hash(&gcrypt);
    ac.scratch = scratch, ac.scratch_size = sizeof scratch;
    ac.on_event = on_event;
    sc.uri = sira_str_from(argv[1]);
    cc.aor = sira_str_from(argv[2]);
    cc.password = sira_str_from(getenv("SIRA_PASSWORD"));
    if (sira_agent_init(&agent, &ac, now_ms(), &diag) != 0 || sira_server_init(&server, &agent, &sc, &diag) != 0 ||
        sira_account_init(&account, &server, &cc, &diag) != 0 ||
        sira_registration_init(&line, &account, NULL, &diag) != 0)
        return fprintf(stderr, "minimal: %s: expected %s\n", diag.field, diag.expected), 2;
    for (sira_registration_start(&line);;) {
        uint64_t now = now_ms(), deadline = sira_agent_deadline(&agent), wait = deadline > now ? deadline - now : 0;
        if (poll(&(struct pollfd){udp, POLLIN, 0}, 1, wait < 60000 ? (int)wait : 60000) < 0 && errno != EINTR)
            return perror("minimal: poll"), 1;
        ssize_t count = recv(udp, bytes, sizeof bytes, MSG_DONTWAIT);
        if (count >= 0)
            sira_agent_receive(&agent, &the_way, (sira_str){bytes, (size_t)count}, now_ms());
        sira_agent_tick(&agent, now_ms());
    }
}
