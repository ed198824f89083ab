/* seald: the seal daemon. */

#include "../tool.h"
#include "gate/tls.h"
#include "sandbox.h"
#include "supervisor.h"

#include "base/banned.h"

struct values {
	const char *config;
	int check, ready_fd, json;
};

static const struct seal_option options[] = {
	{"config", 0, SEAL_OPTION_TEXT, offsetof(struct values, config), "FILE",
	 "the configuration, see seald.conf(5)"},
	{"check", 0, SEAL_OPTION_FLAG, offsetof(struct values, check), NULL,
	 "read the configuration and what it names, start nothing"},
	{"ready-fd", 0, SEAL_OPTION_NUMBER, offsetof(struct values, ready_fd), "N",
	 "write one line to descriptor N when clients are served"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report the result as one JSON object on stderr"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check(const struct seald_config *config, struct seal_diag *diag)
{
	struct seal_secret *credentials SEAL_CLEANUP(seal_secret_freep) = NULL;
	char pin[SEAL_TLS_PIN];
	struct seald_user user;
	int64_t left = 0;
	int error = seald_user_find(config->user, &user, diag);

	if (error || !*config->certificate)
		return error;
	error = seal_tls_credentials(config->certificate, config->key,
				     *config->client_ca ? config->client_ca : NULL, &credentials,
				     pin, &left, diag);
	if (!error && left < 0)
		error = seal_fail(diag, SEAL_E_EXPIRED, "%s: has expired", config->certificate);
	return error ? seal_because(diag, error, "tls") : SEAL_OK;
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	static struct seald_config config;
	int error;

	if (!values->config)
		return seal_fail(diag, SEAL_E_USAGE, "--config: missing (see --help)");
	error = seald_config_read(values->config, &config, diag);
	if (error)
		return error;
	if (values->check)
		return check(&config, diag);
	return seald_supervise(&config, values->ready_fd, diag);
}

int main(int argc, char **argv)
{
	struct values values = {.ready_fd = -1};
	const struct tool tool = {{"seald", "--config FILE [--check] [--ready-fd N] [--json]",
				   "Serves a sealed secret manager over the Vault HTTP API, until "
				   "SIGTERM. SIGHUP reads\n"
				   "the certificate again and goes on in a new audit file.",
				   options, 0},
				  run,
				  &values.json,
				  NULL,
				  NULL};

	return tool_main(&tool, &values, argc, argv);
}
