/* Tokens that a tool uses, and who is asked for their PINs, from options. */

#include "use_tokens.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

static int read_serial(const char *text, uint32_t *out, struct seal_diag *diag)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || n > UINT32_MAX)
		return seal_fail(diag, SEAL_E_USAGE, "--serial: %s: not a serial number", text);
	*out = (uint32_t)n;
	return SEAL_OK;
}

/* A number that nothing is open at now would soon be that of a file or token of ours, and what is
   read there be sent as a PIN. */
int use_descriptor(const char *option, int fd, struct seal_diag *diag)
{
	if (fd >= 0 && fcntl(fd, F_GETFD) < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s: descriptor %d", option, fd);
	if (fd >= 0 && isatty(fd))
		return seal_fail(diag, SEAL_E_USAGE,
				 "%s: descriptor %d is a terminal and would show what is typed: "
				 "without this option it is asked for",
				 option, fd);
	return SEAL_OK;
}

int use_tokens(const struct use_tokens *use, struct used_tokens *out_used, struct seal_diag *diag)
{
	const struct seal_prompt prompt = SEAL_PROMPT_INIT;
	int error = use_descriptor("--pin-fd", use->pin_fd, diag);

	if (!error)
		error = use_descriptor("--passphrase-fd", use->passphrase_fd, diag);
	if (error)
		return error;
	*out_used = (struct used_tokens){.prompt = prompt};
	if (use->pin_fd >= 0 && use->pin_fd == use->passphrase_fd)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--pin-fd and --passphrase-fd: the same descriptor");
	out_used->place.identities = use->identities.value;
	out_used->place.identity_count = use->identities.count;
	out_used->place.devices = use->devices.value;
	out_used->place.device_count = use->devices.count;
	out_used->prompt.pin_fd = use->pin_fd;
	out_used->prompt.passphrase_fd = use->passphrase_fd;
	out_used->prompt.non_interactive = use->non_interactive;
	out_used->prompt.last_try = use->last_try;
	out_used->prompt.replugged = use->replugged;
	out_used->asker = seal_prompt_asker(&out_used->prompt);
	out_used->has_serial = use->serial != NULL;
	if (use->serial)
		error = read_serial(use->serial, &out_used->serial, diag);
	return error;
}

int use_tokens_choose(void *ctx SEAL_UNUSED, const struct seal_open_fit *fits, size_t count,
		      size_t *out_index, struct seal_diag *diag)
{
	char line[512];

	seal_prompt_say("Several tokens that are here fit:");
	for (size_t i = 0; i < count; i++) {
		const struct seal_token_info *info = &fits[i].info;

		if (info->has_serial)
			(void)snprintf(line, sizeof line, "  %zu  %s: %s, serial %u", i + 1,
				       fits[i].card->name, info->model, info->serial);
		else
			(void)snprintf(line, sizeof line, "  %zu  %s: %s", i + 1,
				       fits[i].card->name, info->where);
		seal_prompt_say(line);
	}
	return seal_prompt_number("Which one? ", count, out_index, diag);
}
