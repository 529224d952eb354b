// Holds the unified manifest against Microsoft's own schema: node validate_unified.mjs NODE_MODULES MANIFEST
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [, , modules, file] = process.argv;
const require = createRequire(`${modules}/x.js`);
const Ajv = require("ajv-draft-04");
const formats = require("ajv-formats");
const manifest = JSON.parse(readFileSync(file, "utf8"));
const version = `v${manifest.manifestVersion}`;
const schema = JSON.parse(
  readFileSync(`${modules}/@microsoft/app-manifest/build/json-schemas/teams/${version}/MicrosoftTeams.schema.json`, "utf8"),
);
const ajv = new (Ajv.default || Ajv)({ strict: false, allErrors: true });
(formats.default || formats)(ajv);
const check = ajv.compile(schema);
console.log(JSON.stringify(check(manifest) ? [] : check.errors.map((one) => `${one.instancePath} ${one.message}`)));
