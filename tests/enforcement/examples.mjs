// Answers as GitHub's own description of its API does: with the example of each route.
// usage: node examples.mjs DESCRIPTION BASE   (prints the port, then each route that was asked for)
// A route that is not described ends the program, so that nothing is asked for that GitHub does not have.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [description, base] = process.argv.slice(2);
const api = JSON.parse(readFileSync(description, "utf8"));
const routes = Object.entries(api.paths)
  .filter(([, operations]) => operations.get)
  .map(([path, operations]) => {
    const pattern = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{path\}/g, "(.+)").replace(/\{[^}]+\}/g, "([^/]+)");
    return { path, expression: new RegExp(`^${pattern}$`), names: (path.match(/\{/g) || []).length, get: operations.get };
  })
  .sort((one, other) => one.names - other.names);

function example(operation) {
  const content = Object.values(operation.responses["200"]?.content ?? {});
  const examples = content.flatMap((type) => Object.values(type.examples ?? {}));
  return examples.map((one) => one.value).find((value) => value !== undefined);
}

const server = createServer((request, response) => {
  const path = decodeURI(request.url.split("?")[0]);
  const route = path.startsWith(base) && routes.find((route) => route.expression.test(path.slice(base.length)));
  if (!route) {
    console.log(`UNDESCRIBED ${path}`);
    process.exit(1);
  }
  console.log(route.path);
  // Of a file or folder the description has several; the folder of workflows is empty here.
  const body = route.path.includes("/contents/") ? [] : example(route.get);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
