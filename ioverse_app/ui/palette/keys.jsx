// Keys as they are written on this keyboard.
import { mac } from "./commands.js";

const SIGNS = { ArrowUp: "↑", Escape: "Esc" };

export function Keys({ keys }) {
  const words = { ...SIGNS, mod: mac() ? "⌘" : "Ctrl", shift: mac() ? "⇧" : "Shift" };
  return (
    <span className="palette-keys">
      {keys.split("+").map((key) => <kbd key={key}>{words[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>)}
    </span>
  );
}
