// The list of the shortcuts that there are.
import { Fragment } from "react";
import { commands } from "./commands.js";
import { Keys } from "./keys.jsx";

export function Shortcuts({ onClose }) {
  return (
    <div className="shortcuts">
      <div className="shortcuts-top">
        <h2>Keyboard shortcuts</h2>
        <button aria-label="Close" autoFocus className="icon-button" onClick={onClose} type="button">
          <svg aria-hidden="true" fill="none" stroke="currentColor" strokeLinecap="round" strokeWidth="2" viewBox="0 0 24 24">
            <path d="M18 6 6 18M6 6l12 12" />
          </svg>
        </button>
      </div>
      <dl>
        {commands.filter(({ keys }) => keys).map(({ keys, name, note }) => (
          <div key={name}>
            <dt>{name}{note ? <small> {note}</small> : null}</dt>
            <dd>{keys.map((each, i) => <Fragment key={each}>{i ? " or " : null}<Keys keys={each} /></Fragment>)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
