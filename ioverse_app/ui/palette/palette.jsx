// Ctrl+K opens the palette, `?` the list of shortcuts, and every key of commands.js does its work.
import { useContext, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { ColorModeContext } from "$/utils/context";
import { refs } from "$/utils/state";
import { commandFor } from "./commands.js";
import { Dialog } from "./dialog.jsx";
import { Search } from "./search.jsx";
import { Shortcuts } from "./shortcuts.jsx";
import "./palette.css";

export function Palette({ onSearch }) {
  const [shown, setShown] = useState("");
  const [found, setFound] = useState({});
  const navigate = useNavigate();
  const { setColorMode } = useContext(ColorModeContext);
  const page = useRef(null);
  page.current = { open: setShown, go: navigate, setMode: setColorMode };

  useEffect(() => {
    refs.palette = { current: { set value(told) { setFound(told); } } };
    const pressed = (event) => {
      const command = document.querySelector("dialog.palette") ? undefined : commandFor(event);
      if (!command) return;
      event.preventDefault();
      command.run({ ...page.current, event });
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);

  const close = () => setShown("");
  // What is chosen happens once the dialog is gone: until then it holds the focus.
  const choose = (line) => {
    close();
    setTimeout(() => line.run(page.current), 0);
  };
  if (shown === "palette")
    return (
      <Dialog label="Search chats and actions" onClose={close}>
        <Search found={found} onChoose={choose} onSearch={onSearch} />
      </Dialog>
    );
  if (shown === "shortcuts")
    return (
      <Dialog label="Keyboard shortcuts" onClose={close}>
        <Shortcuts onClose={close} />
      </Dialog>
    );
  return null;
}
