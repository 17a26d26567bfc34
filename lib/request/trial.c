/* One password, tried once: the bound of answered challenges holds for an account, however many requests it has.
 *
 * An exchange that answers a challenge is on trial until its response says what became of the answer. Others of the
 * account that are challenged meanwhile are on hold: each would be one more try of what may be a wrong password. When
 * the trial is passed they go on, with what it has proved; when the password was rejected no request of the account
 * answers a challenge for a time, which grows with each rejection in a row. A registration has its own back-off, and
 * waits for that alone. */
#include "request/request.h"

#include "agent/port.h"
#include "agent/account.h"
#include "base/list.h"

/* Those of a registration (rejected_base and rejected_max). */
#define CLOSED_FIRST 300000u
#define CLOSED_LONGEST 3600000u

static void end_trial(sira_account *account)
{
    account->on_trial = NULL;
    sira_i_account_wake(&account->on_hold);
}

static void passed(sira_account *account)
{
    account->closed_for = 0;
    account->closed_until = 0;
    account->proven = true;
}

static void rejected(sira_account *account, uint64_t now)
{
    account->closed_for = account->closed_for == 0 ? CLOSED_FIRST : 2 * account->closed_for;
    if (account->closed_for > CLOSED_LONGEST)
        account->closed_for = CLOSED_LONGEST;
    account->closed_until = now + account->closed_for;
}

/* so_far: SIRA_MORE: a challenge has come; SIRA_IDLE: nothing more does; else the outcome. SIRA_OK: it may be answered;
 * SIRA_MORE: it is on hold; SIRA_E_CREDENTIALS: it may not. */
static sira_status judge(sira_exchange *exchange, sira_status so_far, uint16_t code)
{
    sira_account *account = exchange->account;
    const uint64_t now = sira_i_exchange_agent(exchange)->now;
    if (so_far == SIRA_MORE) {
        if (!exchange->owner->backs_off && now < account->closed_until)
            return SIRA_E_CREDENTIALS;
        if (account->on_trial == NULL)
            account->on_trial = exchange;
        if (account->on_trial == exchange)
            return SIRA_OK;
        sira_i_list_append(&account->on_hold, &exchange->in_account.link);
        return SIRA_MORE;
    }
    if (account->on_trial != exchange)
        return SIRA_OK;
    if (so_far == SIRA_OK)
        passed(account);
    else if (so_far == SIRA_E_CREDENTIALS || (so_far == SIRA_E_RESPONSE && code == 403 && !account->proven))
        rejected(account, now); /* some say 403 to a wrong password */
    if (!account->proven)       /* the others would use what nobody has judged, all at once */
        sira_digest_client_forget(&account->digest);
    end_trial(account);
    return SIRA_OK;
}

void sira_i_trial_pass(sira_exchange *exchange)
{
    if (exchange->account->on_trial != exchange)
        return;
    passed(exchange->account);
    end_trial(exchange->account);
}

void sira_i_trial_begin(sira_account *account)
{
    account->judge = judge;
}
