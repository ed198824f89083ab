/* One HTTPS exchange by libcurl. */

#include "client/client.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "client/client_internal.h"

#include "base/banned.h"

#define ADDRESS "https://127.0.0.1:8200"
#define URL_BYTES 2048
#define TIMEOUT 60
#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

struct seal_client {
	CURL *curl;
	char *address, *name_space;
	struct curl_slist *connect_to;
	char reason[CURL_ERROR_SIZE];
};

struct body {
	char *bytes;
	size_t len;
	int too_long;
};

static void body_done(struct body *body)
{
	free(body->bytes);
	body->bytes = NULL;
}

/* The token was copied into the list by libcurl. */
static void list_free(struct curl_slist **list)
{
	for (struct curl_slist *at = *list; at; at = at->next)
		seal_wipe(at->data, strlen(at->data));
	curl_slist_free_all(*list);
	*list = NULL;
}

void seal_client_free(struct seal_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	curl_slist_free_all(client->connect_to);
	free(client->address);
	free(client->name_space);
	free(client);
}

void seal_client_freep(struct seal_client **client)
{
	seal_client_free(*client);
	*client = NULL;
}

const char *seal_client_address(const struct seal_client *client)
{
	return client->address;
}

/* Another length would be told as a server with another key: a false alarm, or worse. */
static int is_pin(const char *pin)
{
	uint8_t digest[32];
	size_t len = 0;

	return strncmp(pin, "sha256//", 8) == 0 &&
	       seal_unbase64(SEAL_BASE64_PADDED, pin + 8, strlen(pin + 8), digest, sizeof digest,
			     &len, NULL) == SEAL_OK &&
	       len == sizeof digest;
}

static int check_config(const struct seal_client_config *config, const char *address,
			struct seal_diag *diag)
{
	if (strncmp(address, "https://", 8) != 0 || strchr("/", address[8]) ||
	    strpbrk(address, "?#@ \t\r\n"))
		return seal_fail(diag, SEAL_E_USAGE,
				 "address %s: not https://HOST:PORT[/PATH] (TLS is never optional)",
				 address);
	if (config->pin && !is_pin(config->pin))
		return seal_fail(diag, SEAL_E_USAGE,
				 "pin %s: not sha256// and 44 characters, as seald prints it",
				 config->pin);
	if (config->server_name &&
	    (!config->server_name[0] ||
	     config->server_name[strspn(config->server_name, HOST_CHARACTERS)] != '\0'))
		return seal_fail(diag, SEAL_E_USAGE, "server name %s: no name of a host",
				 config->server_name);
	if (!config->certificate != !config->key)
		return seal_fail(diag, SEAL_E_USAGE,
				 "client certificate and client key: one is missing");
	return SEAL_OK;
}

static size_t take(char *bytes, size_t size, size_t count, void *ctx)
{
	struct body *body = ctx;
	size_t len = size * count;
	char *grown;

	if (len > SEAL_CLIENT_ANSWER - body->len) {
		body->too_long = 1;
		return 0;
	}
	grown = realloc(body->bytes, body->len + len + 1);
	if (!grown)
		return 0;
	body->bytes = grown;
	(void)memcpy(grown + body->len, bytes, len);
	body->len += len;
	grown[body->len] = '\0';
	return len;
}

/* With a pin the public key is known, so that name, issuer and dates add nothing. */
static CURLcode set_tls(CURL *curl, const struct seal_client_config *config)
{
	CURLcode code = curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);

	if (!code && config->pin)
		code = curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, config->pin);
	if (!code && config->pin)
		code = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	if (!code && config->pin)
		code = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	if (!code && config->ca_file)
		code = curl_easy_setopt(curl, CURLOPT_CAINFO, config->ca_file);
	if (!code && config->ca_folder)
		code = curl_easy_setopt(curl, CURLOPT_CAPATH, config->ca_folder);
	if (!code && config->certificate)
		code = curl_easy_setopt(curl, CURLOPT_SSLCERT, config->certificate);
	if (!code && config->key)
		code = curl_easy_setopt(curl, CURLOPT_SSLKEY, config->key);
	return code;
}

/* A server name: connect to the address, but ask for and expect that name. */
static CURLcode set_name(struct seal_client *client, const char *name)
{
	char text[URL_BYTES];
	const char *host = client->address + 8;
	const char *path = host + strcspn(host, "/");
	const char *port = memrchr(host, ':', (size_t)(path - host));
	int host_len, port_len;
	char *named;

	/* A colon within brackets is an IPv6 address's. */
	if (port && memchr(port, ']', (size_t)(path - port)))
		port = NULL;
	host_len = (int)((port ? port : path) - host);
	port_len = port ? (int)(path - port) : 4;
	port = port ? port : ":443";
	if (snprintf(text, sizeof text, "%s%.*s:%.*s%.*s", name, port_len, port, host_len, host,
		     port_len, port) >= (int)sizeof text)
		return CURLE_URL_MALFORMAT;
	client->connect_to = curl_slist_append(NULL, text);
	if (!client->connect_to ||
	    asprintf(&named, "https://%s%.*s%s", name, port_len, port, path) < 0)
		return CURLE_OUT_OF_MEMORY;
	free(client->address);
	client->address = named;
	return curl_easy_setopt(client->curl, CURLOPT_CONNECT_TO, client->connect_to);
}

static CURLcode set_up(struct seal_client *client, const struct seal_client_config *config)
{
	CURL *curl = client->curl;
	CURLcode code = curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->reason);

	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_TIMEOUT,
					(long)(config->timeout ? config->timeout : TIMEOUT));
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	if (!code)
		code = set_tls(curl, config);
	if (!code && config->server_name)
		code = set_name(client, config->server_name);
	return code;
}

int seal_client_new(const struct seal_client_config *config, struct seal_client **out_client,
		    struct seal_diag *diag)
{
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = calloc(1, sizeof *client);
	const char *address = config->address ? config->address : ADDRESS;
	int error = check_config(config, address, diag);
	size_t len = strlen(address);
	CURLcode code;

	if (error)
		return error;
	while (len > 8 && address[len - 1] == '/')
		len--;
	if (client)
		client->address = strndup(address, len);
	if (client && config->name_space)
		client->name_space = strdup(config->name_space);
	if (!client || !client->address || (config->name_space && !client->name_space))
		return seal_fail(diag, SEAL_E_NOMEM, "client");
	client->curl = curl_easy_init();
	if (!client->curl)
		return seal_fail(diag, SEAL_E_NOMEM, "libcurl");
	code = set_up(client, config);
	if (code)
		return seal_fail(diag, SEAL_E_USAGE, "TLS settings: %s", curl_easy_strerror(code));
	*out_client = seal_steal(&client);
	return SEAL_OK;
}

static int add_header(struct curl_slist **list, const char *name, const char *value, size_t len,
		      struct seal_diag *diag)
{
	struct seal_secret *line SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t cap = strlen(name) + len + 3;
	int error = seal_secret_new(cap, &line, diag);
	struct curl_slist *grown;

	if (error)
		return error;
	if (memchr(value, '\r', len) || memchr(value, '\n', len) || memchr(value, 0, len))
		return seal_fail(diag, SEAL_E_FORMAT, "%s: holds a line break", name);
	(void)snprintf((char *)seal_secret_data(line), cap, "%s: %.*s", name, (int)len, value);
	grown = curl_slist_append(*list, (const char *)seal_secret_bytes(line));
	if (!grown)
		return seal_fail(diag, SEAL_E_NOMEM, "request");
	*list = grown;
	return SEAL_OK;
}

static int headers(const struct seal_client *client, const struct seal_client_request *request,
		   struct curl_slist **list, struct seal_diag *diag)
{
	int error = add_header(list, "X-Vault-Request", "true", 4, diag);

	if (!error && request->body)
		error = add_header(list, "Content-Type", "application/json", 16, diag);
	/* Without it libcurl asks for leave first, which costs a second for each body. */
	if (!error)
		error = add_header(list, "Expect", "", 0, diag);
	if (!error && client->name_space)
		error = add_header(list, "X-Vault-Namespace", client->name_space,
				   strlen(client->name_space), diag);
	if (!error && request->token)
		error = add_header(list, "X-Vault-Token",
				   (const char *)seal_secret_bytes(request->token),
				   seal_secret_len(request->token), diag);
	return error;
}

/* What went wrong below HTTP, as a person would say it. */
static int trouble(const struct seal_client *client, CURLcode code, int too_long,
		   struct seal_diag *diag)
{
	const char *what = client->reason[0] ? client->reason : curl_easy_strerror(code);
	long verdict = 0;

	if (too_long)
		return seal_fail(diag, SEAL_E_DAEMON, "%s: the answer is too long",
				 client->address);
	if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
		return seal_fail(
			diag, SEAL_E_DAEMON,
			"%s: has another key than the one pinned: not the server you mean, "
			"or its certificate was renewed with a new key",
			client->address);
	(void)curl_easy_getinfo(client->curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
	if (code == CURLE_PEER_FAILED_VERIFICATION && verdict == X509_V_ERR_CERT_HAS_EXPIRED)
		return seal_fail(diag, SEAL_E_DAEMON,
				 "%s: its certificate has expired; have it renewed, or give --pin",
				 client->address);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return seal_fail(diag, SEAL_E_DAEMON,
				 "%s: its certificate is not trusted (%s): give --pin or a CA file",
				 client->address, what);
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		return seal_fail(diag, SEAL_E_DAEMON,
				 "%s: no daemon answers; check the address, and that it runs (%s)",
				 client->address, what);
	if (code == CURLE_SSL_CONNECT_ERROR)
		return seal_fail(diag, SEAL_E_DAEMON,
				 "%s: does not speak TLS as it should; check the address (%s)",
				 client->address, what);
	if (code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM)
		return seal_fail(diag, SEAL_E_IO, "certificate files: %s", what);
	return seal_fail(diag, SEAL_E_DAEMON, "%s: %s", client->address, what);
}

static CURLcode prepare(struct seal_client *client, const struct seal_client_request *request,
			const char *url, struct curl_slist *list, struct body *body)
{
	CURL *curl = client->curl;
	CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);

	client->reason[0] = '\0';
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	if (!code && request->body)
		code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(request->body));
	if (!code && request->body)
		code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
	else if (!code)
		code = curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if (!code)
		code = curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	return code;
}

int seal_client_call(struct seal_client *client, const struct seal_client_request *request,
		     unsigned *out_status, char **out_body, struct seal_diag *diag)
{
	struct curl_slist *list SEAL_CLEANUP(list_free) = NULL;
	struct body body SEAL_CLEANUP(body_done) = {0};
	char url[URL_BYTES];
	long status = 0;
	int error = headers(client, request, &list, diag);
	CURLcode code;

	if (error)
		return error;
	if (snprintf(url, sizeof url, "%s/v1/%s", client->address, request->path) >=
	    (int)sizeof url)
		return seal_fail(diag, SEAL_E_TOOLONG, "path");
	code = prepare(client, request, url, list, &body);
	if (!code)
		code = curl_easy_perform(client->curl);
	if (!code)
		code = curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
	(void)curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, NULL);
	if (code)
		return trouble(client, code, body.too_long, diag);
	if (out_status)
		*out_status = (unsigned)status;
	if (status < 200 || status >= 300)
		return seal_because(diag, seal_client_refusal((unsigned)status, body.bytes, diag),
				    "%s", client->address);
	if (!body.bytes)
		body.bytes = strdup("");
	if (!body.bytes)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	*out_body = seal_steal(&body.bytes);
	return SEAL_OK;
}
