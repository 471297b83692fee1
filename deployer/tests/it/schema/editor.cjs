// Asks the YAML language server what an editor would: a list of questions in on stdin, answers out on stdout.
// A question is a file's text and, for what could stand there, a line and a column from 0; without them the
// answer is what is wrong with the file.
const { readFileSync } = require("node:fs");
const { spawn } = require("node:child_process");
const path = require("node:path");
const rpc = require("vscode-jsonrpc/node");

const [, , folder] = process.argv;
const home = path.dirname(require.resolve("yaml-language-server/package.json"));
const server = spawn(process.execPath, [path.join(home, "bin/yaml-language-server"), "--stdio"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const connection = rpc.createMessageConnection(
  new rpc.StreamMessageReader(server.stdout),
  new rpc.StreamMessageWriter(server.stdin),
);
const waiting = new Map();
connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) =>
  waiting.get(uri)?.(diagnostics.map(({ message }) => message.split("\n")[0])),
);
const settings = { validate: true, completion: true, schemaStore: { enable: false } };
connection.onRequest("workspace/configuration", ({ items }) =>
  items.map(({ section }) => (section === "yaml" ? settings : {})),
);
connection.onRequest("client/registerCapability", () => null);
connection.onRequest("custom/schema/request", () => []);
connection.listen();

async function answer({ text, line, column }, index) {
  const uri = `file://${folder}/${index}.yaml`;
  const diagnosed = new Promise((resolve) => waiting.set(uri, resolve));
  const textDocument = { uri, languageId: "yaml", version: 1, text };
  await connection.sendNotification("textDocument/didOpen", { textDocument });
  const wrong = await diagnosed;
  if (line === undefined) return wrong.sort();
  const position = { line, character: column };
  const { items } = await connection.sendRequest("textDocument/completion", { textDocument: { uri }, position });
  return items.map(({ label }) => label);
}

async function main() {
  const capabilities = { workspace: { configuration: true } };
  await connection.sendRequest("initialize", { processId: process.pid, rootUri: `file://${folder}`, capabilities });
  await connection.sendNotification("initialized", {});
  const answers = [];
  for (const [index, question] of JSON.parse(readFileSync(0, "utf8")).entries()) {
    answers.push(await answer(question, index));
  }
  process.stdout.write(JSON.stringify(answers));
  server.kill();
  process.exit(0);
}

// It never answers where it should have, rather than never ending.
setTimeout(() => process.exit(1), 60_000);
main();
