// Compares recorded exchanges with GitHub's own description of its API.
// usage: node openapi.mjs DESCRIPTION EXCHANGES   (in a folder in which ajv and ajv-formats are installed)
// Every request that `pr` sent has to be one that GitHub describes, and every reply of the stand-in one that
// GitHub could give, so that the tests do not agree with themselves alone.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const Ajv = require("ajv").default;
const formats = require("ajv-formats").default;
const [description, recorded] = process.argv.slice(2);
const api = JSON.parse(readFileSync(description, "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);

// OpenAPI 3.0 says `nullable`, JSON Schema lists null among the types.
function converted(schema, known = new Map()) {
  if (schema === null || typeof schema !== "object") return schema;
  if (known.has(schema)) return known.get(schema);
  const copy = Array.isArray(schema) ? [] : {};
  known.set(schema, copy);
  for (const [key, value] of Object.entries(schema)) if (key !== "example" && key !== "examples") copy[key] = converted(value, known);
  if (!Array.isArray(schema) && schema.nullable === true) {
    delete copy.nullable;
    const inner = { ...copy };
    for (const key of Object.keys(copy)) delete copy[key];
    copy.anyOf = [inner, { type: "null" }];
  }
  return copy;
}

const routes = Object.keys(api.paths).map((path) => {
  const pattern = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{ref\}|\{branch\}/g, "(.+)").replace(/\{[^}]+\}/g, "([^/]+)");
  return { path, expression: new RegExp(`^${pattern}$`), literal: path.replace(/\{[^}]+\}/g, "").length };
});
// The most literal route that fits.
const route = (path) => routes.filter((route) => route.expression.test(path)).sort((a, b) => b.literal - a.literal)[0];

const compiled = new Map();
function problems(key, schema, value) {
  if (!schema) return [];
  if (!compiled.has(key)) compiled.set(key, ajv.compile(converted(schema)));
  const validate = compiled.get(key);
  return validate(value) ? [] : validate.errors.slice(0, 5).map((error) => `${key} ${error.instancePath || "/"} ${error.message}`);
}

const seen = new Map();
const found = new Set();
for (const line of readFileSync(recorded, "utf8").trim().split("\n")) {
  const { method, path, query, request, status, response } = JSON.parse(line);
  if (path === "/graphql") continue; // described elsewhere, in GraphQL's own language
  const fitting = route(path);
  const operation = fitting && api.paths[fitting.path][method.toLowerCase()];
  const name = `${method} ${fitting ? fitting.path : path}`;
  seen.set(`${name} ${status}`, (seen.get(`${name} ${status}`) || 0) + 1);
  if (!operation) { found.add(`${name}: no such request`); continue; }
  const described = new Set((operation.parameters || []).filter((one) => one.in === "query").map((one) => one.name));
  for (const word of new URLSearchParams(query || "").keys())
    if (!described.has(word)) found.add(`${name}: no such parameter: ${word}`);
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) for (const problem of problems(`${name} request`, body, request)) found.add(problem);
  const answer = operation.responses[String(status)];
  // GitHub hides by 404 what a token may not see, whether a route's description says so or not.
  if (!answer && status === 404) continue;
  if (!answer) { found.add(`${name}: no answer ${status}`); continue; }
  for (const problem of problems(`${name} ${status}`, answer.content?.["application/json"]?.schema, response)) found.add(problem);
}
for (const [name, count] of [...seen].sort()) console.log(`${String(count).padStart(5)} ${name}`);
for (const problem of found) console.log(`UNMET: ${problem}`);
console.log(`${seen.size} kinds of exchange, ${found.size} problems`);
process.exit(found.size === 0 && seen.size > 10 ? 0 : 1);
