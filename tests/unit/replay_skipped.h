#ifndef SEALKIT_TESTS_REPLAY_SKIPPED_H
#define SEALKIT_TESTS_REPLAY_SKIPPED_H

/* Recorded exchanges that do not apply: first and last number, and the reason. */
static const struct {
	const char *scenario;
	int from, to;
	const char *why;
} skipped[] = {
	{"init-errors", 14, 25,
	 "PGP recipients are not taken: all of these are refused, by one text"},
	{"init-errors", 31, 31, "a body must be an object: null is refused before"},
	{"unseal", 66, 67, "bytes behind the object are refused"},
	{"unseal", 68, 69, "a field twice is refused"},
	{"unseal", 70, 71, "names of fields are exact: KEY is an unknown one"},
	{"unseal-1-of-1", 2, 3, "refused too, but not in the words of Go's AES"},
	{"seal", 2, 2, "no token: 400 here as everywhere, not 500"},
	{"seal", 4, 8, "policies are not there yet; the token with sudo is the root token here"},
	{"seal", 13, 13, "no token while sealed: 503 here, not 204"},
	{"seal", 17, 20, "rekey and generate-root are not there: sealed as any other path"},
	{"seal", 31, 33, "rekey and generate-root are not there: sealed as any other path"},
	{"rotate-key-status", 11, 16, "sys/rotate/config is not there"},
	{"kv1", 2, 2, "secret/ is there from the start; there is no sys/mounts"},
	{"kv1", 20, 20, "reading a folder: 404 here, not 500 of a failed decryption"},
	{"kv1", 30, 32, "empty and dot segments are refused, not redirected"},
	{"kv1", 36, 37, "a field twice is refused, and so not stored"},
	{"kv1", 44, 44, "bytes behind the object are refused"},
	{"kv1", 45, 46, "NUL and lone surrogates are refused, and so not stored"},
	{"kv1", 47, 47, "response wrapping is not there: refused, not passed over"},
	{"errors", 2, 2, "secret/ is there from the start; there is no sys/mounts"},
	{"errors", 4, 4, "transit is not there"},
	{"errors", 9, 9, "white space about a header's value goes in the gate's codec"},
	{"errors", 17, 17, "a namespace is refused, not passed over"},
	{"errors", 28, 29, "transit is not there"},
	{"errors", 32, 32, "not below /v1: JSON as for any other path, no text page"},
	{"errors", 34, 34, "not below /v1: JSON as for any other path, no text page"},
	{"errors", 36, 36, "not below /v1: JSON as for any other path, no text page"},
	{"errors", 38, 39, "empty and dot segments are refused, not redirected"},
	{"errors", 43, 44, "sys/mounts is not there; sys is not redirected"},
	{"errors", 49, 50, "refused too, with a reason"},
	{"errors", 51, 51, "identity/ is not there"},
	{"errors", 55, 60, "auth/token/create and policies are not there yet"},
	{"errors", 61, 62, "sys/mounts is not there"},
	{"errors", 65, 65, "transit is not there"},
	{"errors", 67, 67, "sys/mounts is not there"},
	{"errors", 73, 73, "auth/token/create is not there yet"},
	{"errors", 79, 79, "a body must be an object: null is refused before"},
	{"errors", 82, 82, "bytes behind the object are refused"},
	{"errors", 89, 89, "deeper than 32 is refused"},
	{"errors", 90, 91, "what is not UTF-8 is refused, and so not stored"},
	{"errors", 92, 92, "a body is JSON whatever its Content-Type says"},
	{"errors", 109, 110, "transit is not there"},
	{"errors", 111, 114, "help texts are not there"},
	{"errors", 115, 115, "response wrapping is not there: refused, not passed over"},
	{"errors", 123, 130, "leases are not there"},
};

#endif
