/* npm's age-encryption with a browser's WebAuthn played from a known secret, for fido2-npm.sh:
   identity ID_HEX RP_ID [TRANSPORT...]   prints AGE-PLUGIN-FIDO2PRF-1...
   seal|open HOW FILE IDENTITY_FILE [armor]   stdin to stdout
   HOW is `secret` (FILE: the credential's 32 bytes in hex) or `state` (FILE: the state of a
   virtual token, whose credentials hold their secrets). Planted test data only. */
import { createDecipheriv, createHash, createHmac, webcrypto } from "node:crypto";
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

globalThis.crypto ??= webcrypto; /* Node.js 18, Debian 12's, does not show it unasked */
const require = createRequire(process.env.NPM_HOME + "/");
const age = await import(pathToFileURL(require.resolve("age-encryption")));
const [verb, how, file, what, form] = process.argv.slice(2);
const sha256 = (...parts) => {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return hash.digest();
};
const plant = (credentials) => Object.defineProperty(globalThis, "navigator", { value: { credentials }, configurable: true });

/* A virtual token's credential id: 1, nonce (12), sealed key and two secrets (98), tag (16). */
function secretFromState(path, id, rpId) {
	const line = readFileSync(path, "utf8").split("\n").find((l) => l.startsWith("wrap_key "));
	const open = createDecipheriv("aes-256-gcm", Buffer.from(line.slice(9), "hex"), id.subarray(1, 13));
	open.setAAD(sha256(rpId));
	open.setAuthTag(id.subarray(111));
	return Buffer.concat([open.update(id.subarray(13, 111)), open.final()]).subarray(32, 64);
}

function evaluate({ publicKey: { allowCredentials, extensions, rpId, userVerification } }) {
	const id = Buffer.from(allowCredentials[0].id);
	const secret = how === "state" ? secretFromState(file, id, rpId) : Buffer.from(readFileSync(file, "utf8").trim(), "hex");
	if (userVerification !== "required") throw Error("without user verification there is another secret");
	const out = (input) => new Uint8Array(createHmac("sha256", secret).update(sha256("WebAuthn PRF\0", input)).digest()).buffer;
	const { first, second } = extensions.prf.eval;
	return { getClientExtensionResults: () => ({ prf: { results: { first: out(first), second: out(second) } } }) };
}

let data;
if (verb === "identity") {
	const [, id, rpId, ...transports] = process.argv.slice(2);
	const made = { rawId: Buffer.from(id, "hex"), response: { getTransports: () => transports } };
	plant({ create: async () => ({ ...made, getClientExtensionResults: () => ({ prf: { enabled: true } }) }) });
	data = new TextEncoder().encode((await age.webauthn.createCredential({ keyName: "planted", rpId })) + "\n");
} else {
	const identity = readFileSync(what, "utf8").split("\n").find((l) => l.startsWith("AGE-PLUGIN-"));
	plant({ get: async (options) => evaluate(options) });
	data = new Uint8Array(readFileSync(0));
	if (verb === "seal") {
		const sealer = new age.Encrypter();
		sealer.addRecipient(new age.webauthn.WebAuthnRecipient({ identity }));
		data = await sealer.encrypt(data);
		if (form === "armor") data = new TextEncoder().encode(age.armor.encode(data));
	} else {
		const opener = new age.Decrypter();
		opener.addIdentity(new age.webauthn.WebAuthnIdentity({ identity }));
		if (form === "armor") data = age.armor.decode(new TextDecoder().decode(data));
		data = await opener.decrypt(data);
	}
}
for (let at = 0; at < data.length;) at += writeSync(1, data, at);
