/* Answers of a PIV token that may lie: metadata, administration data, the kept key, the
   certificate of a slot. First byte: which. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "token/piv_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int inside(const uint8_t *data, size_t size, struct seal_piv_span value)
{
	return value.len == 0 || (value.bytes >= data && value.bytes + value.len <= data + size);
}

/* What is read can be written again and read again. */
static void fields(const uint8_t *data, size_t size)
{
	struct seal_piv_span rest = {data, size};
	struct seal_piv_span value;
	struct seal_piv_span found;
	uint8_t *copy = malloc(size + 16);
	size_t len;
	uint32_t tag;

	if (!copy)
		abort();
	while (seal_piv_tlv_next(&rest, &tag, &value) == SEAL_OK) {
		if (!inside(data, size, value))
			abort();
		len = 0;
		if (value.len <= size &&
		    (seal_piv_tlv_put(copy, size + 16, &len, tag, value.bytes, value.len) !=
			     SEAL_OK ||
		     seal_piv_tlv_find((struct seal_piv_span){copy, len}, tag, &found) != SEAL_OK ||
		     found.len != value.len ||
		     (found.len && memcmp(found.bytes, value.bytes, found.len) != 0)))
			abort();
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_piv_metadata metadata = {0};
	struct seal_piv_admin admin = {0};
	struct seal_piv_named named = {0};
	struct seal_piv_span value = {NULL, 0};
	struct seal_diag diag = {0};
	static struct seal_card_der der;

	if (size == 0)
		return 0;
	fields(data + 1, size - 1);
	if (seal_piv_metadata_parse(data + 1, size - 1, &metadata, &diag) != SEAL_OK &&
	    (diag.error != SEAL_E_FORMAT || metadata.has_alg || metadata.has_point))
		abort();
	diag.error = 0;
	if (seal_piv_admin_parse(data + 1, size - 1, &admin, &diag) != SEAL_OK &&
	    (diag.error != SEAL_E_FORMAT || admin.flags))
		abort();
	if (seal_piv_printed_parse(data + 1, size - 1, &value) == SEAL_OK &&
	    !inside(data, size, value))
		abort();
	if (data[0] == 'c' && size - 1 <= sizeof der.bytes) {
		memcpy(der.bytes, data + 1, size - 1);
		der.len = size - 1;
		if (seal_piv_cert_read(&der, &named) == SEAL_OK &&
		    strnlen(named.name, sizeof named.name) == sizeof named.name)
			abort();
	}
	return 0;
}
