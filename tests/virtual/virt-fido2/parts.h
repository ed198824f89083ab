#ifndef VIRT_FIDO2_PARTS_H
#define VIRT_FIDO2_PARTS_H

/* The parts that know no command: part of virt.h, which has the types. */

/* buf.c: CBOR writing and reading */
void vb_raw(struct vf_buf *b, const void *p, size_t n);
void vb_u8(struct vf_buf *b, uint8_t v);
void vb_uint(struct vf_buf *b, uint64_t v);
void vb_nint(struct vf_buf *b, uint64_t minus_one_minus_v);
void vb_bytes(struct vf_buf *b, const void *p, size_t n);
void vb_text(struct vf_buf *b, const char *s);
void vb_map(struct vf_buf *b, size_t n);
void vb_array(struct vf_buf *b, size_t n);
void vb_bool(struct vf_buf *b, bool v);
cbor_item_t *vc_get(const cbor_item_t *map, int64_t key);
cbor_item_t *vc_gets(const cbor_item_t *map, const char *key);
bool vc_uint(const cbor_item_t *it, uint64_t *out);
bool vc_bytes(const cbor_item_t *it, const uint8_t **p, size_t *n);
bool vc_text(const cbor_item_t *it, const char **p, size_t *n);
int vc_bool(const cbor_item_t *map, const char *key, bool missing);

/* crypt.c */
void vx_random(void *p, size_t n);
void vx_sha256(const void *p, size_t n, uint8_t out[32]);
void vx_hmac(const void *key, size_t kn, const void *p, size_t n, uint8_t out[32]);
EVP_PKEY *vx_new_p256(void);
EVP_PKEY *vx_p256_from_scalar(const uint8_t d[32]);
bool vx_scalar(EVP_PKEY *k, uint8_t d[32]);
bool vx_point(EVP_PKEY *k, uint8_t x[32], uint8_t y[32]);
bool vx_ecdh(EVP_PKEY *k, const uint8_t x[32], const uint8_t y[32], uint8_t z[32]);
size_t vx_sign(EVP_PKEY *k, const void *p, size_t n, uint8_t *sig, size_t cap);
void vx_cose(struct vf_buf *b, EVP_PKEY *k, bool agreement);
bool vx_gcm(bool seal, const uint8_t key[32], const uint8_t nonce[12], const uint8_t aad[32],
	    const uint8_t *in, size_t n, uint8_t *out, uint8_t tag[16]);
bool vp_secret(struct vf *v, unsigned protocol, const cbor_item_t *cose, uint8_t secret[64]);
bool vp_decrypt(unsigned protocol, const uint8_t secret[64], const uint8_t *in, size_t n,
		uint8_t *out, size_t *out_n);
size_t vp_encrypt(unsigned protocol, const uint8_t secret[64], const uint8_t *in, size_t n,
		  uint8_t *out);
bool vp_verify(unsigned protocol, const uint8_t key[32], const void *p, size_t n,
	       const uint8_t *mac, size_t mac_n);
bool vp_supported(const struct vf *v, uint64_t protocol);

#endif
