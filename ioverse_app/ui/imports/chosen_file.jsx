// A file that is chosen or dropped, uploaded to the server as it is, with its progress.
import { useEffect, useRef, useState } from "react";

const FAILED = "The file could not be uploaded. Check the connection and try again.";

export function ChosenFile({ onLooked, onRefused }) {
  const input = useRef(null);
  const request = useRef(null);
  const [state, setState] = useState(null);
  const [over, setOver] = useState(false);
  useEffect(() => () => request.current?.abort(), []);

  const upload = (file) => {
    if (!file) return;
    const sent = (request.current = new XMLHttpRequest());
    const ended = (run) => () => (setState(null), run());
    setState({ name: file.name, part: 0 });
    sent.open("POST", `/api/imports?name=${encodeURIComponent(file.name)}`);
    sent.responseType = "json";
    sent.setRequestHeader("Content-Type", "application/octet-stream");
    sent.upload.onprogress = ({ loaded, total }) => setState({ name: file.name, part: loaded / total });
    sent.onload = ended(() => {
      if (sent.status === 201) onLooked(sent.response.import_id);
      else onRefused(sent.response?.message ?? FAILED);
    });
    sent.onerror = ended(() => onRefused(FAILED));
    sent.send(file);
  };
  const dropped = (event) => {
    event.preventDefault();
    setOver(false);
    upload(event.dataTransfer.files[0]);
  };
  if (state)
    return (
      <div className="import-upload" role="status">
        <span className="name">{state.name}</span>
        <progress aria-label="Upload" max={1} value={state.part < 1 ? state.part : undefined} />
        <span>{state.part < 1 ? `Uploading, ${Math.round(100 * state.part)} %` : "Looking through it…"}</span>
        <button className="button quiet small" onClick={() => (request.current.abort(), setState(null))} type="button">
          Cancel
        </button>
      </div>
    );
  return (
    <div className="import-drop" data-over={over} onDragLeave={() => setOver(false)}
      onDragOver={(event) => (event.preventDefault(), setOver(true))} onDrop={dropped}>
      <p>Drop the file here, or</p>
      <button className="button" onClick={() => input.current.click()} type="button">Choose file</button>
      <input accept=".json,.zip,application/json,application/zip" aria-label="File of chats" className="visually-hidden"
        onChange={(event) => (upload(event.target.files[0]), (event.target.value = ""))} ref={input} tabIndex={-1}
        type="file" />
    </div>
  );
}
