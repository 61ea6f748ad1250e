// Drafts: one for each conversation and person; a lost session keeps them, signing out does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createDrafts } from "../../../ioverse_app/ui/transcript/drafts.js";

const storage = (values = {}) =>
  Object.defineProperties(values, {
    getItem: { value: (key) => values[key] ?? null },
    setItem: { value: (key, text) => (values[key] = text) },
    removeItem: { value: (key) => delete values[key] },
  });

/** A browser, and a tab of it that belongs to somebody. */
function browser(owner = "ann") {
  const local = storage();
  const tab = (person = owner, session = storage()) => {
    const drafts = createDrafts(local, session);
    if (person) drafts.own(person);
    return { drafts, session, at: (id, temporary) => drafts.place(id, temporary) };
  };
  return { local, tab };
}

test("a draft is kept for its conversation, in every tab and after the tab is closed", () => {
  const { tab } = browser();
  const first = tab();
  first.drafts.typed(first.at("c1"), "half a thought");
  first.drafts.typed(first.at(""), "a new one");
  const later = tab();
  assert.equal(later.drafts.arrive(later.at("c1"), "", ""), "half a thought");
  assert.equal(later.drafts.arrive(later.at(""), later.at("c1"), "half a thought"), "a new one");
  assert.equal(later.drafts.arrive(later.at("c2"), later.at(""), "a new one"), "");
});

test("two tabs do not take each other's words on a reload", () => {
  const { tab } = browser();
  const [one, two] = [tab(), tab()];
  one.drafts.typed(one.at(""), "mine");
  two.drafts.typed(two.at(""), "the other's");
  const again = tab("ann", one.session);
  assert.equal(again.drafts.arrive(again.at(""), "", ""), "mine");
});

test("nobody else finds it, and nothing is kept before the page knows whose it is", () => {
  const { local, tab } = browser();
  const early = tab("");
  early.drafts.typed(early.at("c1"), "too early");
  assert.deepEqual(Object.keys(local), []);
  early.drafts.own("ann");
  assert.equal(early.drafts.arrive(early.at("c1"), "", "too early"), "too early");
  assert.equal(Object.keys(local).length, 1);
  early.drafts.own("bob");
  assert.equal(early.drafts.arrive(early.at("c1"), "ann:c1", "too early"), "");
  const ann = tab("ann", early.session);
  assert.equal(ann.drafts.arrive(ann.at("c1"), "", ""), "too early");
});

test("signing out removes them, and only those of who signs out", () => {
  const { local, tab } = browser();
  const [ann, bob] = [tab("ann"), tab("bob")];
  ann.drafts.typed(ann.at("c1"), "Ann's");
  ann.drafts.sent(ann.at("c2"), "on its way");
  bob.drafts.typed(bob.at("c1"), "Bob's");
  ann.drafts.forget();
  assert.deepEqual(Object.values(local), ["Bob's"]);
  assert.deepEqual(Object.keys(ann.session), []);
});

test("what was sent and not taken comes back before what was typed since", () => {
  const { tab } = browser();
  const ann = tab();
  ann.drafts.sent(ann.at("c1"), "sent");
  ann.drafts.typed(ann.at("c1"), "typed since");
  assert.equal(ann.drafts.arrive(ann.at("c1"), ann.at("c2"), ""), "typed since");
  const reloaded = tab("ann", ann.session);
  assert.equal(reloaded.drafts.arrive(reloaded.at("c1"), "", ""), "sent\ntyped since");
  ann.drafts.sent(ann.at("c1"), "sent");
  assert.ok(ann.drafts.answered(""));
  assert.equal(ann.drafts.arrive(ann.at("c1"), ann.at("c2"), ""), "");
});

test("what is typed while a first message makes its chat goes along", () => {
  for (const temporary of [false, true]) {
    const ann = browser().tab();
    const [before, here] = [ann.at("", temporary), ann.at("c1", temporary)];
    ann.drafts.sent(before, "first");
    ann.drafts.typed(before, "and then");
    assert.equal(ann.drafts.arrive(here, before, "and then"), "and then");
    assert.ok(ann.drafts.answered(""));
    assert.equal(ann.drafts.arrive(ann.at("c2"), here, "and then"), "");
    assert.equal(ann.drafts.arrive(before, ann.at("c2"), ""), "");
    assert.equal(ann.drafts.arrive(here, before, ""), temporary ? "" : "and then");
  }
});

test("a temporary chat keeps nothing behind its tab", () => {
  const { local, tab } = browser();
  const ann = tab();
  ann.drafts.typed(ann.at(""), "a secret");
  assert.equal(ann.drafts.arrive(ann.at("", true), ann.at(""), "a secret"), "a secret");
  assert.deepEqual(Object.keys(local), []);
  const reloaded = tab("ann", ann.session);
  assert.equal(reloaded.drafts.arrive(reloaded.at("", true), "", ""), "a secret");
  assert.equal(reloaded.drafts.arrive(reloaded.at("c1"), reloaded.at("", true), "a secret"), "");
  assert.deepEqual(Object.keys(ann.session), []);
  // Kept after all: the draft is an ordinary one.
  ann.drafts.typed(ann.at("c2", true), "more");
  assert.equal(ann.drafts.arrive(ann.at("c2"), ann.at("c2", true), "more"), "more");
  assert.equal(tab().drafts.arrive(ann.at("c2"), "", ""), "more");
});

test("without any storage a draft lives in its field", () => {
  const drafts = createDrafts(null, null);
  drafts.own("ann");
  const here = drafts.place("c1");
  drafts.typed(here, "words");
  assert.equal(drafts.arrive(here, "", "words"), "words");
  drafts.forget();
});
