/* npm's age-encryption, for age-npm.sh:
   seal r RECIPIENT | seal p PASSPHRASE_FD | open i IDENTITY_FILE | open p PASSPHRASE_FD,
   then `armor` or nothing; stdin to stdout. Planted test data only. */
import { webcrypto } from "node:crypto";
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

globalThis.crypto ??= webcrypto; /* Node.js 18, Debian 12's, does not show it unasked */
const require = createRequire(process.env.NPM_HOME + "/");
const age = await import(pathToFileURL(require.resolve("age-encryption")));
const [verb, kind, what, form] = process.argv.slice(2);
const phrase = () => readFileSync(Number(what), "utf8").trimEnd();
let data = new Uint8Array(readFileSync(0));

if (verb === "seal") {
	const sealer = new age.Encrypter();
	if (kind === "p") sealer.setPassphrase(phrase());
	else sealer.addRecipient(what);
	data = await sealer.encrypt(data);
	if (form === "armor") data = new TextEncoder().encode(age.armor.encode(data));
} else {
	const opener = new age.Decrypter();
	if (kind === "p") opener.addPassphrase(phrase());
	else opener.addIdentity(readFileSync(what, "utf8").split("\n").find((l) => l.startsWith("AGE-")));
	if (form === "armor") data = age.armor.decode(new TextDecoder().decode(data));
	data = await opener.decrypt(data);
}
for (let at = 0; at < data.length;) at += writeSync(1, data, at);
