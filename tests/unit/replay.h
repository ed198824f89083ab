#ifndef SEALKIT_TESTS_REPLAY_H
#define SEALKIT_TESTS_REPLAY_H

/* Replays of recorded exchanges: values that are new in each run are bound to those that
   were recorded, and what differs by nature is masked on both sides. */

#include "core_room.h"

#include "base/encode.h"

#define BOUND_MAX 1024u

struct bound {
	char *recorded, *ours;
};

struct replay {
	struct core_room room;
	struct bound bound[BOUND_MAX];
	size_t bound_count;
	json_t *list; /* the scenario */
};

static void bind_text(struct replay *replay, const char *recorded, const char *ours)
{
	assert_true(replay->bound_count < BOUND_MAX);
	replay->bound[replay->bound_count++] = (struct bound){strdup(recorded), strdup(ours)};
}

static const char *bound_exact(const struct replay *replay, const char *text)
{
	for (size_t i = 0; i < replay->bound_count; i++) {
		if (!strcmp(replay->bound[i].recorded, text))
			return replay->bound[i].ours;
	}
	return NULL;
}

static void upper(const char *text, char *out)
{
	for (; *text; text++)
		*out++ = (char)(*text >= 'a' && *text <= 'z' ? *text - 32 : *text);
	*out = 0;
}

/* A recorded share that was changed by hand: the same change to ours. 0: not such a one. */
static int derived(const struct replay *replay, const char *text, char out[static 256])
{
	char other[256];

	for (size_t i = 0; i < replay->bound_count; i++) {
		const struct bound *b = &replay->bound[i];
		const char *inside = strstr(text, b->recorded);

		if (strlen(b->recorded) < 32 || strlen(b->recorded) > 200)
			continue;
		if (inside) { /* something in front of it, or behind */
			(void)snprintf(out, 256, "%.*s%s%s", (int)(inside - text), text, b->ours,
				       inside + strlen(b->recorded));
			return 1;
		}
		upper(b->recorded, other);
		if (!strcmp(other, text)) {
			upper(b->ours, out);
			return 1;
		}
		if (!strcmp(b->recorded + 2, text)) { /* a byte too few */
			(void)snprintf(out, 256, "%s", b->ours + 2);
			return 1;
		}
		for (size_t j = 0; j < replay->bound_count; j++) { /* y of one, x of another */
			const struct bound *x = &replay->bound[j];

			if (strlen(text) == 66 && strlen(b->recorded) == 66 &&
			    strlen(x->recorded) == 66 && !strncmp(text, b->recorded, 64) &&
			    !strcmp(text + 64, x->recorded + 64)) {
				(void)snprintf(out, 256, "%.64s%s", b->ours, x->ours + 64);
				return 1;
			}
		}
	}
	return 0;
}

/* text with what is bound in it replaced; malloc'd. */
static char *translate(const struct replay *replay, const char *text)
{
	const char *exact = bound_exact(replay, text);
	char out[256];

	if (exact)
		return strdup(exact);
	return strdup(strlen(text) < 200 && derived(replay, text, out) ? out : text);
}

/* A body's strings; one level is what the scenarios need. */
static json_t *translate_body(const struct replay *replay, json_t *body)
{
	json_t *copy = json_deep_copy(body), *value;
	const char *name;

	json_object_foreach(copy, name, value)
	{
		if (json_is_string(value) && !seal_json_number(value)) {
			char *text = translate(replay, json_string_value(value));

			assert_int_equal(json_object_set_new(copy, name, json_string(text)), 0);
			free(text);
		}
	}
	return copy;
}

static void replay_init(struct replay *replay, const char *name)
{
	char path[160];
	uint8_t *bytes = NULL;
	char *text;
	size_t len = 0;
	json_t *json = NULL;

	*replay = (struct replay){0};
	core_room_init(&replay->room, 1);
	(void)snprintf(path, sizeof path, "tests/vectors/vault-1.8/exchanges/%s.json", name);
	assert_int_equal(seal_file_read(path, 4u << 20, &bytes, &len, NULL), SEAL_OK);
	text = malloc(len + 8);
	assert_non_null(text);
	len = (size_t)snprintf(text, len + 8, "{\"e\":%s}", (const char *)bytes);
	/* Our parser takes no NUL in a string; the one exchange that has it is refused. */
	for (char *nul = text; (nul = strstr(nul, "\\u0000"));)
		memcpy(nul, "\\u2400", 6);
	assert_int_equal(seal_json_parse(text, len, &json, NULL), SEAL_OK);
	replay->list = json_incref(json_object_get(json, "e"));
	json_decref(json);
	free(text);
	free(bytes);
}

static void replay_done(struct replay *replay)
{
	for (size_t i = 0; i < replay->bound_count; i++) {
		free(replay->bound[i].recorded);
		free(replay->bound[i].ours);
	}
	json_decref(replay->list);
	core_room_done(&replay->room);
}

#endif
