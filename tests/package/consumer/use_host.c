/* Opens and closes the host port. */
#include <stdio.h>

#include <sira/host.h>

int main(void)
{
    static sira_host host;
    sira_host_config config;
    sira_host_config_init(&config);
    sira_status status = sira_host_init(&host, &config, NULL);
    printf("host: %s\n", sira_status_name(status));
    if (status != SIRA_OK) {
        return 1;
    }
    sira_host_close(&host);
    return 0;
}
