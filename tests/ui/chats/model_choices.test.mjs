// Which models the picker shows, in which order.
import assert from "node:assert/strict";
import test from "node:test";
import { choicesOf, matching, RECENT } from "../../../ioverse_app/ui/chats/model_choices.js";

const model = (ref, label) => ({ ref, label, about: "", ends: "", ended: false });
const groups = choicesOf([
  { label: "OpenAI", models: [model("openai/gpt-4o", "GPT-4o"), model("openai/gpt-4o-mini", "GPT-4o mini"), model("openai/o3", "o3")] },
  { label: "Groq", models: [model("groq/llama-3.3", "llama-3.3"), model("groq/qwen3", "qwen3"), model("groq/kimi", "kimi")] },
]);
const shown = (found) => found.map(({ label, models }) => [label, models.map(({ ref }) => ref)]);

test("every word must be somewhere in the label, the name or the provider", () => {
  assert.deepEqual(shown(matching(groups, [], "MINI 4o")), [["OpenAI", ["openai/gpt-4o-mini"]]]);
  assert.deepEqual(shown(matching(groups, [], "groq 3")), [["Groq", ["groq/llama-3.3", "groq/qwen3"]]]);
  assert.deepEqual(matching(groups, ["openai/o3"], "none such"), []);
});

test("what was used last comes first, once, while nothing is typed", () => {
  const found = shown(matching(groups, ["groq/kimi", "openai/gone", "openai/o3"], "  "));
  assert.deepEqual(found[0], [RECENT, ["groq/kimi", "openai/o3"]]);
  assert.deepEqual(found[1], ["OpenAI", ["openai/gpt-4o", "openai/gpt-4o-mini"]]);
  assert.equal(found.flatMap(([, refs]) => refs).length, 6);
  assert.equal(shown(matching(groups, ["groq/kimi"], "k"))[0][0], "Groq");
});

test("a few models need no shortcut", () => {
  const few = choicesOf([{ label: "OpenAI", models: [model("openai/o3", "o3")] }]);
  assert.deepEqual(shown(matching(few, ["openai/o3"], "")), [["OpenAI", ["openai/o3"]]]);
});
