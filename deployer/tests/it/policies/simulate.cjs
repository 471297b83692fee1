// Evaluates requests against policies with iam-simulate: a list in on stdin, a list of verdicts out on stdout.
// One process for the whole table: loading the catalogue of actions takes longer than evaluating.
const { readFileSync } = require("node:fs");
const { runSimulation, runUnsafeSimulation } = require("@cloud-copilot/iam-simulate");

async function verdict(simulation) {
  const whole = { serviceControlPolicies: [], resourceControlPolicies: [], ...simulation };
  if (!whole.request.resource.resource.startsWith("arn:")) {
    // A phone number is no resource of the catalogue, so its validation would refuse the request; the
    // same engine evaluates it. The only condition key in such a request is checked on this side.
    const known = ["aws:RequestedRegion"];
    const ignored = Object.keys(whole.request.contextVariables).filter((key) => !known.includes(key));
    return { answer: runUnsafeSimulation(whole, {}), ignored };
  }
  const result = await runSimulation(whole, {});
  if (result.resultType !== "single") return { answer: "Error", ignored: [], error: JSON.stringify(result) };
  return { answer: result.overallResult, ignored: result.result.ignoredContextKeys };
}

Promise.all(JSON.parse(readFileSync(0, "utf8")).map(verdict)).then((verdicts) => {
  process.stdout.write(JSON.stringify(verdicts));
});
