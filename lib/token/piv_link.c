/* Commands to a PIV token: libykpiv over pcscd. The connection is our own and only lent to
   libykpiv: its own would cache the PIN, and send it again by itself to whatever card is
   there after a reset. Here one transaction spans the life of a link, so that nothing can
   come between a PIN and the use of a key. */

#include "token/piv_wire.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <winscard.h>
#include <ykpiv.h>

#include "base/secret.h"

#include "base/banned.h"

#define RECONNECTS 5

struct seal_piv_link {
	SCARDCONTEXT context;
	SCARDHANDLE card;
	int has_context, has_card, has_transaction, is_yubikey;
	ykpiv_state *state;
	struct seal_secret *room;
	char reader[SEAL_PIV_READER];
};

/* What libykpiv and libpcsclite left of a command on the stack is written over. */
static void __attribute__((noinline)) scrub_stack(void)
{
	uint8_t room[8192];

	seal_wipe(room, sizeof room);
}

static int pcsc_fail(struct seal_diag *diag, LONG rc, const char *where)
{
	if (rc == SCARD_E_NO_SERVICE || rc == SCARD_E_SERVICE_STOPPED)
		return seal_fail(diag, SEAL_E_TOKENABSENT,
				 "pcscd: no answer; is it installed and started?");
	if (rc == SCARD_E_SHARING_VIOLATION)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: another program keeps the token for itself", where);
	if (rc == SCARD_E_PROTO_MISMATCH)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: the token does not speak T=1, which libykpiv needs", where);
	return seal_fail(diag, SEAL_E_TOKENABSENT, "%s: %s", where, pcsc_stringify_error(rc));
}

int seal_piv_readers(int (*each)(void *ctx, const char *reader), void *ctx, struct seal_diag *diag)
{
	char names[4096] = {0};
	DWORD len = sizeof names - 1;
	SCARDCONTEXT context;
	LONG rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
	int error = SEAL_OK;

	if (rc != SCARD_S_SUCCESS)
		return pcsc_fail(diag, rc, "pcscd");
	rc = SCardListReaders(context, NULL, names, &len);
	(void)SCardReleaseContext(context);
	if (rc == SCARD_E_NO_READERS_AVAILABLE)
		return SEAL_OK;
	if (rc != SCARD_S_SUCCESS)
		return pcsc_fail(diag, rc, "pcscd");
	for (const char *name = names; !error && *name; name += strlen(name) + 1)
		if (strlen(name) < SEAL_PIV_READER)
			error = each(ctx, name);
	return error;
}

static int hold(struct seal_piv_link *link, struct seal_diag *diag)
{
	LONG rc = SCardBeginTransaction(link->card);

	for (int i = 0; rc == SCARD_W_RESET_CARD && i < RECONNECTS; i++) {
		DWORD protocol = 0;

		rc = SCardReconnect(link->card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
				    SCARD_LEAVE_CARD, &protocol);
		if (rc == SCARD_S_SUCCESS)
			rc = SCardBeginTransaction(link->card);
	}
	if (rc != SCARD_S_SUCCESS)
		return pcsc_fail(diag, rc, link->reader);
	link->has_transaction = 1;
	return SEAL_OK;
}

static int select_piv(struct seal_piv_link *link, struct seal_diag *diag)
{
	static const uint8_t aid[] = {0xa0, 0x00, 0x00, 0x03, 0x08};
	const struct seal_piv_apdu select = {0xa4, 4, 0, aid, sizeof aid};
	struct seal_piv_reply reply;
	int error = seal_piv_send(link, &select, &reply, diag);

	if (!error && reply.sw != SEAL_PIV_OK)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "%s: no PIV applet", link->reader);
	return error;
}

/* YubiKeys name themselves in the historical bytes of the ATR. */
static int names_yubikey(const uint8_t *atr, size_t len)
{
	static const char name[] = "yubikey";

	for (size_t i = 0; i + sizeof name - 1 <= len; i++)
		if (strncasecmp((const char *)atr + i, name, sizeof name - 1) == 0)
			return 1;
	return 0;
}

static int connect_reader(struct seal_piv_link *link, struct seal_diag *diag)
{
	uint8_t atr[MAX_ATR_SIZE];
	DWORD atr_len = sizeof atr;
	DWORD protocol = 0;
	LONG rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &link->context);

	if (rc != SCARD_S_SUCCESS)
		return pcsc_fail(diag, rc, "pcscd");
	link->has_context = 1;
	rc = SCardConnect(link->context, link->reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
			  &link->card, &protocol);
	if (rc != SCARD_S_SUCCESS)
		return pcsc_fail(diag, rc, link->reader);
	link->has_card = 1;
	rc = SCardStatus(link->card, NULL, NULL, NULL, NULL, atr, &atr_len);
	if (rc == SCARD_S_SUCCESS && atr_len <= sizeof atr)
		link->is_yubikey = names_yubikey(atr, atr_len);
	return hold(link, diag);
}

int seal_piv_link_open(const char *reader, struct seal_piv_link **out_link, struct seal_diag *diag)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = calloc(1, sizeof *link);
	size_t len = strlen(reader);
	int error;

	if (!link)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", reader);
	if (len >= sizeof link->reader)
		return seal_fail(diag, SEAL_E_ARGUMENT, "reader: name too long");
	memcpy(link->reader, reader, len + 1);
	error = seal_secret_new(SEAL_PIV_REPLY, &link->room, diag);
	if (!error)
		error = connect_reader(link, diag);
	if (!error && (ykpiv_init(&link->state, 0) != YKPIV_OK ||
		       ykpiv_connect_with_external_card(link->state, (uintptr_t)link->context,
							(uintptr_t)link->card) != YKPIV_OK))
		error = seal_fail(diag, SEAL_E_TOKENABSENT, "%s: gone", reader);
	if (!error)
		error = select_piv(link, diag);
	if (!error)
		*out_link = seal_steal(&link);
	return error;
}

void seal_piv_link_free(struct seal_piv_link *link)
{
	if (!link)
		return;
	if (link->state)
		(void)ykpiv_done_with_external_card(link->state);
	if (link->has_transaction)
		(void)SCardEndTransaction(link->card, SCARD_RESET_CARD);
	if (link->has_card)
		(void)SCardDisconnect(link->card, SCARD_RESET_CARD);
	if (link->has_context)
		(void)SCardReleaseContext(link->context);
	seal_secret_free(link->room);
	free(link);
}

void seal_piv_link_freep(struct seal_piv_link **link)
{
	seal_piv_link_free(*link);
	*link = NULL;
}

int seal_piv_link_reset(struct seal_piv_link *link, struct seal_diag *diag)
{
	DWORD protocol = 0;
	LONG rc;
	int error;

	(void)SCardEndTransaction(link->card, SCARD_RESET_CARD);
	link->has_transaction = 0;
	rc = SCardReconnect(link->card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_RESET_CARD,
			    &protocol);
	if (rc != SCARD_S_SUCCESS)
		return pcsc_fail(diag, rc, link->reader);
	error = hold(link, diag);
	return error ? error : select_piv(link, diag);
}

int seal_piv_link_is_yubikey(const struct seal_piv_link *link)
{
	return link->is_yubikey;
}

int seal_piv_send(struct seal_piv_link *link, const struct seal_piv_apdu *apdu,
		  struct seal_piv_reply *out_reply, struct seal_diag *diag)
{
	const unsigned char header[4] = {0, apdu->ins, apdu->p1, apdu->p2};
	const unsigned char none = 0;
	unsigned long len = seal_secret_len(link->room);
	int sw = 0;
	ykpiv_rc rc = ykpiv_transfer_data(link->state, header, apdu->data ? apdu->data : &none,
					  (long)apdu->len, seal_secret_data(link->room), &len, &sw);

	scrub_stack();
	if (rc == YKPIV_SIZE_ERROR)
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "%s: over-long answer", link->reader);
	if (rc != YKPIV_OK || sw == 0) /* an answer without a status comes from an empty reader */
		return seal_fail(diag, SEAL_E_TOKENABSENT,
				 "%s: the token stopped answering; was it pulled out?",
				 link->reader);
	*out_reply = (struct seal_piv_reply){seal_secret_bytes(link->room), len, (unsigned)sw};
	return SEAL_OK;
}
