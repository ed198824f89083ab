/* Command dispatch, getInfo, reset, selection. */
#include "virt.h"

#include <string.h>

static void options(const struct vf *v, struct vf_buf *b)
{
	size_t n = 4;
	if (!v->opt.ctap20)
		n += 2U + (v->opt.uv_not_required ? 1U : 0U);
	vb_map(b, n);
	vb_text(b, "rk");
	vb_bool(b, true);
	vb_text(b, "up");
	vb_bool(b, true);
	vb_text(b, "plat");
	vb_bool(b, false);
	if (!v->opt.ctap20) {
		vb_text(b, "alwaysUv");
		vb_bool(b, v->st.always_uv);
	}
	vb_text(b, "clientPin");
	vb_bool(b, v->st.pin_set);
	if (v->opt.ctap20)
		return;
	vb_text(b, "pinUvAuthToken");
	vb_bool(b, true);
	if (v->opt.uv_not_required) {
		vb_text(b, "makeCredUvNotRqd");
		vb_bool(b, true);
	}
}

static void info21(const struct vf *v, struct vf_buf *b)
{
	vb_uint(b, 7);
	vb_uint(b, 8);
	vb_uint(b, 8);
	vb_uint(b, 128);
	vb_uint(b, 9);
	vb_array(b, 1);
	vb_text(b, "usb");
	vb_uint(b, 10);
	vb_array(b, 1);
	vb_map(b, 2);
	vb_text(b, "alg");
	vb_nint(b, 6);
	vb_text(b, "type");
	vb_text(b, "public-key");
	vb_uint(b, 12);
	vb_bool(b, v->st.force_change);
	vb_uint(b, 13);
	vb_uint(b, v->st.min_pin);
	vb_uint(b, 14);
	vb_uint(b, 0x050701);
	vb_uint(b, 20);
	vb_uint(b, VF_MAX_RESIDENT - v->st.n_res);
}

static uint8_t get_info(const struct vf *v, struct vf_buf *b)
{
	size_t ext = (v->opt.no_hmac_secret ? 0U : 1U) + (v->opt.no_cred_protect ? 0U : 1U);
	vb_map(b, (v->opt.ctap20 ? 5U : 13U) + (ext != 0 ? 1U : 0U));
	vb_uint(b, 1);
	vb_array(b, v->opt.ctap20 ? 1 : 2);
	vb_text(b, "FIDO_2_0");
	if (!v->opt.ctap20)
		vb_text(b, "FIDO_2_1");
	if (ext != 0) {
		vb_uint(b, 2);
		vb_array(b, ext);
		if (!v->opt.no_cred_protect)
			vb_text(b, "credProtect");
		if (!v->opt.no_hmac_secret)
			vb_text(b, "hmac-secret");
	}
	vb_uint(b, 3);
	vb_bytes(b, v->st.aaguid, 16);
	vb_uint(b, 4);
	options(v, b);
	vb_uint(b, 5);
	vb_uint(b, 2048);
	vb_uint(b, 6);
	vb_array(b, (v->opt.p1 ? 1U : 0U) + (v->opt.p2 ? 1U : 0U));
	if (v->opt.p2)
		vb_uint(b, 2);
	if (v->opt.p1)
		vb_uint(b, 1);
	if (!v->opt.ctap20)
		info21(v, b);
	return VF_OK;
}

static uint8_t reset(struct vf *v)
{
	if (v->opt.reset_window != 0 && vh_now() - v->powered_ms > 1000ULL * v->opt.reset_window)
		return VF_NOT_ALLOWED;
	uint8_t rc = vf_touch_wait(v);
	if (rc != VF_OK)
		return rc;
	vs_factory(v);
	vs_save(v);
	return VF_OK;
}

/* Waits for a finger as the touch mode says; keep-alives go out meanwhile. */
uint8_t vf_touch_wait(struct vf *v)
{
	uint64_t until = vh_now() + 30000;
	switch (v->fault.touch) {
	case VF_TOUCH_AUTO:
		return VF_OK;
	case VF_TOUCH_REFUSE:
		return VF_OPERATION_DENIED;
	case VF_TOUCH_TIMEOUT:
		return VF_USER_ACTION_TIMEOUT;
	case VF_TOUCH_WAIT:
		break;
	}
	v->fault.touched = false;
	while (!v->fault.touched) {
		vh_keepalive(v, 2);
		vh_pump(v, 50);
		if (v->cancelled || v->aborted || v->fault.pulled)
			return VF_KEEPALIVE_CANCEL;
		if (vh_now() > until)
			return VF_USER_ACTION_TIMEOUT;
		if (v->fault.touch == VF_TOUCH_AUTO)
			break;
	}
	v->fault.touched = false;
	return VF_OK;
}

static const char *command_name(uint8_t c)
{
	switch (c) {
	case 0x01:
		return "make";
	case 0x02:
		return "assert";
	case 0x04:
		return "info";
	case 0x06:
		return "pin";
	case 0x07:
		return "reset";
	case 0x08:
		return "next";
	case 0x0b:
		return "select";
	default:
		return "other";
	}
}

static uint8_t with_map(struct vf *v, uint8_t cmd, const cbor_item_t *m, struct vf_buf *out)
{
	if (cmd == 0x01)
		return vf_make(v, m, out);
	if (cmd == 0x02)
		return vf_assert(v, m, out);
	return vf_client_pin(v, m, out);
}

static uint8_t dispatch(struct vf *v, const uint8_t *req, size_t n, struct vf_buf *out)
{
	struct cbor_load_result res;
	switch (req[0]) {
	case 0x04:
		return get_info(v, out);
	case 0x07:
		return reset(v);
	case 0x08:
		return vf_next_assert(v, out);
	case 0x0b:
		return v->opt.ctap20 ? VF_INVALID_COMMAND : vf_touch_wait(v);
	case 0x01:
	case 0x02:
	case 0x06:
		break;
	default:
		return VF_INVALID_COMMAND;
	}
	cbor_item_t *m = n > 1 ? cbor_load(req + 1, n - 1, &res) : NULL;
	uint8_t rc = VF_INVALID_CBOR;
	if (m != NULL && cbor_isa_map(m))
		rc = with_map(v, req[0], m, out);
	if (m != NULL)
		cbor_decref(&m);
	return rc;
}

uint8_t vf_ctap(struct vf *v, const uint8_t *req, size_t n, struct vf_buf *out)
{
	if (n == 0)
		return VF_INVALID_CBOR;
	out->n = 0;
	v->sub = 0;
	snprintf(v->command, sizeof v->command, "%s", command_name(req[0]));
	uint8_t rc = dispatch(v, req, n, out);
	if (rc != VF_OK)
		out->n = 0;
	if (req[0] == 0x06)
		vh_log(v, "pin.%u status %02x", v->sub, rc);
	else
		vh_log(v, "%s status %02x", v->command, rc);
	return rc;
}
