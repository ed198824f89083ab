/* What seal-init tells the room, or the script. */

#include <jansson.h>
#include <stdio.h>

#include "base/encode.h"
#include "seal-init.h"

#include "base/banned.h"

static char *details(const struct seal_init_result *result, const char *core)
{
	const struct seal_manifest *manifest = &result->manifest;
	json_t *names = json_array();
	json_t *json;
	char *text;

	for (unsigned i = 0; i < manifest->total; i++)
		(void)json_array_append_new(names, json_string(manifest->shares[i].custodian));
	json = json_pack("{s:s,s:i,s:i,s:i,s:s,s:o,s:b,s:b}", "set", manifest->set, "epoch",
			 (int)manifest->epoch, "threshold", (int)manifest->threshold, "total",
			 (int)manifest->total, "core", core, "custodians", names, "root_token",
			 result->has_root_token, "resumed", result->resumed);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

static void print(const struct values *values, const struct seal_init_result *result,
		  const char *core)
{
	const struct seal_manifest *manifest = &result->manifest;

	(void)printf("share set    %s, epoch %u%s\n", manifest->set, manifest->epoch,
		     result->resumed ? " (fetched again)" : "");
	(void)printf("purpose      %s\n", manifest->purpose);
	(void)printf("quorum       %u of %u\n", manifest->threshold, manifest->total);
	for (size_t i = 0; i < manifest->group_count; i++)
		(void)printf("             %u of %u of %s\n", manifest->groups[i].threshold,
			     manifest->groups[i].total, manifest->groups[i].name);
	(void)printf("core         %s\n", core);
	for (unsigned i = 0; i < manifest->total; i++)
		(void)printf("sealed       %s/%s.share\n", values->output,
			     manifest->shares[i].custodian);
	if (result->has_root_token)
		(void)printf("root token   %s/root-token.age\n", values->output);
	(void)printf("next         each custodian: seal-unseal --prove %s (the share stays where "
		     "it is)\n"
		     "             then a quorum:  seal-unseal %s\n",
		     values->output, values->output);
}

int init_report(const struct values *values, const struct seal_init_result *result,
		struct seal_diag *diag)
{
	char core[SEAL_BASE64_LEN(32)];

	seal_base64(SEAL_BASE64_PADDED, result->manifest.signer, 32, core);
	if (values->json)
		*values->details = details(result, core);
	else
		print(values, result, core);
	return fflush(stdout) == 0 ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "stdout");
}
