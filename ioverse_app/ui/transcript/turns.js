// Draws the messages of a conversation one after the other, newest first, and lets the page breathe.

const PATIENCE_MS = 300; // A turn that does not end lets the next one begin.
const waiting = [];
let timer = null;

/** Calls back when it is this message's turn; returns how to give the turn up. */
export function takeTurn(run) {
  waiting.push(run);
  timer ??= setTimeout(next, 0);
  return () => {
    const at = waiting.indexOf(run);
    if (at >= 0) waiting.splice(at, 1);
  };
}

/** The message whose turn it was is drawn. */
export function endTurn() {
  if (!timer) return;
  clearTimeout(timer);
  timer = setTimeout(next, 0);
}

function next() {
  const run = waiting.pop();
  timer = run ? setTimeout(next, PATIENCE_MS) : null;
  run?.();
}
