// Signs one file again and again with @libpdf/core and prints what each signature took, in milliseconds.
// node bench/signing_peer.mjs MODULES INPUT KEY PASSWORD AUTHORITY LEVEL COUNT OUTPUT
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, input, key, password, authority, level, count, output] = process.argv.slice(2);
const { PDF, P12Signer, HttpTimestampAuthority } = await import(
  pathToFileURL(createRequire(`${modules}/`).resolve("@libpdf/core"))
);
const signer = await P12Signer.create(readFileSync(key), password, { buildChain: true });
const timestampAuthority = level === "B-B" ? undefined : new HttpTimestampAuthority(authority);
const document = readFileSync(input);
const cpu = [];
const wall = [];
for (let index = 0; index < Number(count) + 3; index += 1) {
  const used = process.cpuUsage();
  const started = performance.now();
  const pdf = await PDF.load(document);
  const { bytes } = await pdf.sign({ signer, level, timestampAuthority, reason: "bench", location: "bench" });
  wall.push(performance.now() - started);
  const spent = process.cpuUsage(used);
  cpu.push((spent.user + spent.system) / 1000);
  if (index === 0) writeFileSync(output, bytes);
}
// The first ones warm the engine up.
console.log(JSON.stringify({ cpu: cpu.slice(3), wall: wall.slice(3) }));
