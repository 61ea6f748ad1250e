// Everything that has a key or a line in the palette, once: the keys, the palette and the list of
// shortcuts all read it here. Most of them press a control of the page, and are there when it is.

const control = (name) => document.querySelector(`button[aria-label="${name}"]`);

/** A command that does what the button of this name does. */
const presses = (button, more) => ({ name: button, there: () => control(button), run: () => press(control(button)), ...more });

const appearance = (mode, name) => ({ name, group: "Settings", words: "theme appearance colour mode", run: (page) => page.setMode(mode) });

/** A command that goes to another page. */
const goes = (name, path, more) => ({ name, run: (page) => page.go(path), ...more });

// `keys`: "mod" is Ctrl, or Cmd on a Mac. `group`: where the palette shows it, if it does.
// `when`: what else must hold for the key. Without `run` the page does it by itself.
export const commands = [
  { name: "Search chats and actions", keys: ["mod+k"], run: (page) => page.open("palette") },
  presses("New chat", { group: "Actions", keys: ["mod+shift+o"], words: "start begin conversation" }),
  { name: "Send the message", keys: ["Enter"] },
  { name: "Begin a new line", keys: ["shift+Enter"] },
  { name: "Edit the last message", keys: ["ArrowUp"], note: "in an empty composer", when: inEmptyComposer, run: editLast },
  { name: "Stop the answer", keys: ["Escape"], when: nothingElseTakesEscape, there: () => control("Stop"), run: () => press(control("Stop")) },
  { name: "Leave the message as it was", keys: ["Escape"], note: "while editing", when: (event) => event.target.closest(".edit-form"), run: keepText },
  { name: "Copy the last answer", group: "Actions", keys: ["mod+shift+c"], there: lastCopy, run: () => press(lastCopy()) },
  presses("Export", { name: "Export…", group: "Actions", words: "download save pdf markdown" }),
  goes("Search page", "/search", { group: "Actions", words: "find everything results" }),
  goes("Images", "/images", { group: "Actions", words: "pictures text to image generate draw gallery" }),
  goes("Account", "/account", { group: "Settings", words: "profile password sessions passkeys keys usage data" }),
  goes("Administration", "/admin", {
    group: "Settings", words: "people groups providers models budgets audit doctor",
    there: () => document.querySelector('button[aria-label="Account menu"][data-admin="true"]'),
  }),
  presses("Parameters", { group: "Settings", words: "temperature system prompt" }),
  presses("Fold sidebar", { group: "Settings", words: "hide" }),
  presses("Unfold sidebar", { group: "Settings", words: "show" }),
  appearance("light", "Light appearance"),
  appearance("dark", "Dark appearance"),
  appearance("system", "Appearance as the system has it"),
  { name: "Keyboard shortcuts", group: "Actions", keys: ["?", "mod+/"], words: "help keys", run: (page) => page.open("shortcuts") },
  {
    name: "Sign out", group: "Actions", words: "log out leave",
    there: () => document.getElementById("sign-out"), run: () => document.getElementById("sign-out").submit(),
  },
];

/** What a key that was pressed stands for now, if anything. */
export function commandFor(event) {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return undefined;
  return commands.find(({ keys = [], run, there, when }) =>
    run && keys.some((each) => matches(event, each)) && (!when || when(event)) && (!there || there()));
}

export const mac = () => /mac|iphone|ipad/i.test(navigator.platform);

export function matches(event, keys) {
  const parts = keys.split("+");
  const key = parts.pop();
  const mod = Boolean(event.ctrlKey || event.metaKey);
  if (mod !== parts.includes("mod") || event.altKey) return false;
  if (key === "?") return event.key === "?" && !isField(event.target);
  if (Boolean(event.shiftKey) !== parts.includes("shift")) return false;
  // On a keyboard of other letters, the key in the same place.
  return event.key.toLowerCase() === key.toLowerCase() || (key.length === 1 && event.code === `Key${key.toUpperCase()}`);
}

const isField = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

function press(button) {
  // A button that opens a menu listens to the keyboard and the pointer, not to clicks.
  if (button.getAttribute("aria-haspopup") !== "menu") return button.click();
  button.focus();
  button.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
}

function inEmptyComposer({ target }) {
  return target.matches?.("textarea.composer-field") && !target.value;
}

function editLast() {
  [...document.querySelectorAll('article[data-role="user"] button[aria-label="Edit"]')].at(-1)?.click();
}

function keepText({ event }) {
  [...event.target.closest(".edit-form").querySelectorAll("button")].find((each) => each.type === "button")?.click();
}

function lastCopy() {
  return [...document.querySelectorAll('article[data-role="assistant"] .footer button[aria-label="Copy"]')].at(-1);
}

function nothingElseTakesEscape({ target }) {
  const open = '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"], dialog[open], .sidebar[data-open="true"]';
  return !document.querySelector(open) && !(isField(target) && !target.matches("textarea.composer-field"));
}
